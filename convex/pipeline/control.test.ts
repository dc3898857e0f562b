// People in the middle of a job: cancel, delete, retry, continue, at any moment.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectAtRest, expectWhole } from "../../test/pipeline/invariants.ts";
import { refusal } from "../../test/pipeline/provider.ts";
import { saidIn, World, type Person } from "../../test/pipeline/world.ts";
import { api } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";

let world: World;
let person: Person;
beforeEach(async () => {
  world = await World.create();
  person = await world.signUp();
});
afterEach(() => world.close());

/** Records, and lets every call stand still; how to let them go. */
async function recordAndHold(pieces: number) {
  const letGo: (() => void)[] = [];
  world.provider.script = (call) => {
    const held = world.provider.hold(call);
    letGo.push(held.letGo);
    return held.until;
  };
  const lectureId = await world.record(person, { pieces });
  await world.until(() => world.provider.held >= Math.min(pieces, 4));
  const answer = async () => {
    world.provider.script = () => undefined;
    for (const go of letGo) go();
    await world.quiet();
    await world.settle();
  };
  return { lectureId, answer };
}

/** Every row of every table that belongs to lectures. */
async function allRows() {
  const tables = [
    ...(["lectures", "lectureAccess", "jobs", "audioChunks", "transcriptChunks"] as const),
    ...(["writingLanes", "sectionDrafts", "notes", "noteVersions", "jobEvents"] as const),
    ...(["marks", "shares", "callQueue"] as const),
  ];
  const rows = await Promise.all(tables.map((table) => world.rows(table)));
  return rows.flat();
}

async function files(): Promise<number> {
  return await world.t.run(async (ctx) => (await ctx.db.system.query("_storage").collect()).length);
}

describe("cancel", () => {
  it("during the calls: late results are refused, the audio stays, Retry goes on", async () => {
    const { lectureId, answer } = await recordAndHold(6);
    await person.as.mutation(api.lectures.cancel, { lectureId });
    expect((await world.rows("callSlots")).every((slot) => slot.token === undefined)).toBe(true);
    await answer();
    expect(await world.transcript(lectureId)).toBe("");
    expect(await world.job(lectureId)).toMatchObject({ status: "canceled" });
    await expectAtRest(world);
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(6));
  });

  it("after the claim, before the action begins: the action is not run", async () => {
    const lectureId = await world.record(person, { pieces: 2 });
    await world.until(async () =>
      (await world.rows("audioChunks")).some((chunk) => chunk.state === "leased"),
    );
    await person.as.mutation(api.lectures.cancel, { lectureId });
    await world.settle();
    expect(world.provider.calls.length).toBeLessThanOrEqual(1);
    await expectAtRest(world);
  });

  it("while a recording goes on keeps taking its pieces", async () => {
    const lectureId = await world.create(person, "live");
    await world.addPiece(person, lectureId, 0);
    await person.as.mutation(api.lectures.cancel, { lectureId });
    await world.addPiece(person, lectureId, 1);
    await world.finish(person, lectureId, 2);
    await world.settle();
    expect(world.provider.calls).toEqual([]);
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(2));
  });

  it("of a finished job changes nothing", async () => {
    const lectureId = await world.record(person, { pieces: 1 });
    await world.settle();
    await person.as.mutation(api.lectures.cancel, { lectureId });
    expect((await world.job(lectureId)).status).toBe("completed");
  });
});

