// Leaving: the account and everything that belongs to it goes, in bounded steps.

import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { removeLecture } from "./lectures.ts";

const LECTURES_A_STEP = 20;
const ROWS_A_STEP = 100;

/** Begins the removal; nobody can sign in or do anything with the account from here on. */
export async function removeAccount(ctx: MutationCtx, user: Doc<"users">): Promise<void> {
  await ctx.db.delete("users", user._id);
  await removeAccountStep(ctx, user._id);
}

/** Removes some of what is left of an account, and schedules the rest. */
export async function removeAccountStep(ctx: MutationCtx, userId: Id<"users">): Promise<void> {
  if (await removeSome(ctx, userId)) {
    await ctx.scheduler.runAfter(0, internal.pipeline.remove.account, { userId });
  }
}

/** True when there may be more. */
async function removeSome(ctx: MutationCtx, userId: Id<"users">): Promise<boolean> {
  const accounts = await ctx.db
    .query("authAccounts")
    .withIndex("userIdAndProvider", (q) => q.eq("userId", userId))
    .take(ROWS_A_STEP);
  for (const account of accounts) {
    const codes = await ctx.db
      .query("authVerificationCodes")
      .withIndex("accountId", (q) => q.eq("accountId", account._id))
      .take(ROWS_A_STEP);
    for (const code of codes) await ctx.db.delete("authVerificationCodes", code._id);
    await ctx.db.delete("authAccounts", account._id);
  }
  const session = await ctx.db
    .query("authSessions")
    .withIndex("userId", (q) => q.eq("userId", userId))
    .first();
  if (session) {
    await removeSession(ctx, session._id);
    return true;
  }
  const transfers = await ctx.db
    .query("transfers")
    .withIndex("by_fromUserId", (q) => q.eq("fromUserId", userId))
    .take(ROWS_A_STEP);
  for (const transfer of transfers) await ctx.db.delete("transfers", transfer._id);
  const lectures = await ctx.db
    .query("lectures")
    .withIndex("by_owner_and_recordedAt", (q) => q.eq("ownerId", userId).eq("deleting", false))
    .take(LECTURES_A_STEP);
  for (const lecture of lectures) await removeLecture(ctx, lecture._id);
  return lectures.length === LECTURES_A_STEP;
}

async function removeSession(ctx: MutationCtx, sessionId: Id<"authSessions">): Promise<void> {
  const tokens = await ctx.db
    .query("authRefreshTokens")
    .withIndex("sessionId", (q) => q.eq("sessionId", sessionId))
    .take(ROWS_A_STEP);
  for (const token of tokens) await ctx.db.delete("authRefreshTokens", token._id);
  if (tokens.length < ROWS_A_STEP) await ctx.db.delete("authSessions", sessionId);
}
