// Another person's lectures are out of reach: seen from a second account and from no account, by
// every public function that there is. A new one must be entered here, or a test fails.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getFunctionName, makeFunctionReference, type FunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { World, type Person } from "../test/pipeline/world.ts";
import { api } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";

let world: World;
let owner: Person;
let stranger: Person;
let lectureId: Id<"lectures">;
let storageId: Id<"_storage">;
let shareToken: string;

beforeEach(async () => {
  world = await World.create();
  owner = await world.signUp();
  stranger = await world.signUp();
  lectureId = await world.record(owner, { pieces: 3 });
  await world.settle();
  await owner.as.mutation(api.lectures.updateDetails, { lectureId, title: "Secret candle" });
  await owner.as.mutation(api.lectures.addMark, { lectureId, clientKey: "mark", atMs: 1000 });
  shareToken = (await owner.as.mutation(api.shares.create, { lectureId })).token;
  storageId = (await world.rows("audioChunks"))[0]?.storageId as Id<"_storage">;
});
afterEach(() => world.close());

type Expected =
  /** The call is refused. */
  | "refused"
  /** The call answers with this, as if there were nothing. */
  | { answer: unknown }
  /** The call is about the caller alone; nothing of the owner's may be in the answer. */
  | "own";

type Case = { args: () => Record<string, unknown>; expected: Expected };

const page = { numItems: 10, cursor: null };
const byLecture = (expected: Expected, rest: Record<string, unknown> = {}): Case => ({
  args: () => ({ lectureId, ...rest }),
  expected,
});

const CASES: Record<string, Case> = {
  "lectures:list": { args: () => ({ paginationOpts: page }), expected: "own" },
  "lectures:get": byLecture({ answer: null }),
  "lectures:marks": byLecture("refused"),
  "lectures:search": { args: () => ({ query: "candle" }), expected: { answer: [] } },
  "lectures:create": {
    args: () => ({ clientKey: "recording", source: "file", recordedAt: 0 }),
    expected: "own",
  },
  "lectures:updateDetails": byLecture("refused", { title: "Mine now" }),
  "lectures:addMark": byLecture("refused", { clientKey: "x", atMs: 0 }),
  "lectures:removeMark": byLecture("refused", { clientKey: "mark" }),
  "lectures:continueRecording": byLecture("refused"),
  "lectures:remove": byLecture("refused"),
  "lectures:retry": byLecture("refused"),
  "lectures:cancel": byLecture("refused"),
  "uploads:generateUploadUrl": byLecture("refused"),
  "uploads:addChunk": {
    args: () => ({
      ...{ lectureId, storageId, index: 9, session: 0, startMs: 0, durationMs: 1000 },
      ...{ overlapMs: 0, sizeBytes: 1, mimeType: "audio/webm", sha256: "0".repeat(64) },
    }),
    expected: "refused",
  },
  "uploads:addTranscriptChunks": byLecture("refused", { firstIndex: 0, chunks: [] }),
  "uploads:finish": byLecture("refused", { chunkCount: 3, durationMs: 1 }),
  "uploads:missing": byLecture("refused", { fromIndex: 0 }),
  "transcripts:range": byLecture("refused", { fromIndex: 0, toIndex: 16 }),
  "transcripts:audio": byLecture("refused", { fromIndex: 0, limit: 10 }),
  "transcripts:editSegment": byLecture("refused", { chunkIndex: 0, segmentIndex: 0, text: "No." }),
  "transcripts:exportText": byLecture("refused", { fromIndex: 0 }),
  "notes:get": byLecture("refused"),
  "notes:drafts": byLecture("refused"),
  "notes:editPart": byLecture("refused", { path: "title", text: "Mine now" }),
  "notes:versions": byLecture("refused"),
  "notes:restore": byLecture("refused", { version: 1 }),
  "notes:regenerate": byLecture("refused", { keepEdits: false }),
  "jobs:get": byLecture("refused"),
  "jobs:chunkTimeline": byLecture("refused", { fromIndex: 0, limit: 10 }),
  "jobs:events": byLecture("refused", { paginationOpts: page }),
  "shares:get": byLecture("refused"),
  "shares:create": byLecture("refused"),
  "shares:revoke": byLecture("refused"),
  "account:me": { args: () => ({}), expected: "own" },
  "account:engines": { args: () => ({}), expected: "own" },
  "account:startTransfer": { args: () => ({}), expected: "own" },
  "account:finishTransfer": { args: () => ({ secret: "guess" }), expected: "refused" },
  "account:remove": { args: () => ({}), expected: "own" },
};

