// How a lecture comes in, as devices really send it: twice, out of order, with gaps, damaged, late.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectWhole } from "../test/pipeline/invariants.ts";
import { lecture } from "../test/pipeline/provider.ts";
import { saidIn, World, type Person } from "../test/pipeline/world.ts";
import { api } from "./_generated/api.js";
import { internal } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

function sound(wrong: { measuredMs?: number; audibleMs?: number; peakDb?: number }) {
  const measuredAt = "microphone" as const;
  return { measuredAt, measuredMs: 45_000, audibleMs: 0, peakDb: -60, ...wrong };
}

async function files(): Promise<number> {
  return await world.t.run(async (ctx) => (await ctx.db.system.query("_storage").collect()).length);
}

async function isGone(lectureId: Id<"lectures">): Promise<void> {
  expect(await person.as.query(api.lectures.get, { lectureId })).toBeNull();
  await world.settle();
  for (const table of ["lectures", "jobs", "transcriptChunks", "jobEvents"] as const) {
    expect(await world.rows(table)).toEqual([]);
  }
}

describe("a piece", () => {
  it("that is sent twice is stored once, and the second file goes", async () => {
    const lectureId = await world.create(person, "a");
    expect(await world.addPiece(person, lectureId, 0)).toBe("stored");
    expect(await world.addPiece(person, lectureId, 0)).toBe("already_stored");
    expect(await files()).toBe(1);
    const again = await world.upload(1);
    await person.as.mutation(api.uploads.addChunk, { lectureId, ...again });
    expect(await person.as.mutation(api.uploads.addChunk, { lectureId, ...again })).toBe(
      "already_stored",
    );
    expect(await files()).toBe(2);
    await world.finish(person, lectureId, 2);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(2));
  });

  it("with other bytes under the same index is refused; nothing is overwritten", async () => {
    const lectureId = await world.create(person, "a");
    await world.addPiece(person, lectureId, 0);
    const other = world.addPiece(person, lectureId, 0, { spoken: lecture(9, 45_000) });
    await expect(other).rejects.toThrow(/conflict_chunk/u);
    await world.finish(person, lectureId, 1);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(1));
  });

  it("that did not arrive whole has to be sent again", async () => {
    const lectureId = await world.create(person, "a");
    const piece = await world.upload(0);
    for (const damage of [{ sizeBytes: piece.sizeBytes + 1 }, { sha256: "0".repeat(64) }]) {
      const sent = person.as.mutation(api.uploads.addChunk, { lectureId, ...piece, ...damage });
      await expect(sent).rejects.toThrow(/file_missing/u);
    }
    await world.t.run(async (ctx) => ctx.storage.delete(piece.storageId));
    const sent = person.as.mutation(api.uploads.addChunk, { lectureId, ...piece });
    await expect(sent).rejects.toThrow(/file_missing/u);
    expect((await world.job(lectureId)).counts.chunks).toBe(0);
  });

  it("whose stored file is gone is mended by sending it again", async () => {
    const lectureId = await world.create(person, "a");
    await world.addPiece(person, lectureId, 0);
    const [stored] = await world.rows("audioChunks");
    await world.t.run(async (ctx) => stored && ctx.storage.delete(stored.storageId));
    expect(await world.addPiece(person, lectureId, 0)).toBe("already_stored");
    await world.finish(person, lectureId, 1);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(1));
  });

  it("can't be another lecture's file", async () => {
    const mine = await world.create(person, "a");
    const piece = await world.upload(0);
    await person.as.mutation(api.uploads.addChunk, { lectureId: mine, ...piece });
    const thief = await world.signUp();
    const lectureId = await world.create(thief, "b");
    const sent = thief.as.mutation(api.uploads.addChunk, { lectureId, ...piece });
    await expect(sent).rejects.toThrow(/conflict_file/u);
    expect(await files()).toBe(1);
  });

  it.each([
    ["a negative index", { index: -1 }],
    ["no length", { durationMs: 0 }],
    ["the length of a day", { durationMs: 86_400_000 }],
    ["no bytes", { sizeBytes: 0 }],
    ["too many bytes", { sizeBytes: 30_000_000 }],
    ["a time that is no number", { startMs: NaN }],
    ["an overlap longer than itself", { overlapMs: 50_000 }],
    ["text instead of audio", { mimeType: "text/plain" }],
    ["a hash that is none", { sha256: "abc" }],
    ["more sound than was measured", { sound: sound({ audibleMs: 2, measuredMs: 1 }) }],
    ["sound for longer than it can be", { sound: sound({ measuredMs: 86_400_000 }) }],
    ["a loudness that is no number", { sound: sound({ peakDb: -Infinity }) }],
    ["a loudness of a rocket", { sound: sound({ peakDb: 200 }) }],
  ])("with %s is refused", async (_, wrong) => {
    const lectureId = await world.create(person, "a");
    const piece = await world.upload(0);
    const sent = person.as.mutation(api.uploads.addChunk, { lectureId, ...piece, ...wrong });
    await expect(sent).rejects.toThrow(/invalid_|too_large/u);
    expect((await world.job(lectureId)).counts.chunks).toBe(0);
  });
});

