// The processing of a lecture as its owner follows it, and what an operator can do with it.

import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { MAX_CHUNKS } from "../domain/limits.ts";
import { WINDOW_LENGTHS } from "./ai/windows.ts";
import type { Doc } from "./_generated/dataModel.js";
import { internalMutation, internalQuery, query } from "./_generated/server.js";
import { jobOf, requireLecture, requireOwner } from "./model/access.ts";
import { inspectJob, lectureIdOf } from "./model/inspect.ts";
import { cancelJob, retryJob } from "./model/jobControl.ts";
import { checkInteger } from "./model/refusal.ts";
import { sweepJobs } from "./pipeline/sweep.ts";
import {
  chunkStateValidator,
  jobErrorValidator,
  jobStatusValidator,
  stageValidator,
  usageValidator,
} from "./model/validators.ts";

const MAX_TIMELINE = 200;

export const get = query({
  args: { lectureId: v.id("lectures") },
  returns: v.union(
    v.null(),
    v.object({
      _id: v.id("jobs"),
      status: jobStatusValidator,
      stage: stageValidator,
      progress: v.number(),
      attempt: v.number(),
      createdAt: v.number(),
      startedAt: v.optional(v.number()),
      finishedAt: v.optional(v.number()),
      error: v.optional(jobErrorValidator),
      resumeAt: v.optional(v.number()),
      counts: v.object({
        chunks: v.number(),
        transcribed: v.number(),
        skipped: v.number(),
        failed: v.number(),
        windows: v.number(),
        windowsWritten: v.number(),
      }),
      engines: v.object({ transcription: v.optional(v.string()), notes: v.optional(v.string()) }),
      usage: usageValidator,
    }),
  ),
  handler: async (ctx, { lectureId }) => {
    const { job } = await requireLecture(ctx, lectureId);
    const { _id, status, stage, progress, attempt, startedAt, finishedAt, error, resumeAt } = job;
    const windowsAhead = Math.ceil((job.endMs - job.writtenToMs) / WINDOW_LENGTHS.longestMs);
    return {
      ...{ _id, status, stage, progress, attempt, startedAt, finishedAt, error, resumeAt },
      createdAt: job._creationTime,
      counts: {
        ...job.counts,
        // How many the rest will make is known when it is written; until then a good guess.
        windows: job.counts.windowsWritten + Math.max(0, windowsAhead),
      },
      engines: job.engines,
      usage: job.hasUnknownCost ? { ...job.usage, costUsd: undefined } : job.usage,
    };
  },
});

/** The pieces of a lecture over time: waiting, running, tried again, done. */
export const chunkTimeline = query({
  args: { lectureId: v.id("lectures"), fromIndex: v.number(), limit: v.number() },
  returns: v.array(
    v.object({
      index: v.number(),
      startMs: v.number(),
      durationMs: v.number(),
      state: chunkStateValidator,
      /** Calls so far, with the one that is under way. */
      attempts: v.number(),
      receivedAt: v.number(),
      startedAt: v.optional(v.number()),
      finishedAt: v.optional(v.number()),
      error: v.optional(v.string()),
    }),
  ),
  handler: async (ctx, { lectureId, fromIndex, limit }) => {
    await requireOwner(ctx, lectureId);
    checkInteger("fromIndex", fromIndex, 0, MAX_CHUNKS);
    checkInteger("limit", limit, 1, MAX_TIMELINE);
    const chunks = await ctx.db
      .query("audioChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).gte("index", fromIndex),
      )
      .take(limit);
    return chunks.map((chunk) => {
      const { index, startMs, durationMs, state, startedAt, finishedAt, error } = chunk;
      return {
        ...{ index, startMs, durationMs, state, attempts: callsFor(chunk), startedAt, finishedAt },
        receivedAt: chunk._creationTime,
        error: error?.message,
      };
    });
  },
});

/** The failed calls for a piece since the last retry, and the one that goes on or brought an answer. */
function callsFor({ state, attempts, refusals, losses, startedAt }: Doc<"audioChunks">): number {
  const isAnswered = state === "transcribed" || state === "skipped";
  const isOneMore = state === "leased" || (isAnswered && startedAt !== undefined);
  return attempts + refusals + losses + (isOneMore ? 1 : 0);
}

/** What happened, newest first, in plain words. */
export const events = query({
  args: { lectureId: v.id("lectures"), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(
    v.object({
      _id: v.id("jobEvents"),
      at: v.number(),
      type: v.string(),
      detail: v.string(),
      durationMs: v.optional(v.number()),
    }),
  ),
  handler: async (ctx, { lectureId, paginationOpts }) => {
    await requireOwner(ctx, lectureId);
    const result = await ctx.db
      .query("jobEvents")
      .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
      .order("desc")
      .paginate(paginationOpts);
    const page = result.page.map(({ _id, at, type, detail, durationMs }) => ({
      ...{ _id, at, type, detail, durationMs },
    }));
    return { ...result, page };
  },
});

const jobReference = { jobId: v.optional(v.string()), lectureId: v.optional(v.string()) };

/** For operators: the whole story of one job, to be read. `npx convex run jobs:inspect '{"jobId": "..."}'` */
export const inspect = internalQuery({
  args: { ...jobReference, fromPiece: v.optional(v.number()), before: v.optional(v.number()) },
  returns: v.any(),
  handler: async (ctx, { fromPiece, before, ...reference }) =>
    await inspectJob(ctx, await lectureIdOf(ctx, reference), { fromPiece, before }),
});

/** For operators: another attempt at a failed, paused or canceled job. */
export const requeue = internalMutation({
  args: jobReference,
  returns: v.string(),
  handler: async (ctx, reference) => {
    const job = await jobOf(ctx, await lectureIdOf(ctx, reference));
    if (!job) return "There is no such job.";
    return (await retryJob(ctx, job))
      ? "The job goes on."
      : `Nothing to do: the job is ${job.status}.`;
  },
});

/** For operators: stops a job; what it has finished stays. */
export const cancel = internalMutation({
  args: jobReference,
  returns: v.string(),
  handler: async (ctx, reference) => {
    const job = await jobOf(ctx, await lectureIdOf(ctx, reference));
    if (!job) return "There is no such job.";
    return (await cancelJob(ctx, job))
      ? "The job is canceled."
      : `Nothing to do: the job is ${job.status}.`;
  },
});

/** For operators: looks at every job that is not finished, and wakes what should be awake. */
export const sweep = internalMutation({
  args: {},
  returns: v.string(),
  handler: async (ctx) => await sweepJobs(ctx),
});
