// Read-only links to notes, for people without an account. A revoked link shows nothing.

import { v } from "convex/values";
import { notesContentValidator } from "./ai/validators.ts";
import type { Doc, Id } from "./_generated/dataModel.js";
import { mutation, query, type QueryCtx } from "./_generated/server.js";
import { requireOwner } from "./model/access.ts";
import { notesOf } from "./model/notesVersions.ts";
import { randomToken } from "./model/secrets.ts";

export const get = query({
  args: { lectureId: v.id("lectures") },
  returns: v.union(v.null(), v.object({ token: v.string(), createdAt: v.number() })),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    const share = await shareOf(ctx, lectureId);
    return share && { token: share.token, createdAt: share._creationTime };
  },
});

/** The lecture's link; the existing one if there is one. */
export const create = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.object({ token: v.string() }),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    const existing = await shareOf(ctx, lectureId);
    if (existing) return { token: existing.token };
    const token = randomToken();
    await ctx.db.insert("shares", { lectureId, token });
    return { token };
  },
});

export const revoke = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    const share = await shareOf(ctx, lectureId);
    if (share) await ctx.db.delete("shares", share._id);
    return null;
  },
});

/** What a link shows: the notes and nothing of their owner. Needs no account. */
export const lecture = query({
  args: { token: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      title: v.string(),
      course: v.optional(v.string()),
      recordedAt: v.number(),
      durationMs: v.number(),
      notes: notesContentValidator,
    }),
  ),
  handler: async (ctx, { token }) => {
    const share = await ctx.db
      .query("shares")
      .withIndex("by_token", (q) => q.eq("token", token))
      .unique();
    const shared = share && (await ctx.db.get("lectures", share.lectureId));
    const notes = shared && !shared.deleting && (await notesOf(ctx, shared._id));
    if (!shared || !notes) return null;
    const { summary, sections, keyTakeaways, definitions } = notes;
    return {
      title: shared.title,
      course: shared.course,
      recordedAt: shared.recordedAt,
      durationMs: shared.durationMs,
      notes: { title: notes.title, summary, sections, keyTakeaways, definitions },
    };
  },
});

async function shareOf(ctx: QueryCtx, lectureId: Id<"lectures">): Promise<Doc<"shares"> | null> {
  return await ctx.db
    .query("shares")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
}