describe("pieces out of order", () => {
  it("make a transcript in order, and notes of it", async () => {
    const lectureId = await world.create(person, "a");
    for (const index of [3, 0, 39, 1, 2, ...Array.from({ length: 35 }, (_, at) => 38 - at)]) {
      await world.addPiece(person, lectureId, index);
      await world.settle();
    }
    await world.finish(person, lectureId, 40);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(40));
  });

  it("show which are missing, and finish waits for them", async () => {
    const lectureId = await world.create(person, "a");
    for (const index of [1, 4, 5, 9]) await world.addPiece(person, lectureId, index);
    const missing = (fromIndex: number) =>
      person.as.query(api.uploads.missing, { lectureId, fromIndex });
    expect(await missing(0)).toEqual([0, 2, 3, 6, 7, 8]);
    expect(await missing(3)).toEqual([3, 6, 7, 8]);
    await expect(world.finish(person, lectureId, 10)).rejects.toThrow(/conflict_missing_chunks/u);
    for (const index of [0, 2, 3, 6, 7, 8]) await world.addPiece(person, lectureId, index);
    expect(await missing(0)).toEqual([]);
    await world.finish(person, lectureId, 10);
    await world.finish(person, lectureId, 10);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(10));
  });
});

describe("a piece that comes after the lecture was finished", () => {
  it("opens it again, and the notes are brought up to date", async () => {
    const lectureId = await world.create(person, "a");
    await world.addPiece(person, lectureId, 0);
    await world.addPiece(person, lectureId, 2);
    await world.finish(person, lectureId, 2);
    await world.settle();
    const first = await person.as.query(api.lectures.get, { lectureId });
    expect(first?.warning).toMatch(/0:45 to 1:30/u);
    await world.addPiece(person, lectureId, 1);
    await world.finish(person, lectureId, 3);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(3));
    expect((await person.as.query(api.lectures.get, { lectureId }))?.warning).toBeUndefined();
  });
});

describe("a lecture of nothing", () => {
  it("is refused with a sentence, and nothing of it is left", async () => {
    const lectureId = await world.create(person, "a");
    const result = await world.finish(person, lectureId, 0);
    expect(result?.refused).toMatchObject({ code: "invalid_empty" });
    await isGone(lectureId);
  });
});

