// The watchdogs: notice that an action under a lease is lost, and give its work to another.

import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import { internalMutation, type MutationCtx } from "../_generated/server.js";
import { loseChunk } from "../model/chunkOutcome.ts";
import { writingLaneOf } from "../model/leases.ts";
import { loseWriting } from "../model/writingOutcome.ts";
import type { Lease } from "../model/validators.ts";
import { nextLook } from "./watching.ts";

export const chunk = internalMutation({
  args: { chunkId: v.id("audioChunks"), token: v.string(), leftMs: v.number() },
  returns: v.null(),
  handler: async (ctx, { chunkId, token, leftMs }): Promise<null> => {
    const watched = await ctx.db.get("audioChunks", chunkId);
    if (watched?.lease?.token !== token) return null;
    if (await isLost(ctx, watched.lease, leftMs)) {
      await loseChunk(ctx, watched);
      return null;
    }
    const { delayMs, args } = nextLook(leftMs, watched.lease.expiresAt - Date.now());
    await ctx.scheduler.runAfter(delayMs, internal.pipeline.watch.chunk, {
      ...{ chunkId, token },
      ...args,
    });
    return null;
  },
});

export const writing = internalMutation({
  args: { lectureId: v.id("lectures"), token: v.string(), leftMs: v.number() },
  returns: v.null(),
  handler: async (ctx, { lectureId, token, leftMs }): Promise<null> => {
    const lane = await writingLaneOf(ctx, lectureId);
    if (lane?.lease?.token !== token) return null;
    if (await isLost(ctx, lane.lease, leftMs)) {
      await loseWriting(ctx, lane);
      return null;
    }
    const { delayMs, args } = nextLook(leftMs, lane.lease.expiresAt - Date.now());
    await ctx.scheduler.runAfter(delayMs, internal.pipeline.watch.writing, {
      ...{ lectureId, token },
      ...args,
    });
    return null;
  },
});

/** True when nothing can come of a lease any more: its action is over, or its time is. */
async function isLost(ctx: MutationCtx, lease: Lease, leftMs: number): Promise<boolean> {
  return leftMs <= 0 || Date.now() >= lease.expiresAt || (await isOver(ctx, lease.actionId));
}

async function isOver(ctx: MutationCtx, actionId: Id<"_scheduled_functions">): Promise<boolean> {
  const action = await ctx.db.system.get("_scheduled_functions", actionId);
  return action === null || (action.state.kind !== "pending" && action.state.kind !== "inProgress");
}
