// When there is something to write, and how far back writing must go when the transcript changes.

import { WINDOW_LENGTHS } from "../ai/windows.ts";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { SettledRun } from "./contiguity.ts";
import { updateJob } from "./jobState.ts";
import { dropWritingLease, writingLaneOf } from "./leases.ts";

/** More windows than a day of lecture can have. */
export const MAX_WINDOWS = 300;

/**
 * Whether the writing lane should look for a window: everything is in, or there is a window's
 * length of new text, more than the last look has seen.
 */
export function shouldWrite(
  job: Pick<Doc<"jobs">, "writtenToMs">,
  lane: Pick<Doc<"writingLanes">, "seenChunks">,
  run: SettledRun,
): boolean {
  if (run.isFinal) return true;
  const unwrittenMs = run.endMs - job.writtenToMs;
  return unwrittenMs >= WINDOW_LENGTHS.longestMs && run.count > lane.seenChunks;
}

/**
 * Takes back the drafts of everything after a moment, because the transcript there has changed or
 * the notes are to be written anew. Whoever writes right now has lost the lease.
 */
export async function rewindWriting(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  toMs: number,
): Promise<Doc<"jobs">> {
  const lane = await writingLaneOf(ctx, job.lectureId);
  if (!lane) return job;
  await dropWritingLease(ctx, job.lectureId);
  const drafts = await ctx.db
    .query("sectionDrafts")
    .withIndex("by_lecture_and_windowIndex", (q) => q.eq("lectureId", job.lectureId))
    .take(MAX_WINDOWS);
  const kept = drafts.filter((draft) => draft.endMs <= toMs);
  for (const draft of drafts.slice(kept.length)) await ctx.db.delete("sectionDrafts", draft._id);
  await ctx.db.patch("writingLanes", lane._id, {
    ...{ attempts: 0, losses: 0, notBefore: 0, seenChunks: 0, fromIndex: 0 },
    headings: headingsOf(kept),
  });
  return await updateJob(ctx, job, {
    writtenToMs: Math.min(job.writtenToMs, kept.at(-1)?.endMs ?? 0),
    counts: { ...job.counts, windowsWritten: kept.length },
  });
}

const MAX_HEADINGS = 60;

/** The latest headings of drafts in order, for the writer of the next window. */
export function headingsOf(drafts: Pick<Doc<"sectionDrafts">, "sections">[]): string[] {
  return drafts
    .flatMap((draft) => draft.sections.map((section) => section.heading))
    .slice(-MAX_HEADINGS);
}
