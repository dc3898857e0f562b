/** What the recorder is doing, in the word that stands over the clock. */
import type { RecorderSnapshot } from "../../recorder/lectureRecorder.ts";

export type RecordingState = {
  kind: "recording" | "unheard" | "paused" | "interrupted" | "finishing";
  words: string;
};

/** With these nothing arrives, whatever the recorder's own state says. */
const NOTHING_HEARD = new Set(["muted", "no_data"]);

export function recordingState({
  status,
  problems,
}: Pick<RecorderSnapshot, "status" | "problems">): RecordingState {
  switch (status) {
    case "paused":
      return { kind: "paused", words: "Paused" };
    case "interrupted":
      return { kind: "interrupted", words: "Interrupted" };
    case "finishing":
      return { kind: "finishing", words: "Saving the last seconds" };
    case "recording":
      return problems.some(({ code }) => NOTHING_HEARD.has(code))
        ? { kind: "unheard", words: "Nothing is being heard" }
        : { kind: "recording", words: "Recording" };
    case "idle":
    case "opening":
    case "listening":
      return { kind: "paused", words: "Not recording" };
    default:
      return status satisfies never;
  }
}
