// What every function reads and writes in the fullest deployment, against a small fixed budget. A
// function whose cost grows with the lecture, the library or the deployment breaks it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUDGETS, NOT_OURS, overBudget } from "../../test/pipeline/budgets.ts";
import { fillDeployment, PIECES } from "../../test/pipeline/hugeDeployment.ts";
import type { Costs } from "../../test/pipeline/instrument.ts";
import { liveThroughTheSeldom } from "../../test/pipeline/seldom.ts";
import { World } from "../../test/pipeline/world.ts";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";

let world: World;
/** Of both tests together. */
const costs: Costs[] = [];

beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.close());

describe("in a deployment of 5,000 lectures, 200 jobs and a lecture of 1,000 pieces", () => {
  it("every function stays within its budget", async () => {
    const person = await world.signUp();
    const { as } = person;
    const lectureId = await fillDeployment(world, person);
    world.instrument.costs.length = 0;
    await world.finish(person, lectureId, PIECES, 43_200);
    await world.settle();
    expect((await world.job(lectureId)).status).toBe("completed");

    const page = { numItems: 50, cursor: null };
    await as.query(api.account.me, {});
    await as.query(api.account.engines, {});
    await world.create(person, "one more");
    await as.query(api.lectures.list, { paginationOpts: page });
    await as.query(api.lectures.get, { lectureId });
    await as.query(api.lectures.search, { query: "candle" });
    await as.mutation(api.lectures.updateDetails, { lectureId, title: "Long" });
    await as.mutation(api.lectures.addMark, { lectureId, clientKey: "m", atMs: 1 });
    await as.query(api.lectures.marks, { lectureId });
    await as.mutation(api.lectures.removeMark, { lectureId, clientKey: "m" });
    await as.mutation(api.lectures.retry, { lectureId });
    await as.mutation(api.lectures.cancel, { lectureId });
    await as.mutation(api.uploads.generateUploadUrl, { lectureId });
    await as.query(api.uploads.missing, { lectureId, fromIndex: 0 });
    await as.query(api.transcripts.range, { lectureId, fromIndex: 500, toIndex: 516 });
    await as.query(api.transcripts.audio, { lectureId, fromIndex: 500, limit: 100 });
    await as.query(api.transcripts.exportText, { lectureId, fromIndex: 500 });
    await as.mutation(api.transcripts.editSegment, {
      ...{ lectureId, chunkIndex: 700, segmentIndex: 0, text: "Corrected." },
    });
    await as.query(api.notes.get, { lectureId });
    await as.query(api.notes.drafts, { lectureId });
    await as.mutation(api.notes.editPart, { lectureId, path: "summary", text: "Short." });
    await as.mutation(api.notes.restore, { lectureId, version: 1 });
    await as.query(api.notes.versions, { lectureId });
    await as.query(api.jobs.get, { lectureId });
    await as.query(api.jobs.chunkTimeline, { lectureId, fromIndex: 300, limit: 200 });
    await as.query(api.jobs.events, { lectureId, paginationOpts: page });
    await readWholeStory(lectureId);
    const { token } = await as.mutation(api.shares.create, { lectureId });
    await as.query(api.shares.get, { lectureId });
    await world.t.query(api.shares.lecture, { token });
    await as.mutation(api.shares.revoke, { lectureId });
    await world.t.mutation(internal.pipeline.sweep.begin, {});
    await world.settle();
    await as.mutation(api.lectures.continueRecording, { lectureId });
    await world.addPiece(person, lectureId, PIECES, { startMs: 43_200_000, session: 1 });
    await world.settle();
    await world.finish(person, lectureId, PIECES + 1, 43_200);
    await world.settle();
    await as.mutation(api.notes.regenerate, { lectureId, keepEdits: true });
    await as.mutation(api.lectures.remove, { lectureId });
    await world.settle();

    costs.push(...world.instrument.costs);
    expect(overBudget(costs)).toEqual([]);
  }, 240_000);
});

describe("in what happens seldom", () => {
  it("every function stays within its budget", async () => {
    await liveThroughTheSeldom(world);
    costs.push(...world.instrument.costs);
    expect(overBudget(world.instrument.costs)).toEqual([]);
  }, 240_000);
});

describe("every query and mutation", () => {
  it("has a budget, and has run above", () => {
    const names = [...world.instrument.kinds]
      .filter(([name, kind]) => kind !== "action" && !NOT_OURS.has(name))
      .map(([name]) => name);
    expect(Object.keys(BUDGETS).toSorted()).toEqual(names.toSorted());
    const ran = new Set(costs.map(({ name }) => name));
    expect(names.filter((name) => !ran.has(name))).toEqual([]);
  });
});

/** A story that is longer than one answer goes on where that says. */
async function readWholeStory(lectureId: Id<"lectures">): Promise<void> {
  type Story = { pieces: string[]; timeline: string[] };
  const pieces: string[] = [];
  const events: string[] = [];
  let more: { fromPiece?: number; before?: number } | undefined = {};
  while (more) {
    const story = (await world.t.query(internal.jobs.inspect, { lectureId, ...more })) as Story;
    const next: typeof more = {};
    for (const line of [...story.pieces, ...story.timeline]) {
      const [, name, value] = /add "(fromPiece|before)": ([\d.]+)$/u.exec(line) ?? [];
      if (name === "fromPiece") next.fromPiece = Number(value);
      if (name === "before") next.before = Number(value);
    }
    pieces.push(...story.pieces.filter((line) => line.startsWith("#")));
    events.push(...story.timeline.filter((line) => !line.startsWith("Earlier")));
    more = Object.keys(next).length > 0 ? { ...more, ...next } : undefined;
  }
  const named = new Set(pieces.map((line) => line.split(" ")[0]));
  expect(named.size).toBe(PIECES);
  const rows = await world.rows("jobEvents");
  const own = rows.filter((row) => row.lectureId === lectureId);
  expect(new Set(events).size).toBe(own.length);
}
