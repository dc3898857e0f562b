// Pieces in which there is no sound: no call is made for them, they are shown as what they are, and a
// piece in which there may be something is never taken for one.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sound } from "../../domain/sound.ts";
import { expectAtRest } from "../../test/pipeline/invariants.ts";
import { saidBy } from "../../test/pipeline/provider.ts";
import { World, type Person } from "../../test/pipeline/world.ts";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";

const PIECE_MS = 45_000;
const ZEROS: Sound = {
  measuredAt: "microphone",
  measuredMs: PIECE_MS,
  audibleMs: 0,
  peakDb: -150,
};
/** A lecture as it arrives in the last row. */
const QUIET: Sound = { ...ZEROS, audibleMs: 20_000, peakDb: -55 };

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

/** A recording with what was measured of each piece. */
async function record(sounds: (Sound | undefined)[], clientKey = "a"): Promise<Id<"lectures">> {
  const lectureId = await world.create(person, clientKey);
  for (const [index, sound] of sounds.entries()) {
    await world.addPiece(person, lectureId, index, { ...(sound ? { sound } : {}) });
  }
  await world.finish(person, lectureId, sounds.length);
  await world.settle();
  return lectureId;
}

const textOf = (...pieces: number[]) =>
  pieces.flatMap((index) => saidBy(index, PIECE_MS)).join(" ");

describe("a piece of a muted microphone", () => {
  it("is skipped without a call; the rest is transcribed, and the gap is shown", async () => {
    const lectureId = await record([QUIET, ZEROS, ZEROS, undefined]);
    expect(world.provider.heard().toSorted()).toEqual([0, 3]);
    expect(await world.transcript(lectureId)).toBe(textOf(0, 3));
    const job = await world.job(lectureId);
    expect(job).toMatchObject({ status: "completed", counts: { transcribed: 2, skipped: 2 } });
    expect(job.usage.audioSeconds).toBeCloseTo(90, 0);
    await expectAtRest(world);

    const shown = await person.as.query(api.transcripts.range, {
      ...{ lectureId, fromIndex: 0, toIndex: 4 },
    });
    expect(shown.map(({ state, noSound }) => [state, noSound ?? false])).toEqual([
      ["transcribed", false],
      ["skipped", true],
      ["skipped", true],
      ["transcribed", false],
    ]);
  });

  it("is told as such: in the events, in the timeline, to operators", async () => {
    const lectureId = await record([undefined, ZEROS]);
    const { page } = await person.as.query(api.jobs.events, {
      ...{ lectureId, paginationOpts: { numItems: 50, cursor: null } },
    });
    const skipped = page.find(({ type }) => type === "chunk.skipped");
    expect(skipped?.detail).toMatch(/^Piece 2 \(0:45 to 1:30\): skipped, no sound in it/u);
    const timeline = await person.as.query(api.jobs.chunkTimeline, {
      ...{ lectureId, fromIndex: 0, limit: 10 },
    });
    expect(timeline[1]).toMatchObject({ state: "skipped", attempts: 0 });
    expect(timeline[1]?.startedAt).toBeUndefined();
    const story = JSON.stringify(await world.t.query(internal.jobs.inspect, { lectureId }));
    expect(story).toContain("skipped, no sound");
  });

  it("needs no speech service", async () => {
    for (const name of ["TRANSCRIPTION_BASE_URL", "TRANSCRIPTION_MODEL"]) vi.stubEnv(name, "");
    const lectureId = await world.create(person, "a");
    await world.addPiece(person, lectureId, 0, { sound: ZEROS });
    await world.settle();
    expect((await world.job(lectureId)).counts).toMatchObject({ chunks: 1, skipped: 1 });
    expect(world.provider.calls).toEqual([]);
  });

  it("leaves an hour of silence without one call", async () => {
    const lectureId = await record([undefined, ...Array.from({ length: 80 }, () => ZEROS)]);
    expect(world.provider.heard()).toEqual([0]);
    expect(await world.job(lectureId)).toMatchObject({
      ...{ status: "completed", counts: { transcribed: 1, skipped: 80 } },
    });
    await expectAtRest(world);
  });
});

describe("a piece that may hold speech", () => {
  it.each([
    ["a voice of the last row", QUIET],
    ["one word", { ...ZEROS, audibleMs: 300, peakDb: -70 }],
    ["something that was measured in part", { ...ZEROS, measuredMs: 30_000 }],
    ["something that nobody measured", undefined],
  ])("with %s is transcribed", async (_, sound) => {
    const lectureId = await record([sound]);
    expect(world.provider.heard()).toEqual([0]);
    expect(await world.transcript(lectureId)).toBe(textOf(0));
  });

  it("because its file is larger than silence is, is transcribed", async () => {
    const lectureId = await world.create(person, "a");
    const spoken = { durationMs: PIECE_MS, sentences: ["A word. ".repeat(8000).trim()] };
    await world.addPiece(person, lectureId, 0, { sound: ZEROS, spoken });
    await world.settle();
    expect(world.provider.heard()).toEqual([0]);
  });
});

describe("a lecture in which there is no sound at all", () => {
  it("is sent to be transcribed after all when a person asks for another try", async () => {
    const lectureId = await record([ZEROS, ZEROS]);
    expect(world.provider.heard()).toEqual([]);
    expect(await world.job(lectureId)).toMatchObject({ status: "failed" });
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    expect(world.provider.heard().toSorted()).toEqual([0, 1]);
    expect(await world.transcript(lectureId)).toBe(textOf(0, 1));
    expect(await world.job(lectureId)).toMatchObject({ status: "completed" });
  });
});
