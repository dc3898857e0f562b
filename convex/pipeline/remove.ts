// Deletes what a removed lecture or account leaves behind, never more than 500 documents at a time.

import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import { internalMutation, type MutationCtx } from "../_generated/server.js";
import { removeAccountStep } from "../model/accountRemoval.ts";

const MAX_DOCUMENTS = 400;
/** Rows with texts are large; fewer of them fit in one transaction. */
const MAX_TEXTS = 100;

/** One step of the deletion of a lecture; schedules the next until its last row is gone. */
export const step = internalMutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }): Promise<null> => {
    const lecture = await ctx.db.get("lectures", lectureId);
    if (!lecture?.deleting) return null;
    let left = MAX_DOCUMENTS;
    for (const removeSome of REMOVERS) {
      left -= await removeSome(ctx, lectureId, left);
      if (left <= 0) break;
    }
    if (left > 0) {
      await ctx.db.delete("lectures", lectureId);
      return null;
    }
    await ctx.scheduler.runAfter(0, internal.pipeline.remove.step, { lectureId });
    return null;
  },
});

/** Deletes at most `limit` rows; answers with how many, or with `limit` when there may be more. */
type Remover = (ctx: MutationCtx, lectureId: Id<"lectures">, limit: number) => Promise<number>;

const REMOVERS: Remover[] = [
  async (ctx, lectureId, limit) => {
    // A file counts as a document of its own.
    const half = Math.max(1, Math.floor(limit / 2));
    const rows = await ctx.db
      .query("audioChunks")
      .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lectureId))
      .take(half);
    for (const row of rows) {
      const file = await ctx.db.system.get("_storage", row.storageId);
      if (file) await ctx.storage.delete(row.storageId);
      await ctx.db.delete("audioChunks", row._id);
    }
    return rows.length === half ? limit : rows.length * 2;
  },
  async (ctx, lectureId, limit) => {
    const count = Math.min(limit, MAX_TEXTS);
    const rows = await ctx.db
      .query("transcriptChunks")
      .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lectureId))
      .take(count);
    for (const row of rows) await ctx.db.delete("transcriptChunks", row._id);
    return rows.length === count ? limit : rows.length;
  },
  async (ctx, lectureId, limit) => {
    const count = Math.min(limit, MAX_TEXTS);
    const rows = await ctx.db
      .query("sectionDrafts")
      .withIndex("by_lecture_and_windowIndex", (q) => q.eq("lectureId", lectureId))
      .take(count);
    for (const row of rows) await ctx.db.delete("sectionDrafts", row._id);
    return rows.length === count ? limit : rows.length;
  },
  async (ctx, lectureId, limit) => {
    const count = Math.min(limit, MAX_TEXTS);
    const rows = await ctx.db
      .query("noteVersions")
      .withIndex("by_lecture_and_version", (q) => q.eq("lectureId", lectureId))
      .take(count);
    for (const row of rows) await ctx.db.delete("noteVersions", row._id);
    return rows.length === count ? limit : rows.length;
  },
  async (ctx, lectureId, limit) => {
    const rows = await ctx.db
      .query("jobEvents")
      .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
      .take(limit);
    for (const row of rows) await ctx.db.delete("jobEvents", row._id);
    return rows.length;
  },
  async (ctx, lectureId, limit) => {
    const rows = await ctx.db
      .query("marks")
      .withIndex("by_lecture_and_atMs", (q) => q.eq("lectureId", lectureId))
      .take(limit);
    for (const row of rows) await ctx.db.delete("marks", row._id);
    return rows.length;
  },
  async (ctx, lectureId, limit) => {
    const rows = await ctx.db
      .query("callQueue")
      .withIndex("by_lecture_and_kind", (q) => q.eq("lectureId", lectureId))
      .take(limit);
    for (const row of rows) await ctx.db.delete("callQueue", row._id);
    return rows.length;
  },
  removeSingles,
];

/** The rows that a lecture has at most one of. */
async function removeSingles(ctx: MutationCtx, lectureId: Id<"lectures">): Promise<number> {
  const notes = await ctx.db
    .query("notes")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
  if (notes) await ctx.db.delete("notes", notes._id);
  const share = await ctx.db
    .query("shares")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
  if (share) await ctx.db.delete("shares", share._id);
  const lane = await ctx.db
    .query("writingLanes")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
  if (lane) await ctx.db.delete("writingLanes", lane._id);
  const job = await ctx.db
    .query("jobs")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
  if (job) await ctx.db.delete("jobs", job._id);
  return 0;
}

/** One step of the removal of an account. */
export const account = internalMutation({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, { userId }): Promise<null> => {
    await removeAccountStep(ctx, userId);
    return null;
  },
});
