// Writes the notes anew from the stored transcript; asks first what is to become of a person's own changes.
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { inWords } from "../../../app/errorMessage.ts";
import { useSessionQuery } from "../../../app/session.ts";
import { ConfirmDialog } from "../../../ui/ConfirmDialog.tsx";
import { RadioGroup } from "../../../ui/RadioGroup.tsx";
import type { Notes } from "../lecture.ts";

export default function RegenerateDialog({
  lectureId,
  notes,
  onOpenChange,
}: {
  lectureId: Id<"lectures">;
  notes: Notes | undefined;
  onOpenChange: (open: boolean) => void;
}) {
  const regenerate = useMutation(api.notes.regenerate);
  const engines = useSessionQuery(api.account.engines, {});
  const [edits, setEdits] = useState<"keep" | "replace">("keep");
  const editCount = notes?.editedPaths.length ?? 0;

  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title="Write the notes again?"
      confirmLabel="Write them"
      onConfirm={async () => {
        await inWords(
          regenerate({ lectureId, keepEdits: edits === "keep" }),
          "It could not be started. Please try again.",
        );
      }}
    >
      <p>
        They are written anew from the transcript
        {engines && (engines.notes.configured ? ` by ${engines.notes.name}` : ", offline")}. The
        notes of now stay among the earlier versions.
      </p>
      {editCount > 0 && (
        <RadioGroup
          label={editCount === 1 ? "You changed one text" : `You changed ${editCount} texts`}
          value={edits}
          onChange={setEdits}
          options={[
            { value: "keep", label: "Keep my changes" },
            { value: "replace", label: "Replace them too" },
          ]}
        />
      )}
    </ConfirmDialog>
  );
}
