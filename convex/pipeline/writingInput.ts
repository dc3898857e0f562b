// What the writing lane reads, page by page, so that no read grows with the lecture's length.

import { v } from "convex/values";
import { sectionDraftFields } from "../ai/validators.ts";
import { internalQuery } from "../_generated/server.js";
import { jobOf } from "../model/access.ts";
import { settledRun } from "../model/contiguity.ts";
import { writingLaneOf } from "../model/leases.ts";
import { segmentValidator } from "../ai/validators.ts";

const CHUNKS_A_PAGE = 16;
const DRAFTS_A_PAGE = 20;
const MAX_MARKS_IN_WINDOW = 50;

/** Where the writing of a lecture stands; null when the lease is gone. */
export const stand = internalQuery({
  args: { lectureId: v.id("lectures"), token: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      isFinal: v.boolean(),
      /** Pieces below this index are done with and have no gap. */
      toIndex: v.number(),
      fromIndex: v.number(),
      fromMs: v.number(),
      headings: v.array(v.string()),
      language: v.optional(v.string()),
      title: v.optional(v.string()),
    }),
  ),
  handler: async (ctx, { lectureId, token }) => {
    const lane = await writingLaneOf(ctx, lectureId);
    const job = await jobOf(ctx, lectureId);
    const lecture = await ctx.db.get("lectures", lectureId);
    if (!job || !lecture || lane?.lease?.token !== token) return null;
    const run = await settledRun(ctx, job);
    return {
      isFinal: run.isFinal,
      toIndex: run.count,
      fromIndex: lane.fromIndex,
      fromMs: job.writtenToMs,
      headings: lane.headings,
      language: lecture.language,
      title: lecture.givenTitle,
    };
  },
});

/** A page of the transcript, without the pieces that hold no speech. */
export const chunks = internalQuery({
  args: { lectureId: v.id("lectures"), fromIndex: v.number(), toIndex: v.number() },
  returns: v.object({
    chunks: v.array(
      v.object({
        index: v.number(),
        startMs: v.number(),
        endMs: v.number(),
        overlapMs: v.number(),
        segments: v.array(segmentValidator),
      }),
    ),
    nextIndex: v.union(v.number(), v.null()),
  }),
  handler: async (ctx, { lectureId, fromIndex, toIndex }) => {
    const rows = await ctx.db
      .query("transcriptChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).gte("index", fromIndex).lt("index", toIndex),
      )
      .take(CHUNKS_A_PAGE);
    const last = rows.at(-1);
    return {
      chunks: rows
        .filter((row) => row.state === "transcribed")
        .map(({ index, startMs, endMs, overlapMs, segments }) => ({
          ...{ index, startMs, endMs, overlapMs },
          segments: segments.map(({ edited: _, ...segment }) => segment),
        })),
      nextIndex: last && rows.length === CHUNKS_A_PAGE ? last.index + 1 : null,
    };
  },
});

/** The marks of a window. */
export const marks = internalQuery({
  args: { lectureId: v.id("lectures"), startMs: v.number(), endMs: v.number() },
  returns: v.array(v.object({ atMs: v.number(), note: v.optional(v.string()) })),
  handler: async (ctx, { lectureId, startMs, endMs }) => {
    const found = await ctx.db
      .query("marks")
      .withIndex("by_lecture_and_atMs", (q) =>
        q.eq("lectureId", lectureId).gte("atMs", startMs).lte("atMs", endMs),
      )
      .take(MAX_MARKS_IN_WINDOW);
    return found.map(({ atMs, note }) => ({ atMs, note }));
  },
});

/** A page of the drafts, in the lecture's order. */
export const drafts = internalQuery({
  args: { lectureId: v.id("lectures"), fromWindow: v.number() },
  returns: v.object({
    drafts: v.array(v.object(sectionDraftFields)),
    nextWindow: v.union(v.number(), v.null()),
  }),
  handler: async (ctx, { lectureId, fromWindow }) => {
    const rows = await ctx.db
      .query("sectionDrafts")
      .withIndex("by_lecture_and_windowIndex", (q) =>
        q.eq("lectureId", lectureId).gte("windowIndex", fromWindow),
      )
      .take(DRAFTS_A_PAGE);
    const last = rows.at(-1);
    return {
      drafts: rows.map(
        ({ _id, _creationTime, lectureId: __, windowIndex: ___, ...draft }) => draft,
      ),
      nextWindow: last && rows.length === DRAFTS_A_PAGE ? last.windowIndex + 1 : null,
    };
  },
});
