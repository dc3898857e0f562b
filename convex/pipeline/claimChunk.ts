// Claims the next piece of a lecture for transcription.

import { transcriptionEndpoint } from "../ai/configuration.ts";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { hasNoSound } from "../../domain/sound.ts";
import { jobOf } from "../model/access.ts";
import { skipWithoutCall } from "../model/chunkOutcome.ts";
import { moveChunk } from "../model/chunkState.ts";
import { pauseForPerson } from "../model/circuit.ts";
import { isActive } from "../model/jobState.ts";
import { randomToken } from "../model/secrets.ts";
import { lanesPerJob } from "../model/settings.ts";
import { takeSlot } from "../model/slots.ts";
import type { ClaimResult } from "./dispatch.ts";
import { chunkLeaseMs, firstLook } from "./watching.ts";
import { environment } from "../model/environment.ts";

/** How much of what was said before goes along, so that names and spelling carry over. */
const PREVIOUS_TEXT_LENGTH = 800;

export async function claimChunk(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
): Promise<ClaimResult> {
  const job = await jobOf(ctx, lectureId);
  if (!job || !isActive(job.status)) return "nothing";
  // While a provider is suspected to be down, one call at a time finds out.
  const lanes = job.circuitOpenings > 0 ? 1 : lanesPerJob(environment());
  const leased = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) => q.eq("lectureId", lectureId).eq("state", "leased"))
    .take(lanes);
  if (leased.length >= lanes) return "nothing";
  const now = Date.now();
  const chunk = await nextChunk(ctx, lectureId);
  if (!chunk) return "nothing";
  if (hasNoSound(chunk)) {
    await skipWithoutCall(ctx, job, chunk);
    return "claimed";
  }
  const endpoint = transcriptionEndpoint(environment());
  if ("missing" in endpoint) {
    await pauseForPerson(ctx, job, { code: "no_transcription", message: endpoint.missing });
    return "nothing";
  }
  const token = randomToken();
  const slot = await takeSlot(ctx, { token, lectureId, kind: "transcribe" });
  if (slot === undefined) return "no_slot";

  const lecture = await ctx.db.get("lectures", lectureId);
  const actionId = await ctx.scheduler.runAfter(0, internal.pipeline.transcribe.run, {
    chunkId: chunk._id,
    token,
    index: chunk.index,
    storageId: chunk.storageId,
    mimeType: chunk.mimeType,
    durationMs: chunk.durationMs,
    language: lecture?.language,
    previousText: await textBefore(ctx, chunk),
  });
  const expiresAt = now + chunkLeaseMs(chunk.durationMs);
  await moveChunk(ctx, chunk, "claim", {
    lease: { token, startedAt: now, expiresAt, actionId, slot },
    startedAt: now,
    notBefore: 0,
  });
  await ctx.scheduler.runAfter(firstLook(expiresAt - now).delayMs, internal.pipeline.watch.chunk, {
    chunkId: chunk._id,
    token,
    ...firstLook(expiresAt - now).args,
  });
  return "claimed";
}

/** The first piece in the lecture's order that waits for nothing. */
async function nextChunk(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
): Promise<Doc<"audioChunks"> | null> {
  return await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_state", (q) =>
      q.eq("lectureId", lectureId).eq("state", "ready").eq("notBefore", 0),
    )
    .first();
}

async function textBefore(
  ctx: MutationCtx,
  chunk: Doc<"audioChunks">,
): Promise<string | undefined> {
  const previous = await ctx.db
    .query("transcriptChunks")
    .withIndex("by_lecture_and_index", (q) =>
      q.eq("lectureId", chunk.lectureId).eq("index", chunk.index - 1),
    )
    .unique();
  const text = previous?.searchText.slice(-PREVIOUS_TEXT_LENGTH);
  return text === "" ? undefined : text;
}
