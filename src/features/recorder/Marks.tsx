// The moments that were marked, newest first; each may get a word or two.
import { X } from "lucide-react";
import { useState } from "react";
import { MAX_MARK_NOTE_LENGTH } from "../../../domain/limits.ts";
import { formatClock } from "../../../domain/time.ts";
import type { LectureRecorder } from "../../recorder/lectureRecorder.ts";
import type { Mark } from "../../recorder/prepareRecording.ts";
import { IconButton } from "../../ui/Button.tsx";
import { classNames } from "../../ui/classNames.ts";
import styles from "./Marks.module.css";

export function Marks({ recorder, marks }: { recorder: LectureRecorder; marks: readonly Mark[] }) {
  if (marks.length === 0) return null;
  return (
    <section className={styles.marks} aria-label="Marked moments">
      <h2 className={classNames("group-heading", styles.heading)}>Marked moments</h2>
      <ol reversed className={styles.list}>
        {marks.toReversed().map((mark) => (
          <MarkLine key={mark.markKey} recorder={recorder} mark={mark} />
        ))}
      </ol>
    </section>
  );
}

function MarkLine({ recorder, mark }: { recorder: LectureRecorder; mark: Mark }) {
  const [note, setNote] = useState(mark.note ?? "");
  const clock = formatClock(mark.atMs);
  const save = () => {
    const kept = note.trim() || undefined;
    if (kept !== mark.note) void recorder.noteMark(mark.markKey, kept);
  };
  return (
    <li className={styles.mark}>
      <span className={styles.time}>{clock}</span>
      <input
        className={styles.note}
        dir="auto"
        aria-label={`Note for the mark at ${clock}`}
        placeholder="Add a word"
        value={note}
        maxLength={MAX_MARK_NOTE_LENGTH}
        onChange={(event) => setNote(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      <IconButton
        label={`Remove the mark at ${clock}`}
        icon={<X size={18} />}
        onClick={() => void recorder.removeMark(mark.markKey)}
      />
    </li>
  );
}
