// The account behind the lectures: who it is, taking lectures along to another, and leaving.

import { getAuthUserId } from "@convex-dev/auth/server";
import { v } from "convex/values";
import { describeEngines } from "./ai/configuration.ts";
import { mutation, query } from "./_generated/server.js";
import { requireUser, requireUserId } from "./model/access.ts";
import { removeAccount } from "./model/accountRemoval.ts";
import { finishTransferOf, startTransferFrom } from "./model/transfers.ts";
import { environment } from "./model/environment.ts";

const engineValidator = v.object({
  configured: v.boolean(),
  name: v.string(),
  howTo: v.optional(v.string()),
});

/** Who is signed in; null for nobody. */
export const me = query({
  args: {},
  returns: v.union(
    v.null(),
    v.object({ userId: v.id("users"), isAnonymous: v.boolean(), email: v.optional(v.string()) }),
  ),
  handler: async (ctx) => {
    const userId = await getAuthUserId(ctx);
    const user = userId && (await ctx.db.get("users", userId));
    if (!user) return null;
    return { userId: user._id, isAnonymous: user.isAnonymous === true, email: user.email };
  },
});

/** Which services turn speech into text and text into notes here. Holds no secrets. */
export const engines = query({
  args: {},
  returns: v.object({ transcription: engineValidator, notes: engineValidator }),
  handler: async (ctx) => {
    await requireUserId(ctx);
    return describeEngines(environment());
  },
});

/** A one-time secret with which another account may take this anonymous account's lectures. */
export const startTransfer = mutation({
  args: {},
  returns: v.object({ secret: v.string() }),
  handler: async (ctx) => await startTransferFrom(ctx, await requireUser(ctx)),
});

/** Takes the lectures of the account that started the transfer; how many moved so far. */
export const finishTransfer = mutation({
  args: { secret: v.string() },
  returns: v.object({ lectures: v.number() }),
  handler: async (ctx, { secret }) => await finishTransferOf(ctx, await requireUser(ctx), secret),
});

/** Deletes the account with all of its lectures. */
export const remove = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await removeAccount(ctx, await requireUser(ctx));
    return null;
  },
});
