/** What can be wrong with a recording, in sentences that say what to do. */
import { MAX_MARKS } from "../../domain/limits.ts";
import { isQuotaError } from "./capture/storageRoom.ts";
import type { StorageTrouble } from "./capture/segmentWriter.ts";
import type { Problem } from "./outbox/ledger.ts";

/** A recording cannot be begun, for a reason that a person can do something about. */
export class CannotRecord extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = "CannotRecord";
    this.problem = problem;
  }
}

export const recordedElsewhere: Problem = {
  code: "recorded_elsewhere",
  message: "This lecture is being recorded in another tab or window. Go on there.",
};

export const noLongerHere: Problem = {
  code: "no_longer_here",
  message: "This recording is no longer on this device: it has been sent, or thrown away.",
};

export const nothingRecorded: Problem = {
  code: "nothing_recorded",
  message:
    "Nothing was recorded: it was stopped before the microphone gave any sound. Press Record and speak to try again.",
};

export function whyItCannotStart(error: unknown): Problem {
  if (error instanceof CannotRecord) return error.problem;
  if (isQuotaError(error)) {
    return {
      code: "no_room_to_start",
      message:
        "This device has no room left for a recording. Free some space, or go online so that earlier recordings can leave, then try again.",
    };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "recorder_failed",
    message: `The recording could not be begun (${reason}). Choose another microphone or reload the page.`,
  };
}

/** @param lost what the system calls the microphone */
export function microphoneLost(lost: string, wasRecording: boolean): Problem {
  const happened = `${lost} was unplugged or switched off.`;
  return {
    code: "microphone_lost",
    message: wasRecording
      ? `${happened} Everything up to now is kept. Plug it in again or choose another one, then press Resume.`
      : `${happened} Plug it in again or choose another one.`,
  };
}

export const tooManyMarks: Problem = {
  code: "too_many_marks",
  message: `A lecture can have ${MAX_MARKS} marks. Remove one to add another.`,
};

/** A mark, or title and course, could not be stored on this device. */
export function notKept(what: "mark" | "title", error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  const name = what === "mark" ? "The last mark" : "The new title or course";
  return {
    code: "not_kept",
    message: `${name} could not be stored on this device (${reason}), so closing the page would lose it. Free some space, then enter it again.`,
  };
}

export function troubleWithStorage(trouble: StorageTrouble | undefined): Problem | undefined {
  switch (trouble) {
    case undefined:
      return undefined;
    case "full":
      return {
        code: "storage_full",
        message:
          "This device's storage is full. What comes in now is kept in memory only: free some space or go online so that finished parts can leave, and keep this page open.",
      };
    case "failing":
      return {
        code: "storage_failing",
        message:
          "This browser's storage does not take the recording at the moment. It is kept in memory and tried again every second; keep this page open.",
      };
    default:
      return trouble satisfies never;
  }
}
