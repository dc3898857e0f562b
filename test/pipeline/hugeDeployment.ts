// A deployment as full as it is meant to get: a lecture of 1,000 pieces, a user with 5,000 lectures,
// 200 jobs at once. Seeded directly, because living through it would take hours.
import type { Id } from "../../convex/_generated/dataModel.js";
import type { MutationCtx } from "../../convex/_generated/server.js";
import { lecture } from "./provider.ts";
import type { Person, World } from "./world.ts";

export const PIECES = 1000;
const PIECE_MS = 43_200;
const LECTURES = 5000;
const JOBS = 200;
const EVENTS = 3000;
/** Pieces at the end of the long lecture whose notes are not written yet. */
const UNWRITTEN = 14;

/** The lecture of 1,000 pieces, all but the last transcribed and most of it written. */
export async function fillDeployment(world: World, person: Person): Promise<Id<"lectures">> {
  const ownerId = person.userId;
  for (let from = 0; from < LECTURES; from += 1000) {
    await world.t.run(async (ctx) => {
      for (let index = from; index < from + 1000; index += 1) {
        await insertLecture(ctx, ownerId, index, index < JOBS ? "running" : "completed");
      }
    });
  }
  const lectureId = await world.create(person, "huge");
  const storageId = await world.t.run(async (ctx) => ctx.storage.store(new Blob(["audio"])));
  for (let from = 0; from < PIECES - 1; from += 250) {
    await world.t.run(async (ctx) => {
      for (let index = from; index < Math.min(from + 250, PIECES - 1); index += 1) {
        await insertPiece(ctx, { lectureId, ownerId, storageId, index });
      }
    });
  }
  await world.t.run(async (ctx) => {
    const writtenToMs = (PIECES - UNWRITTEN) * PIECE_MS;
    for (let windowIndex = 0; windowIndex < 72; windowIndex += 1) {
      await insertDraft(ctx, lectureId, windowIndex, writtenToMs / 72);
    }
    for (let at = 0; at < EVENTS; at += 1) {
      await ctx.db.insert("jobEvents", { lectureId, at, attempt: 1, type: "seed", detail: "x" });
    }
    const job = await ctx.db
      .query("jobs")
      .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
      .unique();
    const lane = await ctx.db
      .query("writingLanes")
      .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
      .unique();
    if (!job || !lane) throw new Error("The lecture was not created.");
    const count = PIECES - 1;
    await ctx.db.patch("jobs", job._id, {
      counts: { chunks: count, transcribed: count, skipped: 0, failed: 0, windowsWritten: 72 },
      ...{ receivedMs: count * PIECE_MS, settledMs: count * PIECE_MS, endMs: count * PIECE_MS },
      ...{ settledEnd: count, writtenToMs },
    });
    await ctx.db.patch("writingLanes", lane._id, { fromIndex: PIECES - UNWRITTEN - 1 });
  });
  await world.addPiece(person, lectureId, PIECES - 1, { durationMs: PIECE_MS });
  return lectureId;
}

async function insertLecture(
  ctx: MutationCtx,
  ownerId: Id<"users">,
  index: number,
  status: "running" | "completed",
): Promise<void> {
  const isRunning = status === "running";
  const lectureId = await ctx.db.insert("lectures", {
    ...{ ownerId, clientKey: `seed ${index}`, source: "file", title: `Candle ${index}` },
    ...{ recordedAt: index, durationMs: 1000, progress: isRunning ? 40 : 100, deleting: false },
    ...{ state: isRunning ? "processing" : "ready", stage: isRunning ? "transcribing" : "done" },
  });
  // The test database looks at every row of a table; of the finished ones, nobody asks for more.
  if (!isRunning) return;
  await ctx.db.insert("lectureAccess", { lectureId, ownerId });
  await ctx.db.insert("jobs", {
    ...{ lectureId, status, stage: "transcribing" },
    ...{ progress: 40, attempt: 1, intake: "complete", requeueing: false, thinned: false },
    counts: { chunks: 1, transcribed: 1, skipped: 0, failed: 0, windowsWritten: 0 },
    ...{ receivedMs: 0, settledMs: 0, endMs: 0, writtenToMs: 0, settledEnd: 1, nextSession: 1 },
    ...{ words: 0, marks: 0, lastReceivedAt: Date.now(), failingChunks: [], circuitOpenings: 0 },
    ...{ engines: {}, hasUnknownCost: false },
    usage: { audioSeconds: 0, inputTokens: 0, outputTokens: 0, calls: 0 },
  });
}

type PieceIds = {
  lectureId: Id<"lectures">;
  ownerId: Id<"users">;
  storageId: Id<"_storage">;
  index: number;
};

async function insertPiece(
  ctx: MutationCtx,
  { lectureId, ownerId, storageId, index }: PieceIds,
): Promise<void> {
  const startMs = index * PIECE_MS;
  await ctx.db.insert("audioChunks", {
    ...{ lectureId, index, session: 0, startMs, durationMs: PIECE_MS, overlapMs: 0 },
    ...{ storageId, mimeType: "audio/webm", sizeBytes: 5, sha256: "0".repeat(64) },
    ...{ state: "transcribed", isSettled: true, followsGap: false },
    ...{ attempts: 0, refusals: 0, losses: 0, notBefore: 0 },
  });
  const { sentences } = lecture(index, PIECE_MS);
  const eachMs = PIECE_MS / sentences.length;
  await ctx.db.insert("transcriptChunks", {
    ...{ lectureId, ownerId, index, startMs, endMs: startMs + PIECE_MS, overlapMs: 0 },
    state: "transcribed",
    segments: sentences.map((text, at) => ({
      ...{ text, startMs: startMs + at * eachMs, endMs: startMs + (at + 1) * eachMs },
    })),
    searchText: sentences.join(" "),
  });
}

async function insertDraft(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
  windowIndex: number,
  lengthMs: number,
): Promise<void> {
  const startMs = windowIndex * lengthMs;
  const text = `The candle of window ${windowIndex} shows how wax rises in its wick.`;
  await ctx.db.insert("sectionDrafts", {
    ...{ lectureId, windowIndex, startMs, endMs: startMs + lengthMs },
    sections: [
      {
        heading: `Window ${windowIndex}`,
        startMs,
        endMs: startMs + lengthMs,
        points: [{ text, startMs }],
      },
    ],
    ...{ definitions: [], gist: [{ text, startMs }], keyTakeaways: [{ text, startMs }] },
    keyphrases: [{ text: "candle", weight: 1 }],
    writer: { kind: "offline", name: "Offline outline" },
  });
}
