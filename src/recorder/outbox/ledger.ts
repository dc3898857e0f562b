/** What the outbox remembers about every lecture that is still (partly) on this device, and what must be sent next. */

import type { Sound } from "../../../domain/sound.ts";

/** A sentence for a person, and a code for programs. */
export type Problem = { code: string; message: string };

export type LectureSource = "recording" | "file" | "captions" | "text" | "sample";

export type LocalLecture = {
  /** Made on this device; the server knows the lecture by it, so creating twice gives one lecture. */
  clientKey: string;
  source: LectureSource;
  title?: string;
  course?: string;
  language?: string;
  fileName?: string;
  recordedAt: number;
  createdAt: number;
  /** Whose lecture it is; undefined until an account was known. */
  ownerId?: string;
  /** "open": more pieces may come. "complete": all are here. "discarded": thrown away; only the server must still hear it. */
  intake: "open" | "complete" | "discarded";
  /** Known once the server has answered. */
  lectureId?: string;
  /** True from the first try to create it: the server may know it although no answer came. */
  createTried: boolean;
  /** Title or course were changed after the lecture was created on the server. */
  detailsChanged: boolean;
  /** The recording session that is (or was last) filling this lecture. */
  session: number;
  /** Index and start of the first piece that this device adds; above 0 when a lecture on the server is continued. */
  firstIndex: number;
  startMs: number;
  /** Known while a file is being cut. */
  file?: FileIntake;
  /** Nothing is sent while there is one; a person has to decide. */
  problem?: Problem;
};

/** Enough of a chosen file to go on cutting it later, and to recognise it when it is chosen again. */
export type FileIntake = {
  sizeBytes: number;
  lastModified: number;
  durationMs: number;
};

export type PieceStatus =
  /** Slices are still being added (or the page died while they were). */
  | "filling"
  /** Whole, on this device, not yet sent. */
  | "waiting"
  /** The bytes are at the server, but it does not know yet what they are. */
  | "uploaded"
  /** The server has it; its bytes are gone from this device. */
  | "confirmed";

export type Piece = {
  clientKey: string;
  index: number;
  session: number;
  /** On the lecture's clock. */
  startMs: number;
  durationMs: number;
  overlapMs: number;
  mimeType: string;
  /** What was measured while it was made; unknown where the page died or nothing was decoded. */
  sound?: Sound;
  sizeBytes: number;
  sliceCount: number;
  status: PieceStatus;
  sha256?: string;
  storageId?: string;
};

export type TextChunk = {
  startMs: number;
  endMs: number;
  segments: { startMs: number; endMs: number; text: string }[];
};

export type StoredTextChunk = {
  clientKey: string;
  index: number;
  chunk: TextChunk;
  status: "waiting" | "confirmed";
};

export type StoredMark = {
  clientKey: string;
  markKey: string;
  atMs: number;
  note?: string;
  status: "waiting" | "confirmed" | "removing";
};

/** Everything about one lecture that decides what is sent next. */
export type LectureLedger = {
  lecture: LocalLecture;
  pieces: Piece[];
  textChunks: StoredTextChunk[];
  marks: StoredMark[];
};

export type Task = { key: string; clientKey: string } & (
  | { kind: "create" }
  | { kind: "upload"; index: number }
  | { kind: "register"; index: number }
  | { kind: "text"; firstIndex: number; count: number }
  | { kind: "mark"; markKey: string }
  | { kind: "details" }
  | { kind: "finish" }
  | { kind: "remove" }
  | { kind: "forget" }
);

/** Convex mutations stay well below their size limit with this many transcript chunks in one call. */
export const TEXT_CHUNKS_PER_CALL = 16;

/**
 * The tasks that could be done now for one lecture, in the order in which they should be.
 * Pieces go in order of their index; "finish" comes alone, after everything else.
 */
export function openTasks(ledger: LectureLedger): Task[] {
  const { lecture } = ledger;
  const { clientKey } = lecture;
  if (lecture.intake === "discarded") return [afterDiscard(lecture)];
  if (lecture.problem) return [];
  if (lecture.lectureId === undefined) {
    if (lecture.intake === "complete" && !holdsAnything(ledger)) {
      return [
        { kind: lecture.createTried ? "create" : "forget", key: `end ${clientKey}`, clientKey },
      ];
    }
    return holdsAnything(ledger) ? [{ kind: "create", key: `create ${clientKey}`, clientKey }] : [];
  }
  const sending = contentTasks(ledger);
  if (sending.length > 0) return sending;
  if (lecture.intake !== "complete" || ledger.pieces.some((piece) => piece.status === "filling")) {
    return [];
  }
  const kind = holdsAnything(ledger) || lecture.firstIndex > 0 ? "finish" : "remove";
  return [{ kind, key: `end ${clientKey}`, clientKey }];
}

function contentTasks({ lecture, pieces, textChunks, marks }: LectureLedger): Task[] {
  const { clientKey } = lecture;
  const tasks: Task[] = [];
  if (lecture.detailsChanged)
    tasks.push({ kind: "details", key: `details ${clientKey}`, clientKey });
  for (const piece of [...pieces].sort((a, b) => a.index - b.index)) {
    const key = `piece ${clientKey} ${piece.index}`;
    if (piece.status === "waiting") {
      tasks.push({ kind: "upload", key, clientKey, index: piece.index });
    }
    if (piece.status === "uploaded") {
      tasks.push({ kind: "register", key, clientKey, index: piece.index });
    }
  }
  const waiting = textChunks
    .filter((chunk) => chunk.status === "waiting")
    .sort((a, b) => a.index - b.index);
  const first = waiting[0];
  if (first) {
    const count = Math.min(waiting.length, TEXT_CHUNKS_PER_CALL);
    tasks.push({
      kind: "text",
      key: `text ${clientKey}`,
      clientKey,
      firstIndex: first.index,
      count,
    });
  }
  for (const mark of marks) {
    if (mark.status === "confirmed") continue;
    const key = `mark ${clientKey} ${mark.markKey}`;
    tasks.push({ kind: "mark", key, clientKey, markKey: mark.markKey });
  }
  return tasks;
}

function afterDiscard(lecture: LocalLecture): Task {
  const { clientKey } = lecture;
  const key = `end ${clientKey}`;
  if (lecture.lectureId !== undefined) return { kind: "remove", key, clientKey };
  return { kind: lecture.createTried ? "create" : "forget", key, clientKey };
}

function holdsAnything({ pieces, textChunks }: LectureLedger): boolean {
  return textChunks.length > 0 || pieces.some((piece) => piece.sizeBytes > 0);
}

/** Where the lecture ends as far as this device knows: the number of chunks and the length on the lecture's clock. */
export function totals(ledger: LectureLedger): { chunkCount: number; durationMs: number } {
  const { lecture, pieces, textChunks } = ledger;
  const lastPiece = Math.max(lecture.firstIndex - 1, ...pieces.map((piece) => piece.index));
  const lastText = Math.max(-1, ...textChunks.map((chunk) => chunk.index));
  const ends = [
    ...pieces.map((piece) => piece.startMs + piece.durationMs),
    ...textChunks.map(({ chunk }) => chunk.endMs),
  ];
  return {
    chunkCount: Math.max(lastPiece, lastText) + 1,
    durationMs: Math.round(Math.max(lecture.startMs, ...ends)),
  };
}
