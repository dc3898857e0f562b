// What is wrong, worst first, in plain words; read aloud at once.
import type { RecorderSnapshot } from "../../recorder/lectureRecorder.ts";
import { Button } from "../../ui/Button.tsx";
import { Notice, type NoticeTone } from "../../ui/Notice.tsx";
import styles from "./Problems.module.css";

/** These don't endanger the recording at this moment. */
const MILD = new Set([
  "storage_nearly_full",
  "nothing_recorded",
  "digital_silence",
  "too_many_marks",
]);

export function Problems({
  snapshot: { problems, notice },
  onDismissNotice,
}: {
  snapshot: Pick<RecorderSnapshot, "problems" | "notice">;
  onDismissNotice: () => void;
}) {
  if (problems.length === 0 && notice === undefined) return null;
  return (
    <div className={styles.problems}>
      {problems.map(({ code, message }) => (
        <Notice key={code} tone={toneOf(code)} live>
          {message}
        </Notice>
      ))}
      {notice !== undefined && (
        <Notice tone="warning" live actions={<Button onClick={onDismissNotice}>All right</Button>}>
          {notice}
        </Notice>
      )}
    </div>
  );
}

function toneOf(code: string): NoticeTone {
  return MILD.has(code) ? "warning" : "danger";
}
