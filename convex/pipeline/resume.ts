// Ends the pause of a job whose provider was down.

import { v } from "convex/values";
import { internalMutation } from "../_generated/server.js";
import { jobOf } from "../model/access.ts";
import { resumeJob } from "../model/resumeJob.ts";

export const run = internalMutation({
  args: { lectureId: v.id("lectures"), resumeAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { lectureId, resumeAt }): Promise<null> => {
    const job = await jobOf(ctx, lectureId);
    // Another pause, or none: somebody pressed Retry or Cancel meanwhile.
    if (job?.status !== "paused" || job.resumeAt !== resumeAt) return null;
    await resumeJob(ctx, job);
    return null;
  },
});
