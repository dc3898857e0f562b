// Deletes a lecture, after asking: there is no way back.
import { useNavigate } from "@tanstack/react-router";
import { useMutation } from "convex/react";
import { api } from "../../../../convex/_generated/api.js";
import { inWords } from "../../../app/errorMessage.ts";
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
        await inWords(
          remove({ lectureId: lecture._id }),
          "The lecture could not be deleted. Please try again.",
        );
        await navigate({ to: "/" });
        showToast(`“${lecture.title}” was deleted.`);
      }}
    >
      <p>
        “{lecture.title}” goes for good: {lecture.audioPieceCount > 0 && "the audio, "}the
        transcript, the notes, and every link that was shared to them.
      </p>
    </ConfirmDialog>
  );
}
