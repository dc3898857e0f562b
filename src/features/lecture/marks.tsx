// Moments that the listener marked, while it was said or afterwards.
import { Bookmark } from "lucide-react";
import { formatClock } from "../../../domain/time.ts";
import styles from "./marks.module.css";

export type Mark = { clientKey: string; atMs: number; note?: string };

/** The marks of a stretch: from its start up to, not including, its end. */
export function marksBetween(marks: readonly Mark[], startMs: number, endMs: number): Mark[] {
  return marks.filter((mark) => mark.atMs >= startMs && mark.atMs < endMs);
}

export function MarkLabel({ mark, onOpen }: { mark: Mark; onOpen?: (mark: Mark) => void }) {
  const words = mark.note?.trim() || "Marked as important";
  const content = (
    <>
      <Bookmark size={14} aria-hidden="true" />
      {words}
    </>
  );
  if (!onOpen) return <span className={styles.mark}>{content}</span>;
  return (
    <button
      type="button"
      className={styles.mark}
      aria-label={`${words}, your mark at ${formatClock(mark.atMs)}`}
      onClick={() => onOpen(mark)}
    >
      {content}
    </button>
  );
}
