// Says which minutes of a lecture have no text, for the notes and the job's warning.

import { formatClock } from "../../domain/time.ts";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { pieceBelow } from "./contiguity.ts";

/** A list of more than these helps nobody. */
const MAX_SPOTS = 20;
/** Shorter holes come from rounding and from pauses between sessions. */
const SHORTEST_HOLE_MS = 1000;

type Spot = { startMs: number; endMs: number; reason?: string };

/** A sentence about what could not be transcribed or never came; undefined when all is there. */
export async function missingMinutes(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
): Promise<string | undefined> {
  const failed = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", "failed"))
    .take(MAX_SPOTS + 1);
  const spots: Spot[] = failed.map((chunk) => ({
    ...rangeOf(chunk),
    reason: chunk.error?.message,
  }));
  const afterGaps = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_followsGap", (q) =>
      q.eq("lectureId", lectureId).eq("followsGap", true),
    )
    .take(MAX_SPOTS + 1);
  for (const chunk of afterGaps) {
    const before = await pieceBelow(ctx, lectureId, chunk.index);
    const hole = { startMs: before ? rangeOf(before).endMs : 0, endMs: chunk.startMs };
    if (hole.endMs - hole.startMs >= SHORTEST_HOLE_MS) spots.push(hole);
  }
  return sentenceOf(spots);
}

function rangeOf(chunk: Doc<"audioChunks">): { startMs: number; endMs: number } {
  return { startMs: chunk.startMs, endMs: chunk.startMs + chunk.durationMs };
}

/** Spots as a sentence, in the lecture's order, neighbours joined. Exported for tests. */
export function sentenceOf(spots: Spot[]): string | undefined {
  if (spots.length === 0) return undefined;
  const joined: Spot[] = [];
  for (const spot of spots.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = joined.at(-1);
    if (last && spot.startMs - last.endMs < SHORTEST_HOLE_MS) {
      last.endMs = Math.max(last.endMs, spot.endMs);
      last.reason ??= spot.reason;
    } else joined.push({ ...spot });
  }
  const shown = joined
    .slice(0, MAX_SPOTS)
    .map(({ startMs, endMs }) => `${formatClock(startMs)} to ${formatClock(endMs)}`);
  const more = joined.length > MAX_SPOTS ? ", and more" : "";
  const reasons = [...new Set(joined.flatMap(({ reason }) => reason ?? []))];
  const why = reasons.length === 1 ? ` ${reasons[0]}` : "";
  return `Missing from the transcript and the notes: ${shown.join(", ")}${more}.${why}`;
}
