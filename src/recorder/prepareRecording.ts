/** Finds or makes the lecture that a recording goes into, and holds it, so that no other tab touches it meanwhile. */
import type { LocalLecture } from "./outbox/ledger.ts";
import { measureDuration } from "./outbox/measureDuration.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { holdRecordingLock, tryRecordingLock } from "./outbox/recordingLock.ts";
import { closeOpenPieces } from "./outbox/recovery.ts";
import { CannotRecord, noLongerHere, recordedElsewhere } from "./recorderProblems.ts";
import { uniqueKey } from "./uniqueKey.ts";

export type Mark = { markKey: string; atMs: number; note?: string };

/** Where a recording goes on: in a new lecture, or in one that exists. */
export type RecordingTarget =
  | { kind: "new"; title?: string; course?: string; ownerId?: string }
  | {
      kind: "continued";
      lectureId: string;
      title?: string;
      course?: string;
      ownerId?: string;
      session: number;
      nextIndex: number;
      startMs: number;
    }
  /** A recording of this device that was interrupted. */
  | { kind: "interrupted"; clientKey: string };

/** Where the next session begins. */
export type PreparedRecording = {
  clientKey: string;
  title?: string;
  course?: string;
  session: number;
  /** On the lecture's clock. */
  startMs: number;
  nextIndex: number;
  marks: Mark[];
  /** Lets go of the lecture. */
  release: () => void;
};

const REOPEN_TRIES = 12;
const REOPEN_RETRY_MS = 250;

/** @throws CannotRecord when another tab has the lecture or it is gone; what the disk says when there is no room */
export async function prepareRecording(
  outbox: Outbox,
  target: RecordingTarget,
): Promise<PreparedRecording> {
  return target.kind === "interrupted"
    ? reopen(outbox, target.clientKey)
    : addLecture(outbox, target);
}

async function addLecture(
  outbox: Outbox,
  target: Exclude<RecordingTarget, { kind: "interrupted" }>,
): Promise<PreparedRecording> {
  const clientKey = uniqueKey();
  const { title, course, ownerId } = target;
  const isContinued = target.kind === "continued";
  const now = Date.now();
  const lecture: LocalLecture = {
    clientKey,
    source: "recording",
    title,
    course,
    ownerId,
    recordedAt: now,
    createdAt: now,
    intake: "open",
    createTried: isContinued,
    detailsChanged: false,
    session: isContinued ? target.session : 0,
    firstIndex: isContinued ? target.nextIndex : 0,
    startMs: isContinued ? target.startMs : 0,
    ...(isContinued ? { lectureId: target.lectureId } : {}),
  };
  const release = await holdRecordingLock(clientKey);
  try {
    await outbox.addLecture(lecture);
  } catch (error) {
    release();
    throw error;
  }
  const { session, startMs, firstIndex: nextIndex } = lecture;
  return { clientKey, title, course, session, startMs, nextIndex, marks: [], release };
}

/** Goes on in a recording that was cut off: a new session after everything that was kept. */
async function reopen(outbox: Outbox, clientKey: string): Promise<PreparedRecording> {
  const release = await lockForReopening(clientKey);
  if (!release) throw new CannotRecord(recordedElsewhere);
  try {
    await closeOpenPieces(outbox, clientKey, measureDuration);
    const ledger = await outbox.ledger(clientKey);
    if (!ledger) throw new CannotRecord(noLongerHere);
    const { lecture, pieces, marks } = ledger;
    const session = lecture.session + 1;
    await outbox.updateLecture(clientKey, { session, intake: "open" });
    const ends = pieces.map((piece) => piece.startMs + piece.durationMs);
    const { title, course } = lecture;
    return {
      clientKey,
      title,
      course,
      session,
      startMs: Math.max(lecture.startMs, ...ends),
      nextIndex: Math.max(lecture.firstIndex - 1, ...pieces.map((piece) => piece.index)) + 1,
      marks: marks.filter((mark) => mark.status !== "removing"),
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** The uploader holds the lock for a moment while it hands a finished lecture over; it is worth waiting for that. */
async function lockForReopening(clientKey: string): Promise<(() => void) | undefined> {
  for (let tries = 0; tries < REOPEN_TRIES; tries++) {
    const release = await tryRecordingLock(clientKey);
    if (release) return release;
    await new Promise((resolve) => setTimeout(resolve, REOPEN_RETRY_MS));
  }
  return undefined;
}
