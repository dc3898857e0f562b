// How often the queries of open screens run again while a long job runs, and who gets the calls.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expectWhole } from "../../test/pipeline/invariants.ts";
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

/** Long lectures take the test database a while on a busy machine. */
const PATIENCE_MS = 240_000;

const PIECES = 200;

function isDue(): boolean {
  return world.clock.waiting().some(({ dueAt }) => dueAt <= Date.now());
}

/** Commits that touched a table: each makes the queries that read those rows run again. */
function commitsTo(table: string): number {
  return world.instrument.costs.filter(({ tablesWritten }) => tablesWritten.has(table)).length;
}

describe("the screens that show a job of 200 pieces", () => {
  it(
    "run their queries again only for what they show",
    async () => {
      const shown: string[] = [];
      const watch = async (lectureId: Id<"lectures">) => {
        const { state, stage, progress, title } = (await world.t.run(async (ctx) =>
          ctx.db.get("lectures", lectureId),
        )) as { state: string; stage: string; progress: number; title: string };
        const line = [state, stage, progress, title].join();
        if (shown.at(-1) !== line) shown.push(line);
      };
      const lectureId = await world.create(person, "long");
      await watch(lectureId);
      world.instrument.costs.length = 0;
      for (let index = 0; index < PIECES; index += 1) {
        await world.addPiece(person, lectureId, index);
        await watch(lectureId);
      }
      await world.finish(person, lectureId, PIECES);
      for (; world.clock.pending > 0; await watch(lectureId)) await world.step();
      await expectWhole(world, lectureId, saidIn(PIECES));
      // The library: only when something in it moves.
      expect(shown.length).toBeGreaterThan(50);
      // One more for the language, which the library does not show.
      expect(commitsTo("lectures")).toBeLessThanOrEqual(Math.min(100, shown.length));

      // The lecture's page gets each piece of the transcript once. What all of its queries read to
      // know the owner never changes, and the job that shows counts does not change with leases.
      expect(commitsTo("transcriptChunks")).toBe(PIECES);
      expect(commitsTo("lectureAccess")).toBe(0);
      const { costs } = world.instrument;
      const claims = costs.filter(
        ({ name, tablesWritten }) =>
          name === "pipeline/dispatch:run" && tablesWritten.has("audioChunks"),
      );
      // One claim and one save a piece; a claim writes to nothing that is shared.
      expect(claims.length).toBeLessThanOrEqual(PIECES);
      for (const { tablesWritten } of claims) {
        // A window that is due may be claimed beside a piece.
        const own = [...tablesWritten].filter((table) => table !== "writingLanes");
        expect(own.toSorted()).toEqual(["audioChunks", "callSlots"]);
      }
      expect(costs.filter(({ name }) => name === "pipeline/transcribe:save")).toHaveLength(PIECES);
    },
    PATIENCE_MS,
  );
});

describe("twenty jobs at once", () => {
  it(
    "share the calls: a short lecture is done long before a long one, and the cap holds",
    async () => {
      vi.stubEnv("LECTERN_MAX_CALLS_IN_FLIGHT", "4");
      const finished = new Set<string>();
      // Every call takes eight seconds.
      world.provider.script = (call) => {
        const held = world.provider.hold(call);
        setTimeout(held.letGo, 8000);
        return held.until;
      };
      const long = await world.record(person, { pieces: 40, clientKey: "long" });
      for (let step = 0; step < 40; step += 1) await world.step();
      const short: Id<"lectures">[] = [];
      const startedAt = Date.now();
      for (let at = 0; at < 19; at += 1) {
        short.push(await world.record(person, { pieces: 1, clientKey: `short ${at}` }));
      }
      const slowdowns: number[] = [];
      while (world.clock.pending > 0) {
        await world.step();
        expect(world.provider.inFlight).toBeLessThanOrEqual(4);
        if (finished.size === short.length) continue;
        for (const job of await world.rows("jobs")) {
          if (job.status !== "completed" || finished.has(job.lectureId)) continue;
          if (job.lectureId === long) continue;
          finished.add(job.lectureId);
          slowdowns.push((Date.now() - startedAt) / 8000);
        }
      }
      await expectWhole(world, long, saidIn(40));
      expect(slowdowns).toHaveLength(19);
      // Nineteen short ones and the long one take turns at four calls: five or six rounds.
      expect(Math.max(...slowdowns)).toBeLessThanOrEqual(7);
      expect(world.provider.peakInFlight).toBe(4);
      expect(world.provider.heard()).toHaveLength(59);
    },
    PATIENCE_MS,
  );

  it("let the calls of a job that was canceled go to the others at once", async () => {
    vi.stubEnv("LECTERN_MAX_CALLS_IN_FLIGHT", "2");
    world.provider.script = (call) => world.provider.hold(call).until;
    const hog = await world.record(person, { pieces: 10, clientKey: "hog" });
    await world.until(() => world.provider.held === 2);
    const other = await world.record(person, { pieces: 1, clientKey: "other" });
    while (isDue()) await world.step();
    expect((await world.job(other)).counts.transcribed).toBe(0);
    world.provider.script = () => undefined;
    await person.as.mutation(api.lectures.cancel, { lectureId: hog });
    while (isDue()) await world.step();
    expect((await world.job(other)).status).toBe("completed");
  });
});
