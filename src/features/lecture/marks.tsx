// Moments that the listener marked while it was said.
import { Bookmark } from "lucide-react";
import styles from "./marks.module.css";

export type Mark = { clientKey: string; atMs: number; note?: string };

/** The marks of a stretch: from its start up to, not including, its end. */
export function marksBetween(marks: readonly Mark[], startMs: number, endMs: number): Mark[] {
  return marks.filter((mark) => mark.atMs >= startMs && mark.atMs < endMs);
}

export function MarkLabel({ mark }: { mark: Mark }) {
  return (
    <span className={styles.mark}>
      <Bookmark size={14} aria-hidden="true" />
      {mark.note?.trim() || "Marked as important"}
    </span>
  );
}
