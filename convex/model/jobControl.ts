// What people do with a job: cancel, retry, write the notes anew.

import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { recordEvent } from "./events.ts";
import { goOn } from "./goOn.ts";
import { nextStatus, updateJob } from "./jobState.ts";
import { dropAllLeases, writingLaneOf } from "./leases.ts";
import { refuse } from "./refusal.ts";
import { wake } from "./wake.ts";
import { rewindWriting } from "./writing.ts";

/** Pieces that wait at once; there are hardly more of them than lanes. */
const MAX_WAITING = 64;

/** Stops a job. False when there is nothing to stop. */
export async function cancelJob(ctx: MutationCtx, job: Doc<"jobs">): Promise<boolean> {
  if (!nextStatus(job.status, "cancel", job.intake)) return false;
  await dropAllLeases(ctx, job.lectureId);
  await updateJob(
    ctx,
    job,
    { error: undefined, resumeAt: undefined, finishedAt: Date.now(), thinned: false },
    "cancel",
  );
  await recordEvent(ctx, job, {
    type: "job.canceled",
    detail: "Processing was stopped. The audio and everything finished so far are kept.",
  });
  return true;
}

/**
 * Another attempt: goes on at the step that failed. What is transcribed and written stays; failed
 * pieces get another chance, also those that are missing from finished notes. False when the job
 * is not one to retry.
 */
export async function retryJob(ctx: MutationCtx, job: Doc<"jobs">): Promise<boolean> {
  const isMending = job.status === "completed" && job.counts.failed > 0;
  const transition = isMending ? "mend" : "retry";
  if (!nextStatus(job.status, transition, job.intake)) return false;
  const retried = await restartJob(
    ctx,
    await beforeFailedPieces(ctx, job),
    transition,
    isMending ? { rewrite: { keepEdits: true } } : {},
  );
  await recordEvent(ctx, retried, {
    type: "job.retried",
    detail: `Attempt ${retried.attempt} begins where the last one stopped.`,
  });
  await goOn(ctx, retried);
  return true;
}

/** What was written after a failed piece is written again, with what the piece will bring. */
async function beforeFailedPieces(ctx: MutationCtx, job: Doc<"jobs">): Promise<Doc<"jobs">> {
  const failed = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) =>
      q.eq("lectureId", job.lectureId).eq("state", "failed"),
    )
    .first();
  return failed && failed.startMs < job.writtenToMs
    ? await rewindWriting(ctx, job, failed.startMs)
    : job;
}

/** Whoever presses a button does not want to wait for a wait. */
async function endWaits(ctx: MutationCtx, { lectureId }: Doc<"jobs">): Promise<void> {
  const lane = await writingLaneOf(ctx, lectureId);
  if (lane) await ctx.db.patch("writingLanes", lane._id, { attempts: 0, losses: 0, notBefore: 0 });
  const waiting = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) =>
      q.eq("lectureId", lectureId).eq("state", "ready").gt("notBefore", 0),
    )
    .take(MAX_WAITING);
  for (const chunk of waiting) {
    await ctx.db.patch("audioChunks", chunk._id, { notBefore: 0, attempts: 0 });
  }
}

/** Which pieces a retry hears again: failed ones, and silent ones when nothing at all was heard. */
export function statesToRequeue({ counts }: Doc<"jobs">): ("failed" | "skipped")[] {
  return [
    ...(counts.failed > 0 ? (["failed"] as const) : []),
    ...(counts.transcribed === 0 && counts.skipped > 0 ? (["skipped"] as const) : []),
  ];
}

/** A new attempt of a job, with everything that made the last one wait forgotten. */
export async function restartJob(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  transition: "retry" | "mend" | "reopen" | "regenerate",
  fields: Partial<Pick<Doc<"jobs">, "intake" | "rewrite">>,
): Promise<Doc<"jobs">> {
  const isRetry = transition === "retry" || transition === "mend";
  const hasFailed = isRetry && statesToRequeue(job).length > 0;
  const restarted = await updateJob(
    ctx,
    job,
    {
      ...fields,
      attempt: job.attempt + 1,
      ...{ error: undefined, resumeAt: undefined, finishedAt: undefined },
      ...{ failingChunks: [], circuitOpenings: 0, thinned: false },
      requeueing: job.requeueing || hasFailed,
    },
    transition,
  );
  await endWaits(ctx, job);
  if (hasFailed) {
    await ctx.scheduler.runAfter(0, internal.pipeline.requeue.step, { lectureId: job.lectureId });
  }
  await wake(ctx, job.lectureId, "transcribe");
  return restarted;
}

/**
 * Writes the notes anew from the stored transcript.
 *
 * @param keepEdits whether parts that a person has changed are put into the new notes
 */
export async function regenerateNotes(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  keepEdits: boolean,
): Promise<void> {
  if (!nextStatus(job.status, "regenerate", job.intake)) {
    refuse(
      "conflict_busy",
      "The notes can be written anew when the lecture is ready. Wait until it is, or press Retry if it has failed.",
    );
  }
  const rewound = await rewindWriting(ctx, job, 0);
  const restarted = await restartJob(ctx, rewound, "regenerate", { rewrite: { keepEdits } });
  await recordEvent(ctx, restarted, {
    type: "notes.regenerating",
    detail: keepEdits
      ? "The notes are written anew; parts changed by hand are kept."
      : "The notes are written anew.",
  });
  await goOn(ctx, restarted);
}
