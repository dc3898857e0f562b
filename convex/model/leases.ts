// Leases and what hangs on them: the slot among the calls in flight, the scheduled action.

import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { moveChunk } from "./chunkState.ts";
import { releaseSlot } from "./slots.ts";
import { wakeQueue } from "./wake.ts";
import type { Lease } from "./validators.ts";

/** More leases than any lecture can have, whatever the number of lanes was when they were given. */
const MOST_LEASES = 64;

export async function writingLaneOf(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
): Promise<Doc<"writingLanes"> | null> {
  return await ctx.db
    .query("writingLanes")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
}

/** Lets go of what a lease holds besides its piece. The piece is the caller's business. */
export async function endLease(ctx: MutationCtx, lease: Lease): Promise<void> {
  if (lease.slot !== undefined) await releaseSlot(ctx, lease.slot, lease.token);
}

/** Ends every lease of a lecture; what comes back from the calls that go on is not taken. */
export async function dropAllLeases(ctx: MutationCtx, lectureId: Id<"lectures">): Promise<void> {
  const leased = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", "leased"))
    .take(MOST_LEASES);
  for (const chunk of leased) {
    if (chunk.lease) await stop(ctx, chunk.lease);
    await moveChunk(ctx, chunk, "release");
  }
  await dropWritingLease(ctx, lectureId);
  // Somebody may have waited for the places that have become free.
  await wakeQueue(ctx);
}

/** Ends the lease of the writing lane, if it has one. */
export async function dropWritingLease(ctx: MutationCtx, lectureId: Id<"lectures">): Promise<void> {
  const lane = await writingLaneOf(ctx, lectureId);
  if (!lane?.lease) return;
  await stop(ctx, lane.lease);
  await ctx.db.patch("writingLanes", lane._id, { lease: undefined });
}

async function stop(ctx: MutationCtx, lease: Lease): Promise<void> {
  await endLease(ctx, lease);
  const action = await ctx.db.system.get("_scheduled_functions", lease.actionId);
  // One that has begun can't be stopped; its result will be refused.
  if (action?.state.kind === "pending") await ctx.scheduler.cancel(lease.actionId);
}
