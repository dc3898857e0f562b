// Deletes a lecture, after asking: there is no way back.
import { useNavigate } from "@tanstack/react-router";
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api.js";
import { errorMessage } from "../../../app/errorMessage.ts";
import { ConfirmDialog } from "../../../ui/ConfirmDialog.tsx";
import { showToast } from "../../../ui/toast.ts";
import type { LectureDetails } from "../lecture.ts";

export default function DeleteDialog({
  lecture,
  onOpenChange,
}: {
  lecture: LectureDetails;
  onOpenChange: (open: boolean) => void;
}) {
  const remove = useMutation(api.lectures.remove);
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      danger
      title="Delete this lecture?"
      confirmLabel="Delete"
      onConfirm={async () => {
        // First away from the page: it has nothing to show any more once the lecture is gone.
        await navigate({ to: "/" });
        remove({ lectureId: lecture._id }).then(
          () => showToast(`“${lecture.title}” was deleted.`),
          (error: unknown) =>
            showToast(
              errorMessage(error, `“${lecture.title}” could not be deleted. Please try again.`),
              {
                tone: "danger",
              },
            ),
        );
      }}
    >
      <p>
        “{lecture.title}” goes for good: {lecture.audioPieceCount > 0 && "the audio, "}the
        transcript, the notes, and every link that was shared to them.
      </p>
    </ConfirmDialog>
  );
}
