// A lecture's state in words: one place, so that the card, the page and the announcements say the same.
import type { ChipTone } from "../../ui/Chip.tsx";

export type LectureState =
  "receiving" | "processing" | "paused" | "ready" | "failed" | "canceled" | "deleting";

export type Stage = "receiving" | "transcribing" | "writing" | "saving" | "done";

export type LectureStatus = {
  /** Two or three words for a chip or a line over a progress bar. */
  label: string;
  tone: ChipTone;
  /** Something is going on, or will by itself: a progress bar is shown. */
  isRunning: boolean;
};

/** What the pipeline calls a provider that is not ready yet and says when to come back. */
export const GETTING_READY = "model_loading";

export function lectureStatus(lecture: {
  state: LectureState;
  stage: Stage;
  problem?: { code: string };
}): LectureStatus {
  switch (lecture.state) {
    case "receiving":
      return { label: receivingWords(lecture.stage), tone: "accent", isRunning: true };
    case "processing":
      return { label: stageWords[lecture.stage], tone: "accent", isRunning: true };
    case "paused":
      if (lecture.problem?.code === GETTING_READY) {
        return { label: "Getting ready", tone: "accent", isRunning: true };
      }
      return { label: "Paused", tone: "warning", isRunning: true };
    case "ready":
      return { label: "Ready", tone: "neutral", isRunning: false };
    case "failed":
      return { label: "Failed", tone: "danger", isRunning: false };
    case "canceled":
      return { label: "Cancelled", tone: "neutral", isRunning: false };
    case "deleting":
      return { label: "Being deleted", tone: "neutral", isRunning: false };
    default:
      return lecture.state satisfies never;
  }
}

const stageWords: Record<Stage, string> = {
  receiving: "Receiving",
  transcribing: "Transcribing",
  writing: "Writing notes",
  saving: "Finishing",
  done: "Done",
};

/** Pieces may still arrive (a recording goes on) while earlier ones are already transcribed or written about. */
function receivingWords(stage: Stage): string {
  switch (stage) {
    case "transcribing":
      return "Receiving and transcribing";
    case "writing":
      return "Receiving and writing notes";
    case "receiving":
    case "saving":
    case "done":
      return "Receiving";
    default:
      return stage satisfies never;
  }
}

/**
 * What a screen reader should hear when a job moves from `before` to `after`, or undefined for nothing:
 * every new state, and in between only each quarter, so that it informs and doesn't chatter.
 */
export function progressAnnouncement(
  before: { label: string; progress: number } | undefined,
  after: { label: string; progress: number },
): string | undefined {
  if (before === undefined) return undefined;
  const newQuarter = Math.floor(after.progress / 25) > Math.floor(before.progress / 25);
  if (before.label === after.label && !newQuarter) return undefined;
  return after.label === "Ready" ? "The notes are ready." : `${after.label}, ${after.progress} %.`;
}
