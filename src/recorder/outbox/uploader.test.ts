import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ServerProblem, type ChunkRegistration, type LectureServer } from "../server.ts";
import { Outbox } from "./outbox.ts";
import { Uploader } from "./uploader.ts";
import { newLecture } from "./lecture.testing.ts";

/** The server as the engine knows it, in memory; `before` may fail any call. */
class MemoryServer implements LectureServer {
  readonly calls: string[] = [];
  readonly chunks = new Map<number, ChunkRegistration>();
  readonly files = new Map<string, string>();
  finished: { chunkCount: number; durationMs: number } | undefined;
  removed = false;
  before: (method: string) => void = () => {};

  async #called(method: string): Promise<void> {
    await Promise.resolve();
    this.calls.push(method);
    this.before(method);
  }
  async createLecture() {
    await this.#called("create");
    return { lectureId: "l" };
  }
  async updateDetails(_: string, { title = "" }: { title?: string }) {
    await this.#called(`details ${title}`);
  }
  async uploadUrl() {
    await this.#called("url");
    return "url";
  }
  async uploadBytes(_: string, bytes: Blob) {
    const storageId = `file${this.files.size}`;
    this.files.set(storageId, await bytes.text());
    await this.#called("upload");
    return { storageId };
  }
  async addChunk(chunk: ChunkRegistration) {
    await this.#called(`chunk ${chunk.index}`);
    if (!this.files.has(chunk.storageId)) throw problem("file_missing");
    const known = this.chunks.has(chunk.index);
    this.chunks.set(chunk.index, chunk);
    return known ? ("already_stored" as const) : ("stored" as const);
  }
  async addTranscriptChunks(_: string, first: number, chunks: unknown[]) {
    await this.#called(`text ${first}+${chunks.length}`);
  }
  async addMark(_: string, { note = "" }: { note?: string }) {
    await this.#called(`mark ${note}`);
  }
  async removeMark() {
    await this.#called("unmark");
  }
  async finish(_: string, total: { chunkCount: number; durationMs: number }) {
    await this.#called("finish");
    this.finished = total;
  }
  async missing() {
    return [];
  }
  async removeLecture() {
    await this.#called("remove");
    this.removed = true;
  }
  async continueRecording() {
    return { session: 1, nextIndex: 0, startMs: 0 };
  }
}

function problem(kind: ServerProblem["kind"]): ServerProblem {
  return new ServerProblem(kind, { code: kind, message: kind });
}

const lecture = newLecture({ intake: "complete" });

let outbox: Outbox;
let server: MemoryServer;
let uploader: Uploader;
let accountId: string | undefined;
let count = 0;

beforeEach(async () => {
  outbox = await Outbox.open(`uploader ${count++}`);
  server = new MemoryServer();
  accountId = "me";
  // A clock a thousand times as fast: a backoff of seconds passes in milliseconds.
  const startedAt = performance.now();
  const now = () => (performance.now() - startedAt) * 1_000;
  uploader = new Uploader({ outbox, server, accountId: () => accountId, now, random: () => 0 });
});
afterEach(async () => {
  await uploader.stop();
  await outbox.close();
});

async function addPieces(clientKey: string, number: number): Promise<void> {
  for (let index = 0; index < number; index++) {
    const bytes = new TextEncoder().encode(`sound ${index}`).buffer;
    const piece = {
      clientKey,
      index,
      session: 0,
      startMs: index * 10,
      durationMs: 10,
      overlapMs: 0,
    };
    await outbox.addWholePiece({ ...piece, mimeType: "audio/webm" }, bytes);
  }
}

