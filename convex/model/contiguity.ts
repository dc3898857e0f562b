// How much of a lecture is here without a gap: found by indexes, whatever the lecture's length.

import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";

/** Enough for any damage of a recording; the rest of the gaps shows when these are filled. */
const MAX_GAPS = 50;

/** Pieces from the first on that are done with; none of them can still change the order. */
export type SettledRun = {
  count: number;
  /** End of the last of them on the lecture's clock. */
  endMs: number;
  /** True when nothing more comes: all pieces are in and done with. */
  isFinal: boolean;
};

export async function settledRun(ctx: QueryCtx, job: Doc<"jobs">): Promise<SettledRun> {
  const { lectureId } = job;
  const firstUnsettled = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_isSettled", (q) =>
      q.eq("lectureId", lectureId).eq("isSettled", false),
    )
    .first();
  if (job.intake === "complete") {
    if (firstUnsettled) return await runBelow(ctx, lectureId, firstUnsettled.index);
    // Pieces that have not come by now don't come any more.
    return { count: job.settledEnd, endMs: job.endMs, isFinal: !job.requeueing };
  }
  const firstGap = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_followsGap", (q) =>
      q.eq("lectureId", lectureId).eq("followsGap", true),
    )
    .first();
  return await runBelow(
    ctx,
    lectureId,
    Math.min(firstUnsettled?.index ?? Infinity, firstGap?.index ?? Infinity),
  );
}

async function runBelow(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
  index: number,
): Promise<SettledRun> {
  const last = await pieceBelow(ctx, lectureId, index);
  return {
    count: last ? last.index + 1 : 0,
    endMs: last ? last.startMs + last.durationMs : 0,
    isFinal: false,
  };
}

/** The last piece that is here before this index; null when none is. */
export async function pieceBelow(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
  index: number,
): Promise<Doc<"audioChunks"> | null> {
  return await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lectureId).lt("index", index))
    .order("desc")
    .first();
}

/** The pieces from `fromIndex` on that are missing below the highest known one; at most `limit`. */
export async function missingIndices(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
  fromIndex: number,
  limit = 500,
): Promise<number[]> {
  const afterGaps = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_followsGap", (q) =>
      q.eq("lectureId", lectureId).eq("followsGap", true).gt("index", fromIndex),
    )
    .take(MAX_GAPS);
  const missing: number[] = [];
  for (const chunk of afterGaps) {
    const before = await pieceBelow(ctx, lectureId, chunk.index);
    const start = Math.max(fromIndex, before ? before.index + 1 : 0);
    for (let index = start; index < chunk.index; index += 1) {
      if (missing.length >= limit) return missing;
      missing.push(index);
    }
  }
  return missing;
}
