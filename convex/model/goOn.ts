// What a job does next, asked after every change of it: wake a lane, or come to an end.

import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { settledRun } from "./contiguity.ts";
import { recordEvent } from "./events.ts";
import { isActive, updateJob } from "./jobState.ts";
import { writingLaneOf } from "./leases.ts";
import { wake } from "./wake.ts";
import { shouldWrite } from "./writing.ts";

/** Wakes the writing lane when there is something for it, and ends a job that has nothing to write. */
export async function goOn(ctx: MutationCtx, job: Doc<"jobs">): Promise<void> {
  if (!isActive(job.status)) return;
  const run = await settledRun(ctx, job);
  if (run.isFinal && job.counts.transcribed === 0) return await failWithoutText(ctx, job);
  const lane = await writingLaneOf(ctx, job.lectureId);
  if (!lane || lane.lease || lane.notBefore > 0 || !shouldWrite(job, lane, run)) return;
  await wake(ctx, job.lectureId, "write");
}

/** Nothing was transcribed: the job fails with the reason of its pieces. */
async function failWithoutText(ctx: MutationCtx, job: Doc<"jobs">): Promise<void> {
  const failed = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) =>
      q.eq("lectureId", job.lectureId).eq("state", "failed"),
    )
    .first();
  await failJob(
    ctx,
    job,
    failed?.error ?? {
      code: "no_speech",
      message:
        "No speech was found in this recording. Listen to it: was the microphone muted or far away? " +
        "The audio is kept; Retry listens again.",
    },
  );
}

/** Ends a job with a reason that a person can act on. Everything finished is kept for a retry. */
export async function failJob(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  reason: { code: string; message: string },
): Promise<void> {
  const now = Date.now();
  const error = { code: reason.code, message: reason.message, retryable: true, at: now };
  await updateJob(
    ctx,
    job,
    { error, finishedAt: now, resumeAt: undefined, thinned: false },
    "fail",
  );
  await recordEvent(ctx, job, { type: "job.failed", detail: `The job failed: ${reason.message}` });
}
