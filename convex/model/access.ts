// Who may see what. Every public function asks here before it reads or writes anything.

import { getAuthUserId } from "@convex-dev/auth/server";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { refuse } from "./refusal.ts";

/** The signed-in user's id, or an error that makes the app sign in. */
export async function requireUserId(ctx: QueryCtx): Promise<Id<"users">> {
  const userId = await getAuthUserId(ctx);
  return userId ?? refuse("not_signed_in", "You are signed out. Please sign in again.");
}

/** The user behind the call; an account that was removed is as good as signed out. */
export async function requireUser(ctx: QueryCtx): Promise<Doc<"users">> {
  const user = await ctx.db.get("users", await requireUserId(ctx));
  return user ?? refuse("not_signed_in", "This account no longer exists. Please sign in again.");
}

/**
 * Lets the owner of a lecture pass. Another person's lecture, a removed one and one that never was
 * are the same to a caller.
 */
export async function requireOwner(ctx: QueryCtx, lectureId: Id<"lectures">): Promise<Id<"users">> {
  const userId = await requireUserId(ctx);
  if (!(await isOwner(ctx, lectureId, userId))) {
    refuse("not_found", "This lecture is not here. It may have been deleted.");
  }
  return userId;
}

/** The same as a question. Reads nothing that changes while a lecture is processed. */
export async function isOwner(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
  userId: Id<"users">,
): Promise<boolean> {
  const access = await ctx.db
    .query("lectureAccess")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
  return access?.ownerId === userId;
}

/** A lecture and its job, for their owner. */
export async function requireLecture(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
): Promise<{ lecture: Doc<"lectures">; job: Doc<"jobs">; userId: Id<"users"> }> {
  const userId = await requireOwner(ctx, lectureId);
  const lecture = await ctx.db.get("lectures", lectureId);
  const job = await jobOf(ctx, lectureId);
  if (!lecture || !job) throw new Error(`Lecture ${lectureId} has an owner but no job.`);
  return { lecture, job, userId };
}

/** The job of a lecture; null once the lecture is being deleted. */
export async function jobOf(ctx: QueryCtx, lectureId: Id<"lectures">): Promise<Doc<"jobs"> | null> {
  return await ctx.db
    .query("jobs")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
}
