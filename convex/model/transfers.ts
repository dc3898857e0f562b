// Taking an anonymous account's lectures along into an account with a password.

import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { refuse } from "./refusal.ts";
import { randomToken, sha256Hex } from "./secrets.ts";

const TRANSFER_LIFETIME_MS = 60 * 60_000;
/** Lectures that change hands in one transaction. */
export const TRANSFER_STEP = 50;

export async function startTransferFrom(
  ctx: MutationCtx,
  user: Doc<"users">,
): Promise<{ secret: string }> {
  if (user.isAnonymous !== true) {
    refuse(
      "conflict_account",
      "You are signed in with a password; your lectures are already safe.",
    );
  }
  const earlier = await ctx.db
    .query("transfers")
    .withIndex("by_fromUserId", (q) => q.eq("fromUserId", user._id))
    .take(10);
  for (const transfer of earlier) await ctx.db.delete("transfers", transfer._id);
  const secret = randomToken();
  await ctx.db.insert("transfers", {
    secretHash: await sha256Hex(secret),
    fromUserId: user._id,
    expiresAt: Date.now() + TRANSFER_LIFETIME_MS,
  });
  return { secret };
}

export async function finishTransferOf(
  ctx: MutationCtx,
  user: Doc<"users">,
  secret: string,
): Promise<{ lectures: number }> {
  if (user.isAnonymous === true) {
    refuse("conflict_account", "Sign in with an email address and a password first.");
  }
  const secretHash = await sha256Hex(secret);
  const transfer = await ctx.db
    .query("transfers")
    .withIndex("by_secretHash", (q) => q.eq("secretHash", secretHash))
    .unique();
  if (!transfer || transfer.expiresAt <= Date.now()) {
    return refuse(
      "invalid_transfer",
      "This transfer has ended. Start it again from the old account.",
    );
  }
  await ctx.db.delete("transfers", transfer._id);
  return { lectures: await moveLectures(ctx, transfer.fromUserId, user._id) };
}

/** Moves one step's lectures and schedules the rest. How many were moved now. */
export async function moveLectures(
  ctx: MutationCtx,
  fromUserId: Id<"users">,
  toUserId: Id<"users">,
): Promise<number> {
  const lectures = await ctx.db
    .query("lectures")
    .withIndex("by_owner_and_recordedAt", (q) => q.eq("ownerId", fromUserId).eq("deleting", false))
    // The newest first: pieces of theirs may still be on the device, waiting to be sent to the new owner.
    .order("desc")
    .take(TRANSFER_STEP);
  for (const lecture of lectures) {
    await ctx.db.patch("lectures", lecture._id, { ownerId: toUserId });
    const access = await ctx.db
      .query("lectureAccess")
      .withIndex("by_lecture", (q) => q.eq("lectureId", lecture._id))
      .unique();
    if (access) await ctx.db.patch("lectureAccess", access._id, { ownerId: toUserId });
    // The texts carry their owner for the search; they follow at their own pace.
    await ctx.scheduler.runAfter(0, internal.pipeline.transfer.texts, {
      lectureId: lecture._id,
      fromIndex: 0,
    });
  }
  if (lectures.length === TRANSFER_STEP) {
    await ctx.scheduler.runAfter(0, internal.pipeline.transfer.lectures, { fromUserId, toUserId });
  }
  return lectures.length;
}
