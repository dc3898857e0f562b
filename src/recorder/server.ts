/** What the audio engine needs from a server, said in the engine's own words: it knows neither Convex nor HTTP. */
import type { Sound } from "../../domain/sound.ts";
import type { LectureSource, Problem, TextChunk } from "./outbox/ledger.ts";

export type NewLecture = {
  /** Made on this device; creating twice with the same key gives the same lecture. */
  clientKey: string;
  source: LectureSource;
  title?: string;
  course?: string;
  language?: string;
  recordedAt: number;
  fileName?: string;
};

export type ChunkRegistration = {
  lectureId: string;
  index: number;
  session: number;
  startMs: number;
  durationMs: number;
  overlapMs: number;
  storageId: string;
  sizeBytes: number;
  mimeType: string;
  /** Lowercase hexadecimal. */
  sha256: string;
  sound?: Sound;
};

/** Every method may be called again with the same arguments: a second call changes nothing. All reject with ServerProblem. */
export interface LectureServer {
  createLecture(lecture: NewLecture): Promise<{ lectureId: string }>;
  updateDetails(
    lectureId: string,
    details: { title?: string | undefined; course?: string | undefined },
  ): Promise<void>;
  uploadUrl(lectureId: string): Promise<string>;
  /** Sends the bytes; `onProgress` hears how many have left so far. */
  uploadBytes(
    url: string,
    bytes: Blob,
    onProgress: (sentBytes: number) => void,
  ): Promise<{ storageId: string }>;
  addChunk(chunk: ChunkRegistration): Promise<"stored" | "already_stored">;
  addTranscriptChunks(lectureId: string, firstIndex: number, chunks: TextChunk[]): Promise<void>;
  addMark(
    lectureId: string,
    mark: { clientKey: string; atMs: number; note?: string },
  ): Promise<void>;
  removeMark(lectureId: string, clientKey: string): Promise<void>;
  finish(lectureId: string, total: { chunkCount: number; durationMs: number }): Promise<void>;
  /** The indexes below the highest known one that the server does not have. */
  missing(lectureId: string, fromIndex: number): Promise<number[]>;
  removeLecture(lectureId: string): Promise<void>;
  /** Opens a finished lecture for another session; `startMs` is where its clock goes on. */
  continueRecording(
    lectureId: string,
  ): Promise<{ session: number; nextIndex: number; startMs: number }>;
}

/** What to do after a call failed. */
export type ServerProblemKind =
  /** A later try may work: no network, a timeout, a busy server. */
  | "transient"
  /** Nothing can be sent until somebody is signed in. */
  | "signed_out"
  /** The lecture is not there (any more), or it is not this account's. */
  | "gone"
  /** The stored file that was to be registered is not there: send the bytes again. */
  | "file_missing"
  /** The server will never take this. */
  | "refused";

export class ServerProblem extends Error {
  readonly kind: ServerProblemKind;
  readonly problem: Problem;

  constructor(kind: ServerProblemKind, problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = "ServerProblem";
    this.kind = kind;
    this.problem = problem;
  }
}