describe("delete", () => {
  it("during the calls leaves nothing: no row, no file, no work", async () => {
    const { lectureId, answer } = await recordAndHold(6);
    await person.as.mutation(api.lectures.remove, { lectureId });
    expect(await person.as.query(api.lectures.get, { lectureId })).toBeNull();
    const page = { paginationOpts: { numItems: 10, cursor: null } };
    expect((await person.as.query(api.lectures.list, page)).page).toEqual([]);
    await answer();
    expect(await allRows()).toEqual([]);
    expect(await files()).toBe(0);
    await expectAtRest(world);
  });

  it("of a finished lecture takes everything with it", async () => {
    const lectureId = await world.record(person, { pieces: 30 });
    await world.settle();
    await person.as.mutation(api.shares.create, { lectureId });
    await person.as.mutation(api.lectures.addMark, { lectureId, clientKey: "m", atMs: 5 });
    await person.as.mutation(api.notes.editPart, { lectureId, path: "summary", text: "Mine." });
    await person.as.mutation(api.lectures.remove, { lectureId });
    await person.as.mutation(api.lectures.remove, { lectureId }).catch(() => "gone is fine");
    await world.settle();
    expect(await allRows()).toEqual([]);
    expect(await files()).toBe(0);
  });

  it("of a long lecture never touches more than 500 documents at a time", async () => {
    const lectureId = await world.record(person, { pieces: 400, durationMs: 20_000 });
    world.instrument.costs.length = 0;
    await person.as.mutation(api.lectures.remove, { lectureId });
    await world.settle();
    expect(await allRows()).toEqual([]);
    const steps = world.instrument.costs.filter(({ name }) => name === "pipeline/remove:step");
    expect(steps.length).toBeGreaterThan(2);
    expect(Math.max(...steps.map((step) => step.documentsWritten))).toBeLessThanOrEqual(500);
  });
});

describe("retry", () => {
  async function failedLecture(): Promise<Id<"lectures">> {
    world.provider.script = () => refusal(400);
    const lectureId = await world.record(person, { pieces: 3 });
    await world.settle();
    world.provider.script = () => undefined;
    return lectureId;
  }

  it("pressed twice at once starts one attempt", async () => {
    const lectureId = await failedLecture();
    await Promise.all([
      person.as.mutation(api.lectures.retry, { lectureId }),
      person.as.mutation(api.lectures.retry, { lectureId }),
    ]);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(3));
    expect((await world.job(lectureId)).attempt).toBe(2);
    expect(world.provider.heard()).toHaveLength(6 + 3);
  });

  it("hears failed pieces again and puts them where they belong", async () => {
    world.provider.script = ({ kind, index }) =>
      kind === "transcription" && (index === 1 || index === 20) ? refusal(400) : undefined;
    const lectureId = await world.create(person, "live");
    for (let index = 0; index < 22; index += 1) await world.addPiece(person, lectureId, index);
    await world.settle();
    await person.as.mutation(api.lectures.cancel, { lectureId });
    await world.finish(person, lectureId, 22);
    world.provider.script = () => undefined;
    const before = world.provider.heard().length;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(22));
    expect(
      world.provider
        .heard()
        .slice(before)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 20]);
  });

  it("of finished notes with missing minutes brings these, and keeps what was changed by hand", async () => {
    world.provider.script = ({ index }) => (index === 1 ? refusal(400) : undefined);
    const lectureId = await world.record(person, { pieces: 4 });
    await world.settle();
    expect((await person.as.query(api.notes.get, { lectureId }))?.missing).toBeDefined();
    await person.as.mutation(api.notes.editPart, { lectureId, path: "summary", text: "Mine." });
    world.provider.script = () => undefined;
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await expectWhole(world, lectureId, saidIn(4));
    const notes = await person.as.query(api.notes.get, { lectureId });
    expect(notes).toMatchObject({ summary: "Mine.", version: 3 });
    expect(notes?.missing).toBeUndefined();
    expect(world.provider.heard()).toHaveLength(4 + 1 + 1);
  });

  it("of a job that runs or is done changes nothing", async () => {
    const lectureId = await world.record(person, { pieces: 1 });
    await person.as.mutation(api.lectures.retry, { lectureId });
    await world.settle();
    await person.as.mutation(api.lectures.retry, { lectureId });
    expect((await world.job(lectureId)).attempt).toBe(1);
    expect(world.clock.pending).toBe(0);
  });
});

