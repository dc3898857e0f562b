// One segment as a field: saved when it is left, put back when the server refuses.
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { errorMessage } from "../../../app/errorMessage.ts";
import { AutoTextArea } from "../../../ui/AutoTextArea.tsx";
import { showToast } from "../../../ui/toast.ts";

export function CorrectableSegment({
  lectureId,
  chunkIndex,
  segmentIndex,
  text,
}: {
  lectureId: Id<"lectures">;
  chunkIndex: number;
  segmentIndex: number;
  text: string;
}) {
  const editSegment = useMutation(api.transcripts.editSegment);
  const [draft, setDraft] = useState<string>();

  const save = async () => {
    const corrected = draft?.trim();
    if (corrected === undefined || corrected === text) return setDraft(undefined);
    try {
      await editSegment({ lectureId, chunkIndex, segmentIndex, text: corrected });
      setDraft(undefined);
    } catch (error) {
      showToast(
        errorMessage(error, "The correction could not be saved. It is still in its field."),
        {
          tone: "danger",
        },
      );
    }
  };

  return (
    <AutoTextArea
      label="Words of the transcript"
      value={draft ?? text}
      onChange={setDraft}
      onBlur={() => void save()}
      onEscape={() => setDraft(undefined)}
    />
  );
}
