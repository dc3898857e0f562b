// What every function reads and writes in the fullest deployment, against a small fixed budget. A
// function whose cost grows with the lecture, the library or the deployment breaks it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillDeployment, PIECES } from "../../test/pipeline/hugeDeployment.ts";
import { World, type Person } from "../../test/pipeline/world.ts";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";

/** Most documents read and written by one run. Pages and ranges read their own length. */
const BUDGETS: Record<string, { reads: number; writes: number }> = {
  "account:engines": { reads: 0, writes: 0 },
  "account:me": { reads: 1, writes: 0 },
  "jobs:chunkTimeline": { reads: 201, writes: 0 },
  "jobs:events": { reads: 51, writes: 0 },
  "jobs:get": { reads: 3, writes: 0 },
  "jobs:inspect": { reads: 820, writes: 0 },
  "lectures:addMark": { reads: 4, writes: 2 },
  "lectures:cancel": { reads: 3, writes: 0 },
  "lectures:continueRecording": { reads: 10, writes: 6 },
  "lectures:create": { reads: 2, writes: 5 },
  "lectures:get": { reads: 3, writes: 0 },
  "lectures:list": { reads: 50, writes: 0 },
  "lectures:marks": { reads: 500, writes: 0 },
  "lectures:remove": { reads: 12, writes: 6 },
  "lectures:removeMark": { reads: 6, writes: 2 },
  "lectures:retry": { reads: 3, writes: 0 },
  "lectures:search": { reads: 60, writes: 0 },
  "lectures:updateDetails": { reads: 4, writes: 1 },
  "notes:drafts": { reads: 302, writes: 0 },
  "notes:editPart": { reads: 6, writes: 4 },
  "notes:get": { reads: 2, writes: 0 },
  "notes:restore": { reads: 8, writes: 4 },
  "notes:versions": { reads: 51, writes: 0 },
  "pipeline/dispatch:run": { reads: 24, writes: 6 },
  "pipeline/remove:step": { reads: 900, writes: 500 },
  "pipeline/sweep:begin": { reads: 0, writes: 0 },
  "pipeline/sweep:jobs": { reads: 140, writes: 20 },
  "pipeline/sweep:slots": { reads: 64, writes: 8 },
  "pipeline/transcribe:save": { reads: 14, writes: 8 },
  "pipeline/watch:chunk": { reads: 2, writes: 0 },
  "pipeline/watch:writing": { reads: 2, writes: 0 },
  "pipeline/write:finish": { reads: 12, writes: 7 },
  "pipeline/write:saveDraft": { reads: 8, writes: 6 },
  "pipeline/writingInput:chunks": { reads: 16, writes: 0 },
  "pipeline/writingInput:drafts": { reads: 20, writes: 0 },
  "pipeline/writingInput:marks": { reads: 50, writes: 0 },
  "pipeline/writingInput:stand": { reads: 6, writes: 0 },
  "shares:create": { reads: 2, writes: 1 },
  "shares:get": { reads: 2, writes: 0 },
  "shares:lecture": { reads: 3, writes: 0 },
  "shares:revoke": { reads: 3, writes: 1 },
  "transcripts:audio": { reads: 101, writes: 0 },
  "transcripts:editSegment": { reads: 6, writes: 2 },
  "transcripts:exportText": { reads: 17, writes: 0 },
  "transcripts:range": { reads: 17, writes: 0 },
  "uploads:addChunk": { reads: 9, writes: 4 },
  "uploads:finish": { reads: 8, writes: 4 },
  "uploads:generateUploadUrl": { reads: 1, writes: 0 },
  "uploads:missing": { reads: 101, writes: 0 },
};
/** A query whose answer is read again at each change must be small in bytes, too. */
const MAX_BYTES_READ = 1024 * 1024;

let world: World;
let person: Person;
let lectureId: Id<"lectures">;

beforeAll(async () => {
  world = await World.create();
  person = await world.signUp();
  lectureId = await fillDeployment(world, person);
  world.instrument.costs.length = 0;
}, 120_000);
afterAll(() => world.close());

describe("in a deployment of 5,000 lectures, 200 jobs and a lecture of 1,000 pieces", () => {
  it("every function stays within its budget", async () => {
    const { as } = person;
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
    await as.mutation(api.lectures.remove, { lectureId });
    await world.settle();

    const over = world.instrument.costs.filter(({ name, documentsRead, documentsWritten }) => {
      const budget = BUDGETS[name];
      return !budget || documentsRead > budget.reads || documentsWritten > budget.writes;
    });
    const lines = over.map(
      ({ name, documentsRead, documentsWritten }) =>
        `${name} read ${documentsRead} and wrote ${documentsWritten}`,
    );
    expect([...new Set(lines)]).toEqual([]);
    const heavy = world.instrument.costs.filter(({ bytesRead }) => bytesRead > MAX_BYTES_READ);
    expect(heavy.map(({ name, bytesRead }) => `${name} read ${bytesRead} bytes`)).toEqual([]);
    const never = Object.keys(BUDGETS).filter(
      (name) => !world.instrument.costs.some((cost) => cost.name === name),
    );
    expect(never).toEqual([]);
  }, 240_000);
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
