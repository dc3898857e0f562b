// Makes the failed pieces of a job ready again, page by page.

import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalMutation } from "../_generated/server.js";
import { jobOf } from "../model/access.ts";
import { moveChunk } from "../model/chunkState.ts";
import { goOn } from "../model/goOn.ts";
import { updateJob } from "../model/jobState.ts";
import { wake } from "../model/wake.ts";

const PAGE = 100;

export const step = internalMutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }): Promise<null> => {
    const job = await jobOf(ctx, lectureId);
    if (!job?.requeueing) return null;
    const failed = await ctx.db
      .query("audioChunks")
      .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", "failed"))
      .take(PAGE);
    let lengthMs = 0;
    for (const chunk of failed) {
      lengthMs += chunk.durationMs - chunk.overlapMs;
      await moveChunk(ctx, chunk, "requeue", {
        ...{ attempts: 0, refusals: 0, losses: 0, notBefore: 0 },
        ...{ error: undefined, startedAt: undefined, finishedAt: undefined },
      });
      const row = await ctx.db
        .query("transcriptChunks")
        .withIndex("by_lecture_and_index", (q) =>
          q.eq("lectureId", lectureId).eq("index", chunk.index),
        )
        .unique();
      if (row) await ctx.db.delete("transcriptChunks", row._id);
    }
    const changed = await updateJob(ctx, job, {
      counts: { ...job.counts, failed: job.counts.failed - failed.length },
      settledMs: job.settledMs - lengthMs,
      requeueing: failed.length === PAGE,
    });
    await wake(ctx, lectureId, "transcribe");
    if (changed.requeueing) {
      await ctx.scheduler.runAfter(0, internal.pipeline.requeue.step, { lectureId });
    } else await goOn(ctx, changed);
    return null;
  },
});