describe("text", () => {
  const chunk = (index: number, text: string) => ({
    startMs: index * 300_000,
    endMs: (index + 1) * 300_000,
    segments: [{ startMs: index * 300_000, endMs: index * 300_000 + 10_000, text }],
  });

  it("of 300,000 words is refused, and nothing of it is left", async () => {
    const lectureId = await world.create(person, "a", "text");
    const words = "word ".repeat(390).trim();
    let refused: { code: string } | undefined;
    for (let call = 0; call < 70 && !refused; call += 1) {
      const chunks = Array.from({ length: 16 }, (_, at) => {
        const { segments, ...times } = chunk(call * 16 + at, words);
        const one = segments[0];
        return { ...times, segments: one ? Array.from({ length: 12 }, () => one) : [] };
      });
      // Times of a day end before that many words are in.
      const sent = chunks.map((each, at) => ({ ...each, ...shrink(each, call * 16 + at) }));
      const result = await person.as.mutation(api.uploads.addTranscriptChunks, {
        ...{ lectureId, firstIndex: call * 16, chunks: sent },
      });
      refused = result?.refused;
    }
    expect(refused?.code).toBe("too_large");
    await isGone(lectureId);
  });

  function shrink(each: ReturnType<typeof chunk>, index: number) {
    const startMs = index * 1000;
    const segments = each.segments.map(({ text }) => ({ startMs, endMs: startMs + 1000, text }));
    return { startMs, endMs: startMs + 1000, segments };
  }

  it.each([
    ["times backwards", { ...chunk(0, "a b c"), startMs: 400_000 }],
    ["a segment outside", { ...chunk(0, "a b c"), endMs: 5000 }],
    ["a segment of a novel's length", chunk(0, "x".repeat(3000))],
  ])("with %s is refused", async (_, bad) => {
    const lectureId = await world.create(person, "a", "text");
    const sent = person.as.mutation(api.uploads.addTranscriptChunks, {
      ...{ lectureId, firstIndex: 0, chunks: [bad] },
    });
    await expect(sent).rejects.toThrow(/invalid_/u);
    expect((await world.job(lectureId)).counts.chunks).toBe(0);
  });

  it("can't be mixed with audio", async () => {
    const recording = await world.create(person, "a");
    const text = await world.create(person, "b", "text");
    const chunks = [chunk(0, "Words.")];
    await expect(
      person.as.mutation(api.uploads.addTranscriptChunks, {
        ...{ lectureId: recording, firstIndex: 0, chunks },
      }),
    ).rejects.toThrow(/conflict_source/u);
    await expect(world.addPiece(person, text, 0)).rejects.toThrow(/conflict_source/u);
  });
});

describe("creating", () => {
  it("twice with one key gives one lecture; another person's key is their own", async () => {
    const first = await world.create(person, "key");
    expect(await world.create(person, "key")).toBe(first);
    const other = await world.signUp();
    expect(await world.create(other, "key")).not.toBe(first);
  });

  it.each([
    ["a title of 10,000 characters", { title: "x".repeat(10_000) }, /invalid_title/u],
    ["a course of 1,000 characters", { course: "x".repeat(1000) }, /invalid_course/u],
    ["a language that is none", { language: "Klingon language" }, /invalid_language/u],
    ["a date that is none", { recordedAt: Infinity }, /invalid_recordedAt/u],
    ["no key", { clientKey: "  " }, /invalid_clientKey/u],
  ])("with %s is refused, and leaves nothing", async (_, wrong, code) => {
    const sent = person.as.mutation(api.lectures.create, {
      ...{ clientKey: "a", source: "file", recordedAt: 0, ...wrong },
    });
    await expect(sent).rejects.toThrow(code);
    expect(await world.rows("lectures")).toEqual([]);
    expect(await world.rows("jobs")).toEqual([]);
  });
});

describe("an upload that nobody goes on with", () => {
  const WEEK_MS = 7 * 24 * 3_600_000;

  it("is finished after a week with what is there", async () => {
    const lectureId = await world.create(person, "a");
    await world.addPiece(person, lectureId, 0);
    await world.settle();
    world.clock.jump(WEEK_MS + 1);
    await world.t.mutation(internal.pipeline.sweep.abandoned, {});
    await world.settle();
    await expectWhole(world, lectureId, saidIn(1));
  });

  it("is removed when nothing ever came, and not a day sooner", async () => {
    const lectureId = await world.create(person, "a");
    world.clock.jump(WEEK_MS - 60_000);
    await world.t.mutation(internal.pipeline.sweep.abandoned, {});
    expect(await world.rows("jobs")).toHaveLength(1);
    world.clock.jump(60_001);
    await world.t.mutation(internal.pipeline.sweep.abandoned, {});
    await isGone(lectureId);
  });
});

describe("files that belong to no piece", () => {
  it("go after a day; those in use stay", async () => {
    const lectureId = await world.create(person, "a");
    await world.addPiece(person, lectureId, 0);
    await world.upload(7);
    expect(await files()).toBe(2);
    await world.t.mutation(internal.pipeline.sweep.files, { cursor: null });
    expect(await files()).toBe(2);
    world.clock.jump(24 * 3_600_000 + 1);
    await world.t.mutation(internal.pipeline.sweep.files, { cursor: null });
    expect(await files()).toBe(1);
    await world.finish(person, lectureId, 1);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(1));
  });
});
