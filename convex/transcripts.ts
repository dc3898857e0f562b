// The transcript as pages read it: by ranges of chunks, so that each chunk is sent once.

import { v } from "convex/values";
import { MAX_CHUNKS, MAX_SEGMENT_LENGTH } from "../domain/limits.ts";
import type { Doc } from "./_generated/dataModel.js";
import { mutation, query } from "./_generated/server.js";
import { requireLecture, requireOwner } from "./model/access.ts";
import { checkInteger, readText, refuse } from "./model/refusal.ts";
import { recordEvent } from "./model/events.ts";
import { searchTextOf } from "./model/search.ts";
import { settledStateValidator, shownSegmentValidator } from "./model/validators.ts";

const MAX_RANGE = 16;
const MAX_AUDIO_PIECES = 100;

/** Chunks from `fromIndex` up to but without `toIndex`. Runs again only when one of them changes. */
export const range = query({
  args: { lectureId: v.id("lectures"), fromIndex: v.number(), toIndex: v.number() },
  returns: v.array(
    v.object({
      index: v.number(),
      startMs: v.number(),
      endMs: v.number(),
      segments: v.array(shownSegmentValidator),
      state: settledStateValidator,
      noSound: v.optional(v.boolean()),
    }),
  ),
  handler: async (ctx, { lectureId, fromIndex, toIndex }) => {
    await requireOwner(ctx, lectureId);
    checkInteger("fromIndex", fromIndex, 0, MAX_CHUNKS);
    checkInteger("toIndex", toIndex, fromIndex, fromIndex + MAX_RANGE);
    const chunks = await ctx.db
      .query("transcriptChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).gte("index", fromIndex).lt("index", toIndex),
      )
      .take(MAX_RANGE);
    return chunks.map((chunk) => {
      const { state, noSound } = chunk;
      return { ...shownChunk(chunk), state, noSound };
    });
  },
});

function shownChunk({ index, startMs, endMs, segments }: Doc<"transcriptChunks">) {
  return {
    index,
    startMs,
    endMs,
    segments: segments.map((segment) => ({
      startMs: segment.startMs,
      endMs: segment.endMs,
      text: segment.text,
      ...(segment.edited ? { edited: true } : {}),
    })),
  };
}

/** The pieces of audio with addresses to play them from. */
export const audio = query({
  args: { lectureId: v.id("lectures"), fromIndex: v.number(), limit: v.number() },
  returns: v.array(
    v.object({
      index: v.number(),
      startMs: v.number(),
      durationMs: v.number(),
      overlapMs: v.number(),
      url: v.string(),
      mimeType: v.string(),
    }),
  ),
  handler: async (ctx, { lectureId, fromIndex, limit }) => {
    await requireOwner(ctx, lectureId);
    checkInteger("fromIndex", fromIndex, 0, MAX_CHUNKS);
    checkInteger("limit", limit, 1, MAX_AUDIO_PIECES);
    const pieces = await ctx.db
      .query("audioChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).gte("index", fromIndex),
      )
      .take(limit);
    const urls = await Promise.all(pieces.map((piece) => ctx.storage.getUrl(piece.storageId)));
    return pieces.flatMap(({ index, startMs, durationMs, overlapMs, mimeType }, at) => {
      const url = urls[at];
      // A file that is missing in storage can't be played; its text is still there.
      return url ? [{ index, startMs, durationMs, overlapMs, url, mimeType }] : [];
    });
  },
});

/** Corrects the text of one segment. The word times, which no longer fit, go. */
export const editSegment = mutation({
  args: {
    lectureId: v.id("lectures"),
    chunkIndex: v.number(),
    segmentIndex: v.number(),
    text: v.string(),
  },
  returns: v.null(),
  handler: async (ctx, { lectureId, chunkIndex, segmentIndex, text }) => {
    const { job } = await requireLecture(ctx, lectureId);
    const chunk = await ctx.db
      .query("transcriptChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).eq("index", chunkIndex),
      )
      .unique();
    const segment = chunk?.segments[segmentIndex];
    if (!chunk || !segment) return refuse("not_found", "This part of the transcript is not here.");
    const corrected = readText("text", text, MAX_SEGMENT_LENGTH) ?? "";
    if (corrected === segment.text) return null;
    const { startMs, endMs } = segment;
    const segments = chunk.segments.with(segmentIndex, {
      startMs,
      endMs,
      text: corrected,
      edited: true,
    });
    await ctx.db.patch("transcriptChunks", chunk._id, {
      segments,
      searchText: searchTextOf(segments.map((each) => each.text)),
    });
    await recordEvent(ctx, job, {
      type: "transcript.edited",
      detail: `The transcript was corrected in piece ${chunkIndex + 1}.`,
      chunkIndex,
    });
    return null;
  },
});

/** The transcript page by page, for files that are made in the browser. */
export const exportText = query({
  args: { lectureId: v.id("lectures"), fromIndex: v.number() },
  returns: v.object({
    chunks: v.array(
      v.object({
        index: v.number(),
        startMs: v.number(),
        endMs: v.number(),
        segments: v.array(shownSegmentValidator),
      }),
    ),
    nextIndex: v.union(v.number(), v.null()),
  }),
  handler: async (ctx, { lectureId, fromIndex }) => {
    await requireOwner(ctx, lectureId);
    checkInteger("fromIndex", fromIndex, 0, MAX_CHUNKS);
    const chunks = await ctx.db
      .query("transcriptChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).gte("index", fromIndex),
      )
      .take(MAX_RANGE);
    const last = chunks.at(-1);
    return {
      chunks: chunks.map(shownChunk),
      nextIndex: last && chunks.length === MAX_RANGE ? last.index + 1 : null,
    };
  },
});
