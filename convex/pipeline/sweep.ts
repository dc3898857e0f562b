// The brooms: what nobody has come back for is tidied up in bounded, self-rescheduling steps. The
// job sweep is a safety net under the watches; no test of the pipeline relies on it.

import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import { internalMutation, type MutationCtx } from "../_generated/server.js";
import { loseChunk } from "../model/chunkOutcome.ts";
import { recordEvent } from "../model/events.ts";
import { goOn } from "../model/goOn.ts";
import { closeIntake } from "../model/intake.ts";
import { isActive } from "../model/jobState.ts";
import { writingLaneOf } from "../model/leases.ts";
import { removeLecture } from "../model/lectures.ts";
import { resumeJob } from "../model/resumeJob.ts";
import { releaseSlot } from "../model/slots.ts";
import { wake, wakeQueue } from "../model/wake.ts";
import { loseWriting } from "../model/writingOutcome.ts";
import { rewindWriting } from "../model/writing.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The history of a job is thinned this long after its end. */
const HISTORY_LIFETIME_MS = 30 * DAY_MS;
/** An upload that nobody goes on with is closed with what is there. */
const ABANDONED_AFTER_MS = 7 * DAY_MS;
/** A file that belongs to no piece by then never will. */
const ORPHAN_AFTER_MS = DAY_MS;
/** How long past its time a watch may be before the sweep does its work. */
const GRACE_MS = MINUTE_MS;

const JOBS_A_STEP = 20;
const LECTURES_A_STEP = 20;
const EVENTS_A_STEP = 400;
const FILES_A_STEP = 100;
/** The highest that the settings allow. */
const MOST_SLOTS = 64;
const MOST_LANES = 64;

const OPEN_STATUSES = ["receiving", "running", "paused"] as const;
const openStatusValidator = v.union(
  v.literal("receiving"),
  v.literal("running"),
  v.literal("paused"),
);

/** Starts a sweep over all jobs that are not finished. */
export async function sweepJobs(ctx: MutationCtx): Promise<string> {
  for (const status of OPEN_STATUSES) {
    await ctx.scheduler.runAfter(0, internal.pipeline.sweep.jobs, { status, cursor: null });
  }
  await ctx.scheduler.runAfter(0, internal.pipeline.sweep.slots, {});
  return "The sweep has begun; see jobs:inspect and the log for what it does.";
}

/** For the cron. */
export const begin = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    await sweepJobs(ctx);
    return null;
  },
});

export const jobs = internalMutation({
  args: { status: openStatusValidator, cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { status, cursor }): Promise<null> => {
    const result = await ctx.db
      .query("jobs")
      .withIndex("by_status_and_lastReceivedAt", (q) => q.eq("status", status))
      .paginate({ numItems: JOBS_A_STEP, cursor });
    for (const job of result.page) await putRight(ctx, job);
    if (!result.isDone) {
      await ctx.scheduler.runAfter(0, internal.pipeline.sweep.jobs, {
        ...{ status, cursor: result.continueCursor },
      });
    }
    return null;
  },
});

async function putRight(ctx: MutationCtx, job: Doc<"jobs">): Promise<void> {
  const now = Date.now();
  if (job.status === "paused") {
    if (job.resumeAt !== undefined && job.resumeAt < now - GRACE_MS) await resumeJob(ctx, job);
    return;
  }
  if (!isActive(job.status)) return;
  await endLostLeases(ctx, job.lectureId, now - GRACE_MS);
  await endForgottenWaits(ctx, job.lectureId, now - GRACE_MS);
  const present = await ctx.db.get("jobs", job._id);
  if (present) await goOn(ctx, present);
}

async function endLostLeases(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
  before: number,
): Promise<void> {
  const leased = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", "leased"))
    .take(MOST_LANES);
  for (const chunk of leased) {
    if (chunk.lease && chunk.lease.expiresAt < before) await loseChunk(ctx, chunk);
  }
  const lane = await writingLaneOf(ctx, lectureId);
  if (lane?.lease && lane.lease.expiresAt < before) await loseWriting(ctx, lane);
}

async function endForgottenWaits(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
  before: number,
): Promise<void> {
  const ready = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) =>
      q.eq("lectureId", lectureId).eq("state", "ready").lt("notBefore", before),
    )
    .take(MOST_LANES);
  for (const chunk of ready) {
    if (chunk.notBefore > 0) await ctx.db.patch("audioChunks", chunk._id, { notBefore: 0 });
  }
  if (ready.length > 0) await wake(ctx, lectureId, "transcribe");
  const lane = await writingLaneOf(ctx, lectureId);
  if (lane && lane.notBefore > 0 && lane.notBefore < before) {
    await ctx.db.patch("writingLanes", lane._id, { notBefore: 0 });
  }
}

