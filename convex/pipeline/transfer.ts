// The steps by which lectures move from one account to another.

import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import { internalMutation } from "../_generated/server.js";
import { notesOf } from "../model/notesVersions.ts";
import { moveLectures } from "../model/transfers.ts";

const CHUNKS_A_STEP = 100;

export const lectures = internalMutation({
  args: { fromUserId: v.id("users"), toUserId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, { fromUserId, toUserId }): Promise<null> => {
    await moveLectures(ctx, fromUserId, toUserId);
    return null;
  },
});

/** Writes the owner that a lecture has by now into the rows that the search reads. */
export const texts = internalMutation({
  args: { lectureId: v.id("lectures"), fromIndex: v.number() },
  returns: v.null(),
  handler: async (ctx, { lectureId, fromIndex }): Promise<null> => {
    const lecture = await ctx.db.get("lectures", lectureId);
    if (!lecture || lecture.deleting) return null;
    const { ownerId } = lecture;
    const notes = fromIndex === 0 ? await notesOf(ctx, lectureId) : null;
    if (notes) await ctx.db.patch("notes", notes._id, { ownerId });
    const rows = await ctx.db
      .query("transcriptChunks")
      .withIndex("by_lecture_and_index", (q) =>
        q.eq("lectureId", lectureId).gte("index", fromIndex),
      )
      .take(CHUNKS_A_STEP);
    for (const row of rows) await ctx.db.patch("transcriptChunks", row._id, { ownerId });
    const last = rows.at(-1);
    if (last && rows.length === CHUNKS_A_STEP) {
      await ctx.scheduler.runAfter(0, internal.pipeline.transfer.texts, {
        ...{ lectureId, fromIndex: last.index + 1 },
      });
    }
    return null;
  },
});
