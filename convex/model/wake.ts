// Asks for work to be claimed. Scheduled in the transaction that made the work possible, so that
// neither happens without the other.

import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { CallKind } from "./validators.ts";

/** Asks for work of one kind for a lecture. */
export async function wake(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
  kind: CallKind,
): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.pipeline.dispatch.run, { lectureId, kind });
}

/** Serves whoever waits for a slot. */
export async function wakeQueue(ctx: MutationCtx): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.pipeline.dispatch.run, {});
}
