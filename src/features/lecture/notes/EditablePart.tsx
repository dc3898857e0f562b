// One text of the notes as a field: saved when it is left, put back with Escape, kept in its field when refused.
import { useMutation } from "convex/react";
import { useState } from "react";
import { NOTES_LIMITS } from "../../../../domain/limits.ts";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { errorMessage } from "../../../app/errorMessage.ts";
import { AutoTextArea } from "../../../ui/AutoTextArea.tsx";
import { showToast } from "../../../ui/toast.ts";

export function EditablePart({
  lectureId,
  path,
  text,
  label,
}: {
  lectureId: Id<"lectures">;
  /** Where the text stands in the notes, e.g. `sections.0.points.1.text`. */
  path: string;
  text: string;
  label: string;
}) {
  const editPart = useMutation(api.notes.editPart);
  const [draft, setDraft] = useState<string>();

  const save = async () => {
    const changed = draft?.trim();
    // An emptied field is put back: a part is changed here, not removed.
    if (changed === undefined || changed === "" || changed === text) return setDraft(undefined);
    try {
      await editPart({ lectureId, path, text: changed });
      setDraft(undefined);
    } catch (error) {
      showToast(errorMessage(error, "The change could not be saved. It is still in its field."), {
        tone: "danger",
      });
    }
  };

  return (
    <AutoTextArea
      label={label}
      value={draft ?? text}
      maxLength={maxLengthOf(path)}
      onChange={setDraft}
      onBlur={() => void save()}
      onEscape={() => setDraft(undefined)}
    />
  );
}

function maxLengthOf(path: string): number {
  if (path === "summary") return NOTES_LIMITS.summaryLength;
  if (path.endsWith(".heading")) return NOTES_LIMITS.headingLength;
  if (path.endsWith(".term")) return NOTES_LIMITS.termLength;
  if (path.endsWith(".meaning")) return NOTES_LIMITS.meaningLength;
  return NOTES_LIMITS.pointLength;
}