/** Answered to everybody, by a secret link or about nothing. */
const OPEN = ["shares:lecture", "auth:signIn", "auth:signOut", "auth:isAuthenticated"];

async function everything() {
  const tables = [
    ...(["lectures", "lectureAccess", "jobs", "audioChunks", "transcriptChunks"] as const),
    ...(["notes", "noteVersions", "marks", "shares", "jobEvents", "sectionDrafts"] as const),
  ];
  const rows = await Promise.all(tables.map((table) => world.rows(table)));
  return rows.flat().filter((row) => ("lectureId" in row ? row.lectureId : row._id) === lectureId);
}

async function call(as: Person["as"], name: string, args: Record<string, unknown>) {
  const kind = world.instrument.kinds.get(name);
  const reference = makeFunctionReference(name) as FunctionReference<
    "query" | "mutation",
    "public",
    Record<string, Value>
  >;
  // The table above holds arguments of many functions; their validators check them.
  const given = args as Record<string, Value>;
  return kind === "query"
    ? ((await as.query(reference as FunctionReference<"query">, given)) as unknown)
    : ((await as.mutation(reference as FunctionReference<"mutation">, given)) as unknown);
}

describe("every public function", () => {
  it("is in the table of this test", () => {
    expect([...Object.keys(CASES), ...OPEN].toSorted()).toEqual(
      [...world.instrument.publicNames].toSorted(),
    );
    expect(getFunctionName(api.lectures.get)).toBe("lectures:get");
  });

  it.each(Object.keys(CASES))("keeps a stranger out: %s", async (name) => {
    const { args, expected } = CASES[name] as Case;
    const before = await everything();
    const answer = call(stranger.as, name, args());
    if (expected === "refused") {
      await expect(answer).rejects.toThrow(/not_found|conflict_account/u);
    } else if (expected === "own") {
      const text = JSON.stringify(await answer);
      expect(text).not.toContain(lectureId);
      expect(text).not.toContain("Secret candle");
    } else expect(await answer).toEqual(expected.answer);
    await world.settle();
    expect(await everything()).toEqual(before);
  });

  it.each(Object.keys(CASES))("wants somebody who is signed in: %s", async (name) => {
    const before = await everything();
    const answer = call(world.t, name, (CASES[name] as Case).args());
    if (name === "lectures:get" || name === "account:me") expect(await answer).toBeNull();
    else await expect(answer).rejects.toThrow(/not_signed_in/u);
    expect(await everything()).toEqual(before);
  });
});

describe("a lecture's id from the address bar", () => {
  it.each(["", "nonsense", "10000;lectures", "x".repeat(200)])("may be %j", async (text) => {
    expect(await owner.as.query(api.lectures.get, { lectureId: text })).toBeNull();
  });

  it("of another table shows nothing", async () => {
    const job = await world.job(lectureId);
    expect(await owner.as.query(api.lectures.get, { lectureId: job._id })).toBeNull();
  });
});

describe("a shared link", () => {
  it("shows the notes and nothing of their owner, until it is revoked", async () => {
    const shared = await world.t.query(api.shares.lecture, { token: shareToken });
    expect(Object.keys(shared ?? {}).toSorted()).toEqual([
      ...["durationMs", "notes", "recordedAt", "title"],
    ]);
    expect(shared?.title).toBe("Secret candle");
    expect(JSON.stringify(shared)).not.toContain(owner.userId);
    expect(await world.t.query(api.shares.lecture, { token: "guess" })).toBeNull();
    expect(await owner.as.mutation(api.shares.create, { lectureId })).toEqual({
      token: shareToken,
    });
    await owner.as.mutation(api.shares.revoke, { lectureId });
    expect(await world.t.query(api.shares.lecture, { token: shareToken })).toBeNull();
    const again = await owner.as.mutation(api.shares.create, { lectureId });
    expect(again.token).not.toBe(shareToken);
  });

  it("of a removed lecture shows nothing at once", async () => {
    await owner.as.mutation(api.lectures.remove, { lectureId });
    expect(await world.t.query(api.shares.lecture, { token: shareToken })).toBeNull();
  });
});
