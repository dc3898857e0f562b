// The recorder for components: loaded by the page that needs it, watched by whoever shows it.
import { useEffect, useState, useSyncExternalStore } from "react";
import type { LectureRecorder, RecorderSnapshot } from "../../recorder/lectureRecorder.ts";
import { currentRecorder, loadRecorder, onRecorder } from "./recorderStore.ts";

export type RecorderView =
  | { kind: "loading" }
  | { kind: "unavailable"; reason: string }
  | { kind: "ready"; recorder: LectureRecorder; snapshot: RecorderSnapshot };

/** Loads the recorder and follows it. */
export function useRecorder(): RecorderView {
  const snapshot = useRecorderSnapshot();
  const [reason, setReason] = useState<string>();
  useEffect(() => {
    loadRecorder().catch((error: unknown) =>
      setReason(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  const recorder = currentRecorder();
  if (recorder && snapshot) return { kind: "ready", recorder, snapshot };
  return reason === undefined ? { kind: "loading" } : { kind: "unavailable", reason };
}

/** The recorder's state, if it has been loaded. */
export function useRecorderSnapshot(): RecorderSnapshot | undefined {
  return useSyncExternalStore(onRecorder, () => currentRecorder()?.getSnapshot());
}
