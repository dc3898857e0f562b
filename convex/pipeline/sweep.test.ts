// The brooms and the operator's hands: what they put right, and that nothing grows for ever.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expectAtRest, expectWhole } from "../../test/pipeline/invariants.ts";
import { refusal } from "../../test/pipeline/provider.ts";
import { saidIn, World, type Person } from "../../test/pipeline/world.ts";
import { api, internal } from "../_generated/api.js";
import crons from "../crons.ts";

const DAY_MS = 24 * 3_600_000;

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

/** Everything that is scheduled is forgotten, as after a restore from an old backup. */
function forgetSchedule() {
  for (const timer of world.clock.waiting()) clearTimeout(timer.id);
}

describe("the job sweep", () => {
  it("brings a job back whose lanes and watches are all gone", async () => {
    world.provider.script = (call) => world.provider.hold(call).until;
    const lectureId = await world.record(person, { pieces: 8 });
    await world.until(() => world.provider.held === 4);
    forgetSchedule();
    world.provider.script = () => undefined;
    world.clock.jump(3_600_000);
    for (
      let round = 0;
      round < 8 && (await world.job(lectureId)).status === "running";
      round += 1
    ) {
      await world.t.mutation(internal.jobs.sweep, {});
      await world.settle();
    }
    await expectWhole(world, lectureId, saidIn(8));
  });

  it("brings back a wait, a pause and a place that nobody ends any more", async () => {
    let isDown = true;
    world.provider.script = () => (isDown ? refusal(503) : undefined);
    const waiting = await world.record(person, { pieces: 1, clientKey: "waiting" });
    const paused = await world.record(person, { pieces: 6, clientKey: "paused" });
    await world.until(async () => (await world.job(paused)).status === "paused");
    forgetSchedule();
    await world.t.run(async (ctx) => {
      const slot = { token: "leaked", lectureId: waiting, kind: "transcribe" as const };
      const free = (await ctx.db.query("callSlots").collect()).find(({ token }) => !token);
      if (free) await ctx.db.patch("callSlots", free._id, slot);
    });
    isDown = false;
    world.clock.jump(3_600_000);
    for (let round = 0; round < 3; round += 1) {
      await world.t.mutation(internal.jobs.sweep, {});
      await world.settle();
    }
    await expectWhole(world, waiting, saidIn(1));
    await expectWhole(world, paused, saidIn(6));
  });

  it("leaves what is well alone", async () => {
    const lectureId = await world.record(person, { pieces: 4 });
    for (let step = 0; step < 5; step += 1) await world.step();
    await world.t.mutation(internal.jobs.sweep, {});
    await world.settle();
    await expectWhole(world, lectureId, saidIn(4));
    expect(world.provider.heard()).toHaveLength(4);
    const before = await world.rows("jobs");
    await world.t.mutation(internal.jobs.sweep, {});
    await world.settle();
    expect(await world.rows("jobs")).toEqual(before);
  });
});

describe("histories", () => {
  it("are thinned after thirty days; the notes stay, and a continuation still knows everything", async () => {
    const lectureId = await world.record(person, { pieces: 20 });
    await world.settle();
    const notes = await person.as.query(api.notes.get, { lectureId });
    world.clock.jump(29 * DAY_MS);
    await world.t.mutation(internal.pipeline.sweep.histories, {});
    await world.settle();
    expect((await world.rows("jobEvents")).length).toBeGreaterThan(20);
    world.clock.jump(2 * DAY_MS);
    await world.t.mutation(internal.pipeline.sweep.histories, {});
    await world.settle();
    expect((await world.rows("jobEvents")).map(({ type }) => type)).toEqual(["job.thinned"]);
    expect(await world.rows("sectionDrafts")).toEqual([]);
    expect(await person.as.query(api.notes.get, { lectureId })).toEqual(notes);

    await person.as.mutation(api.lectures.continueRecording, { lectureId });
    await world.addPiece(person, lectureId, 20, { session: 1 });
    await world.finish(person, lectureId, 21);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(21));
    const after = await person.as.query(api.notes.get, { lectureId });
    expect(after?.sections[0]?.startMs).toBe(notes?.sections[0]?.startMs);
  });
});

describe("crons", () => {
  it("name functions that exist", () => {
    const names = Object.values(crons.crons).map(({ name }) => name);
    expect(names.length).toBe(5);
    for (const name of names) {
      expect(world.instrument.kinds.get(name.replace(/^pipeline\//u, "pipeline/"))).toBe(
        "mutation",
      );
    }
  });
});

describe("an operator", () => {
  it("reads a job's whole story", async () => {
    world.provider.script = ({ index, number }) =>
      index === 1 && number < 3 ? refusal(500) : undefined;
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    const { _id: jobId } = await world.job(lectureId);
    const byJob: unknown = await world.t.query(internal.jobs.inspect, { jobId });
    expect(byJob).toEqual(await world.t.query(internal.jobs.inspect, { lectureId }));
    const text = JSON.stringify(byJob);
    for (const part of ["completed", "1 failed calls", "chunk.retry", "The script says 500"]) {
      expect(text).toContain(part);
    }
    await expect(world.t.query(internal.jobs.inspect, { jobId: "?" })).rejects.toThrow(/jobId/u);
  });

  it("cancels and requeues a job by its id", async () => {
    const lectureId = await world.record(person, { pieces: 3 });
    const { _id: jobId } = await world.job(lectureId);
    expect(await world.t.mutation(internal.jobs.cancel, { jobId })).toBe("The job is canceled.");
    expect(await world.t.mutation(internal.jobs.cancel, { jobId })).toContain("Nothing to do");
    expect(await world.t.mutation(internal.jobs.requeue, { lectureId })).toBe("The job goes on.");
    await world.settle();
    await expectWhole(world, lectureId, saidIn(3));
    await expectAtRest(world);
  });
});

describe("settings", () => {
  it("that make no sense fall back to the defaults", async () => {
    vi.stubEnv("LECTERN_LANES", "many");
    vi.stubEnv("LECTERN_MAX_CALLS_IN_FLIGHT", "-5");
    const lectureId = await world.record(person, { pieces: 5 });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(5));
  });
});
