// Ends the wait of a piece or of the writing lane before another try.
//
// The wait is over when this runs, not when a clock says so: a clock that jumps back would make a
// wait of a second one of hours.

import { v } from "convex/values";
import { internalMutation } from "../_generated/server.js";
import { jobOf } from "../model/access.ts";
import { goOn } from "../model/goOn.ts";
import { writingLaneOf } from "../model/leases.ts";
import { wake } from "../model/wake.ts";

export const chunk = internalMutation({
  args: { chunkId: v.id("audioChunks"), notBefore: v.number() },
  returns: v.null(),
  handler: async (ctx, { chunkId, notBefore }): Promise<null> => {
    const waiting = await ctx.db.get("audioChunks", chunkId);
    if (waiting?.state !== "ready" || waiting.notBefore !== notBefore) return null;
    await ctx.db.patch("audioChunks", chunkId, { notBefore: 0 });
    await wake(ctx, waiting.lectureId, "transcribe");
    return null;
  },
});

export const writing = internalMutation({
  args: { lectureId: v.id("lectures"), notBefore: v.number() },
  returns: v.null(),
  handler: async (ctx, { lectureId, notBefore }): Promise<null> => {
    const lane = await writingLaneOf(ctx, lectureId);
    const job = await jobOf(ctx, lectureId);
    if (!job || lane?.notBefore !== notBefore) return null;
    await ctx.db.patch("writingLanes", lane._id, { notBefore: 0 });
    await goOn(ctx, job);
    return null;
  },
});
