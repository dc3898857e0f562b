// A mark and its note: written, changed, removed.
import { useMutation } from "convex/react";
import { useState, type FormEvent } from "react";
import { MAX_MARK_NOTE_LENGTH } from "../../../domain/limits.ts";
import { formatClock } from "../../../domain/time.ts";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { useTask } from "../../app/useTask.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/TextField.tsx";
import type { Mark } from "./marks.tsx";
import styles from "./MarkDialog.module.css";

export default function MarkDialog({
  lectureId,
  mark,
  isNew,
  onClose,
}: {
  lectureId: Id<"lectures">;
  mark: Mark;
  isNew: boolean;
  onClose: () => void;
}) {
  const addMark = useMutation(api.lectures.addMark);
  const removeMark = useMutation(api.lectures.removeMark);
  const [note, setNote] = useState(mark.note ?? "");
  const [isBusy, run] = useTask();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { clientKey, atMs } = mark;
    const isDone = await run(
      () => addMark({ lectureId, clientKey, atMs, note: note.trim() }),
      "The mark could not be saved. Please try again.",
    );
    if (isDone) onClose();
  };
  const remove = async () => {
    const isDone = await run(
      () => removeMark({ lectureId, clientKey: mark.clientKey }),
      "The mark could not be removed. Please try again.",
    );
    if (isDone) onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={isNew ? `Mark ${formatClock(mark.atMs)}` : `Your mark at ${formatClock(mark.atMs)}`}
    >
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <TextField
          label="Note"
          value={note}
          maxLength={MAX_MARK_NOTE_LENGTH}
          placeholder="Marked as important"
          autoComplete="off"
          autoFocus
          onChange={(event) => setNote(event.target.value)}
        />
        <div className={styles.actions}>
          {!isNew && (
            <Button
              variant="danger"
              className={styles.remove}
              busy={isBusy}
              onClick={() => void remove()}
            >
              Remove
            </Button>
          )}
          <Button type="submit" variant="primary" busy={isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
