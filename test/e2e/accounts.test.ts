// What one account has, another can't read, find, guess or change; not by the app's functions, and not by its files.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Id } from "../../convex/_generated/dataModel.js";
import { api } from "../../convex/_generated/api.js";
import { TestAccount } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";
import { scriptedLecture } from "../harness/scriptedLecture.ts";
import { providerSettings } from "../harness/world.ts";
import { startProvider, type Provider } from "../provider/server.ts";

let provider: Provider;
let lectern: Lectern;
let owner: TestAccount;
let stranger: TestAccount;
let lectureId: Id<"lectures">;

beforeAll(async () => {
  provider = await startProvider();
  lectern = await startLectern({ env: providerSettings(provider) });
  owner = await TestAccount.create(lectern.url);
  stranger = await TestAccount.create(lectern.url);
  lectureId = await owner.sendLecture(
    scriptedLecture({ chunkCount: 3, chunkSeconds: 60 }).pieces,
    "The private lecture",
  );
  expect(await owner.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
});

afterAll(async () => {
  await owner.close();
  await stranger.close();
  await lectern.close();
  await provider.close();
});

const notFound = { data: { code: "not_found" } };

describe("a second account", () => {
  it("sees nothing of the first in its library, by search or by the lecture's id", async () => {
    const { http } = stranger;
    const list = await http.query(api.lectures.list, {
      paginationOpts: { numItems: 50, cursor: null },
    });
    expect(list.page).toEqual([]);
    expect(await http.query(api.lectures.search, { query: "private" })).toEqual([]);
    expect(await http.query(api.lectures.search, { query: "marker" })).toEqual([]);
    expect(await http.query(api.lectures.get, { lectureId })).toBeNull();
    expect(await owner.http.query(api.lectures.search, { query: "private" })).not.toEqual([]);
    expect(await owner.http.query(api.lectures.search, { query: "marker" })).not.toEqual([]);
  });

  it.each([
    [
      "the transcript",
      () => ({ query: api.transcripts.range, args: { fromIndex: 0, toIndex: 4 } }),
    ],
    ["the audio", () => ({ query: api.transcripts.audio, args: { fromIndex: 0, limit: 10 } })],
    ["the export", () => ({ query: api.transcripts.exportText, args: { fromIndex: 0 } })],
    ["the marks", () => ({ query: api.lectures.marks, args: {} })],
    ["what is missing", () => ({ query: api.uploads.missing, args: { fromIndex: 0 } })],
    ["the notes", () => ({ query: api.notes.get, args: {} })],
    ["the drafts", () => ({ query: api.notes.drafts, args: {} })],
    ["the versions", () => ({ query: api.notes.versions, args: {} })],
    ["the job", () => ({ query: api.jobs.get, args: {} })],
    [
      "the pieces' story",
      () => ({ query: api.jobs.chunkTimeline, args: { fromIndex: 0, limit: 9 } }),
    ],
    ["the share link", () => ({ query: api.shares.get, args: {} })],
  ])("cannot read %s", async (_, call) => {
    const { query, args } = call();
    // One list of many queries: their argument types differ, their behaviour must not.
    const asked = stranger.http.query(query as typeof api.notes.get, { ...args, lectureId });
    const answer = await asked.catch((error: unknown) => error);
    if (answer === null) return;
    expect(answer).toMatchObject(notFound);
  });

  it.each([
    [
      "rename",
      () => stranger.http.mutation(api.lectures.updateDetails, { lectureId, title: "Mine" }),
    ],
    ["delete", () => stranger.http.mutation(api.lectures.remove, { lectureId })],
    ["cancel", () => stranger.http.mutation(api.lectures.cancel, { lectureId })],
    ["retry", () => stranger.http.mutation(api.lectures.retry, { lectureId })],
    ["continue", () => stranger.http.mutation(api.lectures.continueRecording, { lectureId })],
    [
      "mark",
      () => stranger.http.mutation(api.lectures.addMark, { lectureId, clientKey: "k", atMs: 1 }),
    ],
    ["upload to", () => stranger.http.mutation(api.uploads.generateUploadUrl, { lectureId })],
    [
      "finish",
      () => stranger.http.mutation(api.uploads.finish, { lectureId, chunkCount: 1, durationMs: 1 }),
    ],
    [
      "edit the notes of",
      () => stranger.http.mutation(api.notes.editPart, { lectureId, path: "title", text: "Mine" }),
    ],
    [
      "regenerate the notes of",
      () => stranger.http.mutation(api.notes.regenerate, { lectureId, keepEdits: false }),
    ],
    [
      "correct the transcript of",
      () =>
        stranger.http.mutation(api.transcripts.editSegment, {
          lectureId,
          chunkIndex: 0,
          segmentIndex: 0,
          text: "x",
        }),
    ],
    ["share", () => stranger.http.mutation(api.shares.create, { lectureId })],
  ])("cannot %s the lecture", async (_, change) => {
    await expect(change()).rejects.toMatchObject(notFound);
    expect(await owner.http.query(api.lectures.get, { lectureId })).toMatchObject({
      title: "The private lecture",
      state: "ready",
    });
  });

  it("cannot register the first one's file as its own", async () => {
    const { pieces } = scriptedLecture({ chunkCount: 1, chunkSeconds: 30 });
    const [piece] = pieces;
    if (!piece) throw new Error("There is no piece.");
    const theirs = await owner.createLecture({ title: "Another private lecture" });
    const storageId = await owner.upload(theirs, piece);
    await owner.registerPiece(theirs, 0, piece, storageId);
    const mine = await stranger.createLecture();
    await expect(stranger.registerPiece(mine, 0, piece, storageId)).rejects.toMatchObject({
      data: { code: "conflict_file" },
    });
    await owner.http.mutation(api.lectures.remove, { lectureId: theirs });
    await stranger.http.mutation(api.lectures.remove, { lectureId: mine });
  });

  it("cannot guess a file's address", async () => {
    const [piece] = await owner.http.query(api.transcripts.audio, {
      lectureId,
      fromIndex: 0,
      limit: 1,
    });
    const url = new URL(piece?.url ?? "");
    const heard = await fetch(url);
    expect(heard.status).toBe(200);
    await heard.body?.cancel();
    const guessed = url.href.replace(/[0-9a-f]{4}(?=[^0-9a-f]*$)/, "0000");
    expect((await fetch(guessed)).status).toBe(404);
  });

  it("reads a shared lecture's notes and nothing else, until the link is taken back", async () => {
    const { token } = await owner.http.mutation(api.shares.create, { lectureId });
    const shared = await stranger.http.query(api.shares.lecture, { token });
    expect(shared).toMatchObject({ title: "The private lecture" });
    expect(JSON.stringify(shared)).not.toContain(lectureId);
    await owner.http.mutation(api.shares.revoke, { lectureId });
    expect(await stranger.http.query(api.shares.lecture, { token })).toBeNull();
  });
});

describe("nobody", () => {
  it("reaches internal functions without the admin key", async () => {
    for (const path of ["jobs:inspect", "jobs:requeue", "jobs:cancel", "jobs:sweep"]) {
      const response = await fetch(new URL("/api/query", lectern.url), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ path, args: { lectureId }, format: "json" }),
      });
      expect(await response.json()).toMatchObject({
        status: "error",
        errorMessage: expect.stringContaining("Could not find public function") as string,
      });
    }
  });
});
