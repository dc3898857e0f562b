// Makes pieces ready again that a retry hears once more, page by page.

import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import { internalMutation, type MutationCtx } from "../_generated/server.js";
import { jobOf } from "../model/access.ts";
import { moveChunk } from "../model/chunkState.ts";
import { goOn } from "../model/goOn.ts";
import { statesToRequeue } from "../model/jobControl.ts";
import { updateJob } from "../model/jobState.ts";
import { wake } from "../model/wake.ts";

const PAGE = 100;

export const step = internalMutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }): Promise<null> => {
    const job = await jobOf(ctx, lectureId);
    if (!job?.requeueing) return null;
    const state = statesToRequeue(job)[0];
    if (!state) {
      await goOn(ctx, await updateJob(ctx, job, { requeueing: false }));
      return null;
    }
    const chunks = await ctx.db
      .query("audioChunks")
      .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", state))
      .take(PAGE);
    let lengthMs = 0;
    for (const chunk of chunks) {
      lengthMs += chunk.durationMs - chunk.overlapMs;
      await hearAgain(ctx, chunk);
    }
    await updateJob(ctx, job, {
      counts: { ...job.counts, [state]: job.counts[state] - chunks.length },
      settledMs: job.settledMs - lengthMs,
    });
    await wake(ctx, lectureId, "transcribe");
    await ctx.scheduler.runAfter(0, internal.pipeline.requeue.step, { lectureId });
    return null;
  },
});

async function hearAgain(ctx: MutationCtx, chunk: Doc<"audioChunks">): Promise<void> {
  await moveChunk(ctx, chunk, "requeue", {
    ...{ attempts: 0, refusals: 0, losses: 0, notBefore: 0 },
    ...{ error: undefined, startedAt: undefined, finishedAt: undefined },
    // Whoever asks for it again is told by the speech service, not by a measurement.
    sound: undefined,
  });
  const row = await ctx.db
    .query("transcriptChunks")
    .withIndex("by_lecture_and_index", (q) =>
      q.eq("lectureId", chunk.lectureId).eq("index", chunk.index),
    )
    .unique();
  if (row) await ctx.db.delete("transcriptChunks", row._id);
}
