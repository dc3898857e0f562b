// Pausing a job: for a person who has to act, or for a provider that is down until it is back.

import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { circuitWaitMs, MAX_CIRCUIT_OPENINGS } from "./backoff.ts";
import { recordEvent } from "./events.ts";
import { failJob } from "./goOn.ts";
import { isActive, updateJob } from "./jobState.ts";
import type { Failure } from "./validators.ts";

const GETTING_READY_WAIT_MS = 5000;

/** Stops claiming until the owner presses Retry. What is in flight may still come home. */
export async function pauseForPerson(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  reason: { code: string; message: string; detail?: string },
): Promise<Doc<"jobs">> {
  if (!isActive(job.status)) return job;
  const error = { code: reason.code, message: reason.message, retryable: true, at: Date.now() };
  const paused = await updateJob(ctx, job, { error, resumeAt: undefined }, "pause");
  await recordEvent(ctx, job, {
    type: "job.paused",
    detail: `The job waits for you: ${reason.message}`,
    providerText: reason.detail,
  });
  return paused;
}

/** The provider is getting ready, e.g. downloading its model, and says when to come back. */
export function isGettingReady(failure: Failure): boolean {
  return failure.code === "model_loading";
}

/**
 * Stops claiming for a while, because the provider fails for every piece or asks for a long wait.
 * Then one call is tried; when it fails too, the wait doubles. After many such waits the job fails.
 * A provider that is getting ready is asked again when it says, as often as it takes.
 */
export async function openCircuit(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  failure: Failure,
): Promise<Doc<"jobs">> {
  if (!isActive(job.status)) return job;
  const gettingReady = isGettingReady(failure);
  const openings = gettingReady ? job.circuitOpenings : job.circuitOpenings + 1;
  if (openings > MAX_CIRCUIT_OPENINGS) {
    const message = `${failure.userMessage} Lectern has tried for a long time. Everything finished is kept; press Retry later.`;
    await failJob(ctx, job, { code: failure.code, message });
    return job;
  }
  const now = Date.now();
  const waitMs = gettingReady
    ? (failure.retryAfterMs ?? GETTING_READY_WAIT_MS)
    : circuitWaitMs(openings, Math.random(), failure.retryAfterMs);
  const resumeAt = now + waitMs;
  const error = { code: failure.code, message: failure.userMessage, retryable: true, at: now };
  const fields = { error, resumeAt, circuitOpenings: openings, failingChunks: [] };
  const paused = await updateJob(ctx, job, fields, "pause");
  await ctx.scheduler.runAfter(waitMs, internal.pipeline.resume.run, {
    lectureId: job.lectureId,
    resumeAt,
  });
  await recordEvent(ctx, job, {
    type: "job.waiting",
    detail: `${failure.userMessage} The job pauses for ${Math.ceil(waitMs / 1000)} s and then goes on by itself.`,
    providerText: failure.detail,
  });
  return paused;
}
