/** A lecture that is still (partly) on this device, in the figures that a page shows. */
import type { LectureLedger, LectureSource, Problem } from "../../recorder/outbox/ledger.ts";

export type DeviceLecture = {
  clientKey: string;
  /** Known once the server knows the lecture. */
  lectureId?: string;
  title?: string;
  course?: string;
  source: LectureSource;
  fileName?: string;
  recordedAt: number;
  ownerId?: string;
  state:
    | "recording"
    /** A recording that nobody is making any more and nobody has ended. */
    | "interrupted"
    | "cutting"
    /** A file that was cut in part; nobody is cutting it now. */
    | "cut_in_part"
    /** All of it is here, waiting for its turn or being sent. */
    | "kept"
    | "problem"
    /** Thrown away here; only the server must still hear of it. */
    | "discarded";
  problem?: Problem;
  /** How far it goes on the lecture's clock. */
  durationMs: number;
  /** The length of the whole file, while it is cut. */
  fileDurationMs?: number;
  pieceCount: number;
  confirmedPieceCount: number;
  /** What this device recorded or cut, sent or not. */
  totalBytes: number;
  /** What the server has confirmed of it. */
  confirmedBytes: number;
  /** Where each piece ends on the lecture's clock, by its index. */
  pieceEndsMs: ReadonlyMap<number, number>;
};

/** @param isBeingMade some page is recording or cutting it now */
export function deviceLecture(ledger: LectureLedger, isBeingMade: boolean): DeviceLecture {
  const { lecture, pieces, textChunks } = ledger;
  const confirmed = pieces.filter((piece) => piece.status === "confirmed");
  const ends = pieces.map((piece) => piece.startMs + piece.durationMs);
  return {
    clientKey: lecture.clientKey,
    lectureId: lecture.lectureId,
    title: lecture.title || undefined,
    course: lecture.course || undefined,
    source: lecture.source,
    fileName: lecture.fileName,
    recordedAt: lecture.recordedAt,
    ownerId: lecture.ownerId,
    state: stateOf(ledger, isBeingMade),
    problem: lecture.problem,
    durationMs: Math.max(0, ...ends, ...textChunks.map(({ chunk }) => chunk.endMs)),
    fileDurationMs: lecture.file?.durationMs,
    pieceCount: pieces.length + textChunks.length,
    confirmedPieceCount:
      confirmed.length + textChunks.filter((chunk) => chunk.status === "confirmed").length,
    totalBytes: sizeOf(pieces),
    confirmedBytes: sizeOf(confirmed),
    pieceEndsMs: new Map(pieces.map((piece) => [piece.index, piece.startMs + piece.durationMs])),
  };
}

function stateOf({ lecture }: LectureLedger, isBeingMade: boolean): DeviceLecture["state"] {
  if (lecture.intake === "discarded") return "discarded";
  if (lecture.problem) return "problem";
  if (lecture.intake === "complete") return "kept";
  if (lecture.source === "file") return isBeingMade ? "cutting" : "cut_in_part";
  return isBeingMade ? "recording" : "interrupted";
}

function sizeOf(pieces: { sizeBytes: number }[]): number {
  return pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0);
}
