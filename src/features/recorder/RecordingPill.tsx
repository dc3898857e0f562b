// On every other page: that a recording goes on, how long it is, and the way back to it.
import { Link, useRouterState } from "@tanstack/react-router";
import { Clock } from "./Clock.tsx";
import { currentRecorder, isRunning } from "./recorderStore.ts";
import { recordingState } from "./recordingState.ts";
import { useRecorderSnapshot } from "./useRecorder.ts";
import styles from "./RecordingPill.module.css";

export function RecordingPill() {
  const snapshot = useRecorderSnapshot();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const recorder = currentRecorder();
  if (!recorder || !snapshot || !isRunning(recorder) || pathname === "/record") return null;
  const { kind, words } = recordingState(snapshot);
  return (
    <aside className={styles.place} aria-label="Recording going on">
      <Link to="/record" className={styles.pill} data-state={kind}>
        <span className={styles.dot} aria-hidden="true" />
        <span role="status">{words}</span>
        <Clock recorder={recorder} className={styles.clock} />
        <span className="visually-hidden">Back to the recorder</span>
      </Link>
    </aside>
  );
}