/** Wakes the uploader (time passes) until `until` holds. */
async function run(until: () => boolean | Promise<boolean>): Promise<void> {
  uploader.start();
  for (let turns = 0; !(await until()); turns++) {
    // Waits between tries are real and grow to seconds.
    if (turns > 12_000) throw new Error(`It never came to that. Calls: ${server.calls.join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe("sending a lecture", () => {
  it("creates it, sends the pieces, ends it, and lets go of it", async () => {
    await outbox.addLecture(lecture);
    await addPieces("a", 3);
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.finished).toEqual({ chunkCount: 3, durationMs: 30 });
    expect([...server.chunks.keys()].sort()).toEqual([0, 1, 2]);
    expect(server.calls[0]).toBe("create");
    expect(server.calls.at(-1)).toBe("finish");
    expect(server.chunks.get(1)?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("gets through when every call fails the first time and every answer gets lost the second", async () => {
    await outbox.addLecture(lecture);
    await addPieces("a", 4);
    const failed = new Map<string, number>();
    server.before = (method) => {
      const times = (failed.get(method) ?? 0) + 1;
      failed.set(method, times);
      if (times <= 2) throw problem("transient");
    };
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.chunks.size).toBe(4);
    expect(server.finished?.chunkCount).toBe(4);
  });

  it("sends a title that was changed meanwhile, and marks with their words", async () => {
    await outbox.addLecture({ ...lecture, title: "Old" });
    await addPieces("a", 1);
    await outbox.putMark({
      clientKey: "a",
      markKey: "m",
      atMs: 1.6,
      note: "exam",
      status: "waiting",
    });
    server.before = (method) => {
      if (method === "create") void outbox.updateLecture("a", { title: "New" });
    };
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.calls).toContain("details New");
    expect(server.calls).toContain("mark exam");
  });

  it("is not kept from sending by a mark that the server will not take", async () => {
    await outbox.addLecture(lecture);
    await addPieces("a", 2);
    const mark = { clientKey: "a", markKey: "m", atMs: 1, status: "waiting" } as const;
    await outbox.putMark(mark);
    server.before = (method) => {
      if (method.startsWith("mark")) throw problem("refused");
    };
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.finished?.chunkCount).toBe(2);
  });

  it("sends text sixteen chunks at a time", async () => {
    const chunk = { startMs: 0, endMs: 1, segments: [] };
    await outbox.addTextLecture(
      { ...lecture, source: "text" },
      Array.from({ length: 40 }, () => chunk),
    );
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.calls.filter((call) => call.startsWith("text"))).toEqual([
      "text 0+16",
      "text 16+16",
      "text 32+8",
    ]);
  });
});

describe("a stored file that has gone missing at the server", () => {
  it("is sent once more", async () => {
    await outbox.addLecture(lecture);
    await addPieces("a", 1);
    let lost = false;
    server.before = (method) => {
      if (method !== "chunk 0" || lost) return;
      lost = true;
      server.files.clear();
    };
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.calls.filter((call) => call === "upload")).toHaveLength(2);
  });
});

describe("what the server will never take", () => {
  it("stops this lecture with the reason, keeps its bytes, and lets the others through", async () => {
    await outbox.addLecture(lecture);
    await addPieces("a", 1);
    await outbox.addLecture({ ...lecture, clientKey: "b", createdAt: 1 });
    await addPieces("b", 1);
    let refused = false;
    server.before = (method) => {
      if (method !== "create" || refused) return;
      refused = true;
      throw problem("refused");
    };
    await run(() => server.finished !== undefined);
    expect((await outbox.lecture("a"))?.problem?.code).toBe("refused");
    expect((await outbox.bytes("a", 0, "")).size).toBeGreaterThan(0);
  });
});

describe("accounts", () => {
  it("sends nothing while nobody is signed in, and says so", async () => {
    accountId = undefined;
    await outbox.addLecture(lecture);
    await addPieces("a", 1);
    await run(() => uploader.getSnapshot().status === "signed_out");
    expect(server.calls).toEqual([]);
    accountId = "me";
    uploader.wake();
    await run(async () => (await outbox.lectures()).length === 0);
  });

  it("leaves another account's lectures where they are", async () => {
    await outbox.addLecture({ ...lecture, ownerId: "somebody else" });
    await addPieces("a", 1);
    await outbox.addLecture({ ...lecture, clientKey: "b", createdAt: 1 });
    await addPieces("b", 1);
    await run(() => server.finished !== undefined);
    expect((await outbox.lectures()).map(({ clientKey }) => clientKey)).toEqual(["a"]);
    expect(server.calls.filter((call) => call === "create")).toHaveLength(1);
  });

  it("waits when the session ends in the middle", async () => {
    await outbox.addLecture(lecture);
    await addPieces("a", 1);
    let signedOut = true;
    server.before = (method) => {
      if (method === "url" && signedOut) throw problem("signed_out");
    };
    await run(() => uploader.getSnapshot().status === "signed_out");
    signedOut = false;
    uploader.wake();
    await run(async () => (await outbox.lectures()).length === 0);
  });
});

describe("a lecture that was thrown away", () => {
  it("is removed from the server, also when the answer to its creation had been lost", async () => {
    await outbox.addLecture({ ...lecture, intake: "discarded", createTried: true });
    await run(async () => (await outbox.lectures()).length === 0);
    expect(server.calls).toEqual(["create", "remove"]);
  });

  it("is gone from here when it is gone from the server", async () => {
    await outbox.addLecture({ ...lecture, intake: "discarded", lectureId: "l" });
    server.before = () => {
      throw problem("gone");
    };
    await run(async () => (await outbox.lectures()).length === 0);
  });
});
