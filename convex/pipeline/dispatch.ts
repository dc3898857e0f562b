// Gives work to lanes: claims pieces and windows for lectures as long as there are free calls.
//
// The claim schedules the action in its own transaction, together with its lease and its watch. So
// there is no moment in which a lane exists only as an action that may vanish.

import { v } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import { internalMutation, type MutationCtx } from "../_generated/server.js";
import { wakeQueue } from "../model/wake.ts";
import { callKindValidator, type CallKind } from "../model/validators.ts";
import { claimChunk } from "./claimChunk.ts";
import { claimWriting } from "./claimWriting.ts";

/** Claims in one transaction; more are made by the next one. */
const MAX_STEPS = 12;

/**
 * - `claimed`: an action is on its way, or none was needed; there may be more to claim
 * - `no_slot`: there is work, but too many calls are in flight
 * - `nothing`: no work, or all lanes of the lecture are busy
 */
export type ClaimResult = "claimed" | "no_slot" | "nothing";

type Entry = { lectureId: Id<"lectures">; kind: CallKind; ticket?: Id<"callQueue"> };

/**
 * Claims what can be claimed. Whoever finds no free call stands in line; whoever got one goes to
 * the end of it, so a long lecture does not keep a short one waiting.
 */
export const run = internalMutation({
  args: { lectureId: v.optional(v.id("lectures")), kind: v.optional(callKindValidator) },
  returns: v.null(),
  handler: async (ctx, { lectureId, kind }): Promise<null> => {
    const line = (await ctx.db.query("callQueue").take(MAX_STEPS)).map(entryOf);
    for (const due of lectureId && kind ? kindsAfter(kind) : []) {
      if (lectureId && !(await standsInLine(ctx, lectureId, due)))
        line.push({ lectureId, kind: due });
    }
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const entry = line.shift();
      if (!entry) return null;
      const result = await claimFor(ctx, entry);
      if (result === "no_slot") {
        await standInLine(ctx, [entry, ...line]);
        return null;
      }
      if (entry.ticket) await ctx.db.delete("callQueue", entry.ticket);
      if (result === "claimed") line.push({ lectureId: entry.lectureId, kind: entry.kind });
    }
    await standInLine(ctx, line);
    await wakeQueue(ctx);
    return null;
  },
});

/**
 * Writing goes before hearing more: windows are written one after the other, so a window that waits for a call makes the
 * whole lecture later, while a piece that waits does not. The pieces of a lecture may otherwise take all calls at once.
 */
function kindsAfter(kind: CallKind): CallKind[] {
  return kind === "transcribe" ? ["write", "transcribe"] : [kind];
}

function entryOf({ _id, lectureId, kind }: Doc<"callQueue">): Entry {
  return { lectureId, kind, ticket: _id };
}

async function claimFor(ctx: MutationCtx, entry: Entry): Promise<ClaimResult> {
  switch (entry.kind) {
    case "transcribe":
      return await claimChunk(ctx, entry.lectureId);
    case "write":
      return await claimWriting(ctx, entry.lectureId);
    default:
      return entry.kind satisfies never;
  }
}

async function standsInLine(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
  kind: CallKind,
): Promise<boolean> {
  const ticket = await ctx.db
    .query("callQueue")
    .withIndex("by_lecture_and_kind", (q) => q.eq("lectureId", lectureId).eq("kind", kind))
    .first();
  return ticket !== null;
}

async function standInLine(ctx: MutationCtx, entries: Entry[]): Promise<void> {
  for (const { lectureId, kind, ticket } of entries) {
    if (ticket || (await standsInLine(ctx, lectureId, kind))) continue;
    await ctx.db.insert("callQueue", { lectureId, kind });
  }
}
