// The cap on calls in flight in the whole deployment. One document a slot, looked at in random
// order: two claims rarely touch the same one, so they rarely have to be run again.

import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { maxCallsInFlight } from "./settings.ts";
import type { CallKind } from "./validators.ts";
import { environment } from "./environment.ts";

export type Holder = { token: string; lectureId: Id<"lectures">; kind: CallKind };

/** Takes a free slot; undefined when all are taken. */
export async function takeSlot(ctx: MutationCtx, holder: Holder): Promise<number | undefined> {
  const cap = maxCallsInFlight(environment());
  const start = Math.floor(Math.random() * cap);
  for (let step = 0; step < cap; step += 1) {
    const number = (start + step) % cap;
    const slot = await slotAt(ctx, number);
    if (slot?.token !== undefined) continue;
    if (slot) await ctx.db.patch("callSlots", slot._id, holder);
    else await ctx.db.insert("callSlots", { number, ...holder });
    return number;
  }
  return undefined;
}

/** Gives a slot back, unless somebody else has it by now. */
export async function releaseSlot(ctx: MutationCtx, number: number, token: string): Promise<void> {
  const slot = await slotAt(ctx, number);
  if (slot?.token !== token) return;
  await ctx.db.patch("callSlots", slot._id, {
    token: undefined,
    lectureId: undefined,
    kind: undefined,
  });
}

async function slotAt(ctx: MutationCtx, number: number): Promise<Doc<"callSlots"> | null> {
  return await ctx.db
    .query("callSlots")
    .withIndex("by_number", (q) => q.eq("number", number))
    .unique();
}
