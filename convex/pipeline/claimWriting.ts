// Claims the next writing step of a lecture: a window's notes, or the whole's.

import { notesEndpoint } from "../ai/configuration.ts";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { jobOf } from "../model/access.ts";
import { settledRun } from "../model/contiguity.ts";
import { isActive } from "../model/jobState.ts";
import { writingLaneOf } from "../model/leases.ts";
import { randomToken } from "../model/secrets.ts";
import { takeSlot } from "../model/slots.ts";
import { shouldWrite } from "../model/writing.ts";
import type { ClaimResult } from "./dispatch.ts";
import { firstLook, WRITING_LEASE_MS } from "./watching.ts";
import { environment } from "../model/environment.ts";

export async function claimWriting(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
): Promise<ClaimResult> {
  const job = await jobOf(ctx, lectureId);
  const lane = await writingLaneOf(ctx, lectureId);
  if (!job || !isActive(job.status) || !lane || lane.lease) return "nothing";
  const now = Date.now();
  const run = await settledRun(ctx, job);
  if (lane.notBefore > 0 || job.counts.transcribed === 0 || !shouldWrite(job, lane, run)) {
    return "nothing";
  }
  const token = randomToken();
  // The outline maker calls nobody, so it needs no place among the calls.
  const isOffline = "missing" in notesEndpoint(environment());
  const slot = isOffline ? undefined : await takeSlot(ctx, { token, lectureId, kind: "write" });
  if (!isOffline && slot === undefined) return "no_slot";
  const actionId = await ctx.scheduler.runAfter(0, internal.pipeline.write.run, {
    lectureId,
    token,
  });
  await ctx.db.patch("writingLanes", lane._id, {
    lease: { token, startedAt: now, expiresAt: now + WRITING_LEASE_MS, actionId, slot },
    seenChunks: run.count,
    notBefore: 0,
  });
  const look = firstLook(WRITING_LEASE_MS);
  await ctx.scheduler.runAfter(look.delayMs, internal.pipeline.watch.writing, {
    ...{ lectureId, token },
    ...look.args,
  });
  return "claimed";
}