/** Frees places of calls whose lease is gone. */
export const slots = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const taken = await ctx.db.query("callSlots").take(MOST_SLOTS);
    let isFreed = false;
    for (const slot of taken) {
      if (slot.token === undefined || (await isHeld(ctx, slot))) continue;
      await releaseSlot(ctx, slot.number, slot.token);
      isFreed = true;
    }
    if (isFreed) await wakeQueue(ctx);
    return null;
  },
});

async function isHeld(ctx: MutationCtx, slot: Doc<"callSlots">): Promise<boolean> {
  const { lectureId } = slot;
  if (lectureId === undefined) return false;
  const lane = await writingLaneOf(ctx, lectureId);
  if (lane?.lease?.token === slot.token) return true;
  const leased = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", "leased"))
    .take(MOST_SLOTS);
  return leased.some((chunk) => chunk.lease?.token === slot.token);
}

/** Thins the history of jobs that ended a month ago. */
export const histories = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const job = await ctx.db
      .query("jobs")
      .withIndex("by_thinned_and_finishedAt", (q) =>
        q
          .eq("thinned", false)
          .gt("finishedAt", 0)
          .lt("finishedAt", Date.now() - HISTORY_LIFETIME_MS),
      )
      .first();
    if (!job) return null;
    const events = await ctx.db
      .query("jobEvents")
      .withIndex("by_lecture", (q) => q.eq("lectureId", job.lectureId))
      .take(EVENTS_A_STEP);
    for (const event of events) await ctx.db.delete("jobEvents", event._id);
    if (events.length < EVENTS_A_STEP) {
      await ctx.scheduler.runAfter(0, internal.pipeline.sweep.drafts, { jobId: job._id });
    } else await ctx.scheduler.runAfter(0, internal.pipeline.sweep.histories, {});
    return null;
  },
});

/** Ends the thinning of one job: without its drafts, a continuation writes from the transcript. */
export const drafts = internalMutation({
  args: { jobId: v.id("jobs") },
  returns: v.null(),
  handler: async (ctx, { jobId }): Promise<null> => {
    const job = await ctx.db.get("jobs", jobId);
    if (job && !isActive(job.status)) {
      await rewindWriting(ctx, job, 0);
      await ctx.db.patch("jobs", jobId, { thinned: true });
      await recordEvent(ctx, job, {
        type: "job.thinned",
        detail: "The details of what happened were removed after 30 days.",
      });
    }
    await ctx.scheduler.runAfter(0, internal.pipeline.sweep.histories, {});
    return null;
  },
});

/** Closes uploads that stopped a week ago with what is there; empty ones are removed. */
export const abandoned = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const stale = await ctx.db
      .query("jobs")
      .withIndex("by_status_and_lastReceivedAt", (q) =>
        q.eq("status", "receiving").lt("lastReceivedAt", Date.now() - ABANDONED_AFTER_MS),
      )
      .take(LECTURES_A_STEP);
    for (const job of stale) {
      if (job.counts.chunks === 0) {
        await removeLecture(ctx, job.lectureId);
        continue;
      }
      await recordEvent(ctx, job, {
        type: "job.abandoned",
        detail: "Nothing more has come for a week; the lecture is finished with what is here.",
      });
      await closeIntake(ctx, job);
    }
    if (stale.length === LECTURES_A_STEP) {
      await ctx.scheduler.runAfter(0, internal.pipeline.sweep.abandoned, {});
    }
    return null;
  },
});

/** Deletes files that belong to no piece: uploads that were never registered. */
export const files = internalMutation({
  args: { cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { cursor }): Promise<null> => {
    const result = await ctx.db.system
      .query("_storage")
      .paginate({ numItems: FILES_A_STEP, cursor });
    const before = Date.now() - ORPHAN_AFTER_MS;
    for (const file of result.page) {
      if (file._creationTime >= before) continue;
      const piece = await ctx.db
        .query("audioChunks")
        .withIndex("by_storageId", (q) => q.eq("storageId", file._id))
        .first();
      if (!piece) await ctx.storage.delete(file._id);
    }
    if (!result.isDone) {
      await ctx.scheduler.runAfter(0, internal.pipeline.sweep.files, {
        cursor: result.continueCursor,
      });
    }
    return null;
  },
});

/** Forgets rights to take over lectures that nobody used in time. */
export const transfers = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const expired = await ctx.db
      .query("transfers")
      .withIndex("by_expiresAt", (q) => q.lt("expiresAt", Date.now()))
      .take(FILES_A_STEP);
    for (const transfer of expired) await ctx.db.delete("transfers", transfer._id);
    if (expired.length === FILES_A_STEP) {
      await ctx.scheduler.runAfter(0, internal.pipeline.sweep.transfers, {});
    }
    return null;
  },
});