describe("more of a lecture that is being finished", () => {
  it("is taken up: the notes are of all of it", async () => {
    const { lectureId, answer } = await recordAndHold(2);
    await person.as.mutation(api.lectures.continueRecording, { lectureId });
    await world.addPiece(person, lectureId, 2, { session: 1 });
    await answer();
    expect((await world.job(lectureId)).status).toBe("receiving");
    await world.finish(person, lectureId, 3);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(3));
  });

  it("during the merge does not let the lecture end without it", async () => {
    const merges: (() => Promise<unknown>)[] = [];
    world.instrument.intercept = async ({ name, proceed }) =>
      name.includes("write")
        ? await proceed(async (send, args) => {
            if (!("notes" in ((args as { result?: object }).result ?? {}))) return await send();
            merges.push(send);
            return await world.vanish();
          })
        : await proceed();
    const lectureId = await world.record(person, { pieces: 2 });
    await world.until(() => merges.length === 1);
    await world.addPiece(person, lectureId, 2);
    world.instrument.intercept = ({ proceed }) => proceed();
    for (const send of merges) await send();
    await world.settle();
    expect((await world.job(lectureId)).status).toBe("receiving");
    await world.finish(person, lectureId, 3);
    await world.settle();
    await expectWhole(world, lectureId, saidIn(3));
    const notes = await person.as.query(api.notes.get, { lectureId });
    expect(notes?.version).toBe(1);
  });
});

describe("the end of a recording while the writing lane finds that there is no window yet", () => {
  it("is not overlooked", async () => {
    const late: (() => Promise<unknown>)[] = [];
    world.instrument.intercept = ({ proceed }) =>
      proceed(async (send, args) => {
        if (!("isEmpty" in (args as object))) return await send();
        late.push(send);
        return await world.vanish();
      });
    // Ten minutes of speech in twelve of time: enough to look, not enough for a window.
    const lectureId = await world.create(person, "pauses");
    for (let index = 0; index < 10; index += 1) {
      await world.addPiece(person, lectureId, index, {
        durationMs: 60_000,
        startMs: index * 80_000,
      });
    }
    await world.until(() => late.length > 0);
    world.instrument.intercept = ({ proceed }) => proceed();
    await world.finish(person, lectureId, 10);
    for (const send of late) await send();
    const before = Date.now();
    await world.settle();
    await expectWhole(world, lectureId, saidIn(10, 60_000));
    expect(((await world.job(lectureId)).finishedAt ?? Infinity) - before).toBeLessThan(1000);
  });
});

describe("notes that are written anew", () => {
  it("keep what a person has changed when asked to, and the old ones stay as a version", async () => {
    const lectureId = await world.record(person, { pieces: 20 });
    await world.settle();
    const edits = { summary: "My own summary.", "sections.0.points.0.text": "My own point." };
    for (const [path, text] of Object.entries(edits)) {
      await person.as.mutation(api.notes.editPart, { lectureId, path, text });
    }
    await person.as.mutation(api.notes.regenerate, { lectureId, keepEdits: true });
    await world.settle();
    const kept = await person.as.query(api.notes.get, { lectureId });
    expect(kept?.summary).toBe("My own summary.");
    expect(JSON.stringify(kept?.sections)).toContain("My own point.");
    expect(kept?.editedPaths.toSorted()).toEqual(Object.keys(edits).toSorted());

    await person.as.mutation(api.notes.regenerate, { lectureId, keepEdits: false });
    await world.settle();
    const fresh = await person.as.query(api.notes.get, { lectureId });
    expect(fresh?.editedPaths).toEqual([]);
    expect(fresh?.summary).not.toBe("My own summary.");
    const versions = await person.as.query(api.notes.versions, { lectureId });
    expect(versions.map(({ reason }) => reason)).toEqual([
      ...["regenerated", "regenerated", "edited", "written"],
    ]);
    const edited = versions.find(({ reason }) => reason === "edited")?.version ?? 0;
    await person.as.mutation(api.notes.restore, { lectureId, version: edited });
    const restored = await person.as.query(api.notes.get, { lectureId });
    expect(restored).toMatchObject({ summary: "My own summary.", version: 5 });
    expect(world.provider.heard()).toHaveLength(20);
  });
});
