/** The engine's server, as plain HTTP calls to the test's own server (see server.ts). Runs in the browser. */
import type { TextChunk } from "../../../src/recorder/outbox/ledger.ts";
import {
  ServerProblem,
  type ChunkRegistration,
  type LectureServer,
  type NewLecture,
  type ServerProblemKind,
} from "../../../src/recorder/server.ts";

type Answer = { value: unknown } | { problem: { kind: ServerProblemKind; message: string } };

export class HttpLectureServer implements LectureServer {
  createLecture(lecture: NewLecture) {
    return call<{ lectureId: string }>("createLecture", lecture);
  }
  updateDetails(lectureId: string, details: { title?: string; course?: string }) {
    return call<void>("updateDetails", { lectureId, ...details });
  }
  uploadUrl(lectureId: string) {
    return call<string>("uploadUrl", { lectureId });
  }
  async uploadBytes(url: string, bytes: Blob, onProgress: (sentBytes: number) => void) {
    const storageId = await answerOf<string>(fetch(url, { method: "POST", body: bytes }));
    onProgress(bytes.size);
    return { storageId };
  }
  addChunk(chunk: ChunkRegistration) {
    return call<"stored" | "already_stored">("addChunk", chunk);
  }
  addTranscriptChunks(lectureId: string, firstIndex: number, chunks: TextChunk[]) {
    return call<void>("addTranscriptChunks", { lectureId, firstIndex, chunks });
  }
  addMark(lectureId: string, mark: { clientKey: string; atMs: number; note?: string }) {
    return call<void>("addMark", { lectureId, ...mark });
  }
  removeMark(lectureId: string, clientKey: string) {
    return call<void>("removeMark", { lectureId, clientKey });
  }
  finish(lectureId: string, total: { chunkCount: number; durationMs: number }) {
    return call<void>("finish", { lectureId, ...total });
  }
  missing(lectureId: string, fromIndex: number) {
    return call<number[]>("missing", { lectureId, fromIndex });
  }
  removeLecture(lectureId: string) {
    return call<void>("removeLecture", { lectureId });
  }
  continueRecording(lectureId: string) {
    return call<{ session: number; nextIndex: number; startMs: number }>("continueRecording", {
      lectureId,
    });
  }
}

function call<Value>(method: string, args: object): Promise<Value> {
  return answerOf(fetch(`/call/${method}`, { method: "POST", body: JSON.stringify(args) }));
}

async function answerOf<Value>(sent: Promise<Response>): Promise<Value> {
  let answer: Answer;
  try {
    answer = (await (await sent).json()) as Answer;
  } catch (error) {
    // The server cut the connection, as a test asked it to.
    const problem = { code: "network", message: String(error) };
    throw new ServerProblem("transient", problem);
  }
  if ("problem" in answer) {
    const { kind, message } = answer.problem;
    throw new ServerProblem(kind, { code: kind, message });
  }
  return answer.value as Value;
}
