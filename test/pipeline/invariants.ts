// What must be true of a lecture, whatever has happened to it.
import { expect } from "vitest";
import type { Doc, Id } from "../../convex/_generated/dataModel.js";
import type { World } from "./world.ts";

/** At rest: nothing scheduled, no call's place taken, nobody in line. */
export async function expectAtRest(world: World): Promise<void> {
  expect(world.clock.pending).toBe(0);
  const slots = await world.rows("callSlots");
  expect(slots.filter((slot) => slot.token !== undefined)).toEqual([]);
  expect(await world.rows("callQueue")).toEqual([]);
}

/** Completed, with everything that was said, once and in order, and notes of it. */
export async function expectWhole(
  world: World,
  lectureId: Id<"lectures">,
  said: string,
): Promise<void> {
  expect(await world.transcript(lectureId)).toBe(said);
  const job = await world.job(lectureId);
  expect(job).toMatchObject({ status: "completed", stage: "done", progress: 100 });
  expect(job.counts.transcribed + job.counts.skipped).toBe(job.counts.chunks);
  const { page } = await world.t.run(async (ctx) => ({
    page: await ctx.db
      .query("sectionDrafts")
      .withIndex("by_lecture_and_windowIndex", (q) => q.eq("lectureId", lectureId))
      .collect(),
  }));
  expect(page.map((draft) => draft.windowIndex)).toEqual(page.map((_, index) => index));
  for (const [index, draft] of page.entries()) {
    expect(draft.startMs).toBeGreaterThanOrEqual(page[index - 1]?.endMs ?? 0);
  }
  const notes = await world.t.run(async (ctx) =>
    ctx.db
      .query("notes")
      .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
      .unique(),
  );
  expect(notes?.sections.length).toBeGreaterThan(0);
  await expectAtRest(world);
}

/** What is looked at. What texts say is compared at the end. */
type Seen = {
  jobs: Doc<"jobs">[];
  writingLanes: Doc<"writingLanes">[];
  audioChunks: Doc<"audioChunks">[];
  transcriptChunks: Pick<Doc<"transcriptChunks">, "lectureId" | "index">[];
  callSlots: Doc<"callSlots">[];
};

/** What holds at every moment, in the middle of anything. Throws with what is wrong. */
export class Watcher {
  readonly #world: World;
  readonly #cap: number;
  readonly #progress = new Map<string, { attempt: number; progress: number }>();
  readonly #seen: Seen = {
    ...{ jobs: [], writingLanes: [], audioChunks: [], transcriptChunks: [], callSlots: [] },
  };

  constructor(world: World, cap: number) {
    this.#world = world;
    this.#cap = cap;
  }

  /** Nothing is read again, and nothing can have become wrong, where nothing was written since the last look. */
  async look(): Promise<void> {
    const { touched } = this.#world.instrument;
    const seen = this.#seen;
    const isTouched = Object.keys(seen).some((table) => touched.has(table));
    if (!isTouched) return;
    if (touched.has("jobs")) seen.jobs = await this.#world.rows("jobs");
    if (touched.has("writingLanes")) seen.writingLanes = await this.#world.rows("writingLanes");
    if (touched.has("audioChunks")) seen.audioChunks = await this.#world.rows("audioChunks");
    if (touched.has("callSlots")) seen.callSlots = await this.#world.rows("callSlots");
    if (touched.has("transcriptChunks")) {
      seen.transcriptChunks = await this.#world.rows("transcriptChunks");
    }
    touched.clear();
    for (const job of seen.jobs) this.#lookAtProgress(job);
    this.#lookAtSlots(seen.audioChunks, seen.callSlots);
    for (const job of seen.jobs) {
      lookAtCounts(job, seen.audioChunks, seen.transcriptChunks);
      lookAtLeases(job, [...seen.writingLanes, ...seen.audioChunks]);
    }
  }

  #lookAtProgress({ _id, attempt, progress }: Doc<"jobs">): void {
    const last = this.#progress.get(_id);
    if (last?.attempt === attempt && progress < last.progress) {
      throw new Error(`Progress fell from ${last.progress} to ${progress}.`);
    }
    this.#progress.set(_id, { attempt, progress });
  }

  #lookAtSlots(chunks: Doc<"audioChunks">[], slots: Doc<"callSlots">[]): void {
    const taken = slots.filter((slot) => slot.token !== undefined);
    if (taken.length > this.#cap) throw new Error(`${taken.length} calls are in flight.`);
    const tokens = new Set(taken.map((slot) => slot.token));
    for (const chunk of chunks) {
      if ((chunk.state === "leased") !== (chunk.lease !== undefined)) {
        throw new Error(`Piece ${chunk.index} is ${chunk.state} with another lease.`);
      }
      if (chunk.lease && !tokens.has(chunk.lease.token)) {
        throw new Error(`Piece ${chunk.index} is called for without a place.`);
      }
    }
  }
}

/** Nothing is worked on for a job that was canceled or is complete. */
function lookAtLeases(
  { lectureId, status }: Doc<"jobs">,
  holders: (Doc<"writingLanes"> | Doc<"audioChunks">)[],
): void {
  if (status !== "canceled" && status !== "completed") return;
  if (holders.some((holder) => holder.lectureId === lectureId && holder.lease)) {
    throw new Error(`The job is ${status}, and somebody still works for it.`);
  }
}

function lookAtCounts(
  job: Doc<"jobs">,
  allChunks: Doc<"audioChunks">[],
  allTexts: Seen["transcriptChunks"],
): void {
  const chunks = allChunks.filter((chunk) => chunk.lectureId === job.lectureId);
  const texts = allTexts.filter((text) => text.lectureId === job.lectureId);
  for (const state of ["transcribed", "skipped", "failed"] as const) {
    const count = chunks.filter((chunk) => chunk.state === state).length;
    if (job.counts[state] !== count) {
      throw new Error(`The job counts ${job.counts[state]} ${state}, there are ${count}.`);
    }
  }
  const settled = chunks.filter((chunk) => chunk.isSettled).map((chunk) => chunk.index);
  const written = texts.map((text) => text.index);
  if (settled.toSorted(byValue).join() !== written.toSorted(byValue).join()) {
    throw new Error(`Done with ${settled.join()}, but there is text for ${written.join()}.`);
  }
}

function byValue(a: number, b: number): number {
  return a - b;
}
