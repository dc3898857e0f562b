/** The audio engine's server, reached through Convex: calls over the open socket, bytes over HTTP. */
import type { ConvexReactClient } from "convex/react";
import { ConvexError } from "convex/values";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { backendError } from "../../app/errorMessage.ts";
import type { Problem, TextChunk } from "../../recorder/outbox/ledger.ts";
import {
  ServerProblem,
  type ChunkRegistration,
  type LectureServer,
  type NewLecture,
  type ServerProblemKind,
} from "../../recorder/server.ts";
import { sendBytes } from "./sendBytes.ts";
import { noteLectureId } from "./deviceStore.ts";

export class ConvexLectureServer implements LectureServer {
  readonly #convex: ConvexReactClient;

  constructor(convex: ConvexReactClient) {
    this.#convex = convex;
  }

  async createLecture(lecture: NewLecture): Promise<{ lectureId: string }> {
    const created = await call(this.#convex.mutation(api.lectures.create, lecture));
    noteLectureId(lecture.clientKey, created.lectureId);
    return created;
  }

  async updateDetails(
    lectureId: string,
    details: { title?: string | undefined; course?: string | undefined },
  ): Promise<void> {
    await call(
      this.#convex.mutation(api.lectures.updateDetails, { lectureId: asId(lectureId), ...details }),
    );
  }

  uploadUrl(lectureId: string): Promise<string> {
    return call(
      this.#convex.mutation(api.uploads.generateUploadUrl, { lectureId: asId(lectureId) }),
    );
  }

  async uploadBytes(
    url: string,
    bytes: Blob,
    onProgress: (sentBytes: number) => void,
  ): Promise<{ storageId: string }> {
    return { storageId: await sendBytes(url, bytes, onProgress) };
  }

  addChunk({ lectureId, storageId, ...chunk }: ChunkRegistration) {
    return call(
      this.#convex.mutation(api.uploads.addChunk, {
        ...chunk,
        lectureId: asId(lectureId),
        // It came from the storage's own answer to the upload.
        storageId: storageId as Id<"_storage">,
      }),
    );
  }

  async addTranscriptChunks(
    lectureId: string,
    firstIndex: number,
    chunks: TextChunk[],
  ): Promise<void> {
    const answer = await call(
      this.#convex.mutation(api.uploads.addTranscriptChunks, {
        lectureId: asId(lectureId),
        firstIndex,
        chunks,
      }),
    );
    throwIfRefused(answer);
  }

  async addMark(
    lectureId: string,
    mark: { clientKey: string; atMs: number; note?: string },
  ): Promise<void> {
    await call(
      this.#convex.mutation(api.lectures.addMark, { lectureId: asId(lectureId), ...mark }),
    );
  }

  async removeMark(lectureId: string, clientKey: string): Promise<void> {
    await call(
      this.#convex.mutation(api.lectures.removeMark, { lectureId: asId(lectureId), clientKey }),
    );
  }

  async finish(
    lectureId: string,
    total: { chunkCount: number; durationMs: number },
  ): Promise<void> {
    const answer = await call(
      this.#convex.mutation(api.uploads.finish, { lectureId: asId(lectureId), ...total }),
    );
    throwIfRefused(answer);
  }

  missing(lectureId: string, fromIndex: number): Promise<number[]> {
    return call(this.#convex.query(api.uploads.missing, { lectureId: asId(lectureId), fromIndex }));
  }

  async removeLecture(lectureId: string): Promise<void> {
    await call(this.#convex.mutation(api.lectures.remove, { lectureId: asId(lectureId) }));
  }

  continueRecording(
    lectureId: string,
  ): Promise<{ session: number; nextIndex: number; startMs: number }> {
    return call(
      this.#convex.mutation(api.lectures.continueRecording, { lectureId: asId(lectureId) }),
    );
  }
}

/** Ids come from the server or from the address bar; the server checks them again, whatever they are. */
function asId(lectureId: string): Id<"lectures"> {
  return lectureId as Id<"lectures">;
}

/** Some refusals are answers: the server has removed the half made lecture, which an error would undo. */
function throwIfRefused(answer: null | { refused: Problem }): void {
  if (answer) throw new ServerProblem("refused", answer.refused);
}

async function call<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    throw serverProblemFrom(error);
  }
}

/** What a failed call means for what is to be sent: the codes are the backend's own (see convex/model). */
export function serverProblemFrom(error: unknown): ServerProblem {
  if (error instanceof ServerProblem) return error;
  const refusal = backendError(error);
  if (error instanceof ConvexError && refusal) {
    return new ServerProblem(kindOf(refusal.code), refusal, { cause: error });
  }
  return new ServerProblem(
    "transient",
    {
      code: "server_failed",
      message: "The server could not do it just now. It is tried again by itself.",
    },
    { cause: error },
  );
}

function kindOf(code: string): ServerProblemKind {
  if (code === "not_signed_in") return "signed_out";
  if (code === "not_found") return "gone";
  if (code === "file_missing") return "file_missing";
  const isRefusal = code === "too_large" || /^(invalid|conflict)_/.test(code);
  return isRefusal ? "refused" : "transient";
}
