// Actions that are cut off, at any instruction: what they did is done again once, by another.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { crashing, CRASH_POINTS } from "../../test/pipeline/crashes.ts";
import { expectWhole } from "../../test/pipeline/invariants.ts";
import { saidIn, World, type Person } from "../../test/pipeline/world.ts";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import { chunkLeaseMs, WRITING_LEASE_MS } from "./watching.ts";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
  // The test database reports every action that was killed.
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  world.close();
});

async function endOf(lectureId: Id<"lectures">): Promise<number> {
  return (await world.job(lectureId)).finishedAt ?? Infinity;
}

describe.each(CRASH_POINTS)("an action that dies %s", (point) => {
  const heardTwice = point === "before the save" ? 1 : 0;

  it("is noticed within seconds after a restart, and costs at most its own step", async () => {
    world.instrument.intercept = crashing(world, point, "noticed", { name: /transcribe/u });
    const lectureId = await world.record(person, { pieces: 6 });
    const before = Date.now();
    await world.settle();
    expect((await endOf(lectureId)) - before).toBeLessThan(5000);
    expect(world.provider.heard()).toHaveLength(6 + heardTwice);
    await expectWhole(world, lectureId, saidIn(6));
  });

  it("is given up when its lease ends, even if nobody says that it is gone", async () => {
    world.instrument.intercept = crashing(world, point, "unnoticed", { name: /transcribe/u });
    const lectureId = await world.record(person, { pieces: 6 });
    const before = Date.now();
    await world.settle();
    expect((await endOf(lectureId)) - before).toBeLessThanOrEqual(chunkLeaseMs(45_000) + 1000);
    expect(world.provider.heard()).toHaveLength(6 + heardTwice);
    await expectWhole(world, lectureId, saidIn(6));
  });

  it("leaves the notes whole when it was writing them", async () => {
    world.instrument.intercept = crashing(world, point, "unnoticed", { times: 3, name: /write/u });
    const lectureId = await world.record(person, { pieces: 40 });
    const before = Date.now();
    await world.settle();
    expect((await endOf(lectureId)) - before).toBeLessThanOrEqual(3 * (WRITING_LEASE_MS + 1000));
    await expectWhole(world, lectureId, saidIn(40));
    expect((await person.as.query(api.notes.versions, { lectureId })).length).toBe(1);
  });
});

describe("a save that comes after its lease has passed to another", () => {
  it("changes nothing", async () => {
    let late: (() => Promise<unknown>) | undefined;
    let isFirst = true;
    world.instrument.intercept = async ({ name, proceed }) => {
      if (!isFirst || !name.includes("transcribe")) return await proceed();
      isFirst = false;
      return await proceed((send) => {
        late = send;
        return world.vanish();
      });
    };
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(3));
    const before = await Promise.all([
      world.rows("transcriptChunks"),
      world.rows("audioChunks"),
      world.job(lectureId),
      world.rows("jobEvents"),
    ]);
    await late?.();
    await world.settle();
    const after = await Promise.all([
      world.rows("transcriptChunks"),
      world.rows("audioChunks"),
      world.job(lectureId),
      world.rows("jobEvents"),
    ]);
    expect(after).toEqual(before);
  });
});

describe("a save that arrives twice", () => {
  it("is taken once", async () => {
    world.instrument.intercept = ({ proceed }) =>
      proceed(async (send) => {
        await send();
        return await send();
      });
    const lectureId = await world.record(person, { pieces: 20 });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(20));
    expect((await world.job(lectureId)).usage.calls).toBe(20);
  });
});

describe("watch and save in the same millisecond", () => {
  it.each(["the watch first", "the save first"])("end in one result: %s", async (order) => {
    let save: (() => Promise<unknown>) | undefined;
    let isFirst = true;
    world.instrument.intercept = async ({ name, proceed }) => {
      if (!isFirst || !name.includes("transcribe")) return await proceed();
      isFirst = false;
      return await proceed((send) => {
        save = send;
        return world.vanish();
      });
    };
    const lectureId = await world.record(person, { pieces: 1 });
    await world.until(() => save !== undefined);
    const [leased] = await world.rows("audioChunks");
    if (!leased?.lease || !save) throw new Error("Nothing was claimed.");
    const watch = () =>
      world.t.mutation(internal.pipeline.watch.chunk, {
        ...{ chunkId: leased._id, token: leased.lease?.token ?? "", leftMs: 0 },
      });
    for (const act of order === "the watch first" ? [watch, save] : [save, watch]) await act();
    await world.settle();
    await expectWhole(world, lectureId, saidIn(1));
    expect(world.provider.heard()).toHaveLength(order === "the watch first" ? 2 : 1);
  });
});

describe("a piece that makes its action vanish again and again", () => {
  it("is left out in the end, and the rest becomes notes that say so", async () => {
    world.instrument.intercept = async ({ name, args, proceed }) => {
      const isPoison = name.includes("transcribe") && (args as { index: number }).index === 1;
      if (isPoison) throw new Error("Out of memory.");
      return await proceed();
    };
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    const lecture = await person.as.query(api.lectures.get, { lectureId });
    expect(lecture?.state).toBe("ready");
    expect(lecture?.warning).toMatch(/^Missing from the transcript and the notes: 0:45 to 1:30\./u);
  });
});

describe("a clock that jumps back an hour", () => {
  it("stretches no lease and no wait", async () => {
    world.instrument.intercept = crashing(world, "before the save", "unnoticed", { times: 2 });
    const lectureId = await world.record(person, { pieces: 5 });
    for (let step = 0; step < 10; step += 1) await world.step();
    const before = Date.now();
    world.clock.jump(-3_600_000);
    await world.settle();
    expect(await endOf(lectureId)).toBeLessThan(before - 3_600_000 + chunkLeaseMs(45_000) + 5000);
    await expectWhole(world, lectureId, saidIn(5));
  });
});
