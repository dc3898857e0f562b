// What becomes of a piece when its call is over: text, silence, another try, or a hole.

import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { countWords } from "../../domain/words.ts";
import { formatClock } from "../../domain/time.ts";
import type { Segment } from "../../domain/transcript.ts";
import type { Transcription } from "../ai/types.ts";
import { jobOf } from "./access.ts";
import { backoffMs, CIRCUIT_THRESHOLD, LONGEST_PIECE_WAIT_MS, MAX_ATTEMPTS } from "./backoff.ts";
import { moveChunk } from "./chunkState.ts";
import { isGettingReady, openCircuit, pauseForPerson } from "./circuit.ts";
import { recordEvent } from "./events.ts";
import { goOn } from "./goOn.ts";
import { isActive, updateJob } from "./jobState.ts";
import { endLease } from "./leases.ts";
import { searchTextOf } from "./search.ts";
import { withTranscription } from "./usage.ts";
import type { Failure, SettledState } from "./validators.ts";
import { wake } from "./wake.ts";

/** A piece of audio is refused for good when the second call says the same. */
const MAX_REFUSALS = 2;
/** A piece whose action vanishes this often is what makes it vanish. */
const MAX_LOSSES = 20;
/** What no second call can mend. */
const HOPELESS = new Set(["audio_missing", "empty_audio"]);
const MAX_DROPPED_LENGTH = 500;

export type ChunkResult = Transcription & { engine: string };

/** Stores the text of a piece. The caller has checked the token. */
export async function saveChunk(
  ctx: MutationCtx,
  chunk: Doc<"audioChunks">,
  result: ChunkResult,
): Promise<void> {
  const job = await jobOf(ctx, chunk.lectureId);
  if (!job) return;
  const words = result.segments.reduce((sum, segment) => sum + countWords(segment.text), 0);
  const tookMs = Math.max(0, Date.now() - (chunk.lease?.startedAt ?? Date.now()));
  const isSilent = result.segments.length === 0;
  await recordDropped(ctx, job, chunk, result);
  await settle(ctx, job, chunk, isSilent ? "skipped" : "transcribed", {
    result,
    words,
    event: {
      type: isSilent ? "chunk.skipped" : "chunk.transcribed",
      detail: isSilent
        ? `${nameOf(chunk)}: no speech in it.`
        : `${nameOf(chunk)}: ${words} words in ${(tookMs / 1000).toFixed(1)} s.`,
      durationMs: tookMs,
    },
  });
}

async function recordDropped(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
  { dropped }: ChunkResult,
): Promise<void> {
  if (dropped.length === 0) return;
  const texts = dropped.map(({ text, reason }) => `“${text}” (${reason})`).join(" ");
  await recordEvent(ctx, job, {
    type: "chunk.cut",
    detail: `${nameOf(chunk)}: left out what nobody said: ${texts.slice(0, MAX_DROPPED_LENGTH)}`,
    chunkIndex: chunk.index,
  });
}

/** Does without a call for a piece in which its device has measured no sound. */
export async function skipWithoutCall(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
): Promise<void> {
  await settle(ctx, job, chunk, "skipped", {
    words: 0,
    noSound: true,
    event: {
      type: "chunk.skipped",
      detail: `${nameOf(chunk)}: skipped, no sound in it, as from a muted microphone. It was not sent to be transcribed.`,
    },
  });
}

/** Decides after a failed call. The caller has checked the token. */
export async function failChunk(
  ctx: MutationCtx,
  chunk: Doc<"audioChunks">,
  failure: Failure,
): Promise<void> {
  const job = await jobOf(ctx, chunk.lectureId);
  if (!job) return;
  switch (failure.kind) {
    case "transient":
    case "ours":
      return await retryLater(ctx, job, chunk, failure);
    case "account":
      await release(ctx, job, chunk, {});
      await pauseForPerson(ctx, job, {
        code: failure.code,
        message: failure.userMessage,
        detail: failure.detail,
      });
      return;
    case "input":
    case "output":
      return await retryOnce(ctx, job, chunk, failure);
    default:
      return failure.kind satisfies never;
  }
}

async function retryLater(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
  failure: Failure,
): Promise<void> {
  // The circuit has opened meanwhile, or somebody has stopped the job: the call does not count.
  if (!isActive(job.status)) return await release(ctx, job, chunk, {});
  const failing = [...new Set([...job.failingChunks, chunk.index])];
  const isDown = failure.kind === "transient" && failing.length >= CIRCUIT_THRESHOLD;
  const asksLong = (failure.retryAfterMs ?? 0) > LONGEST_PIECE_WAIT_MS;
  const attempts = chunk.attempts + 1;
  // A rate limit says nothing about the piece: instead of leaving it out, the whole job slows down.
  const isHeldUp = failure.code === "rate_limited" && attempts >= MAX_ATTEMPTS;
  if (isDown || asksLong || isHeldUp || job.circuitOpenings > 0 || isGettingReady(failure)) {
    // It is the provider's fault, not this piece's: the call does not count.
    await release(ctx, job, chunk, {});
    await openCircuit(ctx, job, failure);
    return;
  }
  if (attempts >= MAX_ATTEMPTS) return await giveUp(ctx, job, chunk, failure, { attempts });
  const waitMs = backoffMs(attempts, Math.random(), failure.retryAfterMs);
  await recordEvent(ctx, job, {
    type: "chunk.retry",
    detail: `${nameOf(chunk)}: ${failure.userMessage} Try ${attempts + 1} of ${MAX_ATTEMPTS} in ${Math.ceil(waitMs / 1000)} s.`,
    chunkIndex: chunk.index,
    providerText: failure.detail,
  });
  const known = await updateJob(ctx, job, { failingChunks: failing });
  await release(ctx, known, chunk, { attempts, waitMs });
}

async function retryOnce(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
  failure: Failure,
): Promise<void> {
  const refusals = chunk.refusals + 1;
  if (refusals >= MAX_REFUSALS || HOPELESS.has(failure.code)) {
    return await giveUp(ctx, job, chunk, failure, { refusals });
  }
  await recordEvent(ctx, job, {
    type: "chunk.retry",
    detail: `${nameOf(chunk)}: ${failure.userMessage} It is tried once more.`,
    chunkIndex: chunk.index,
    providerText: failure.detail,
  });
  await release(ctx, job, chunk, { refusals });
}

/** Gives a piece back whose action has vanished. */
export async function loseChunk(ctx: MutationCtx, chunk: Doc<"audioChunks">): Promise<void> {
  const job = await jobOf(ctx, chunk.lectureId);
  if (!job) return;
  const losses = chunk.losses + 1;
  if (losses >= MAX_LOSSES) {
    const failure = {
      kind: "ours" as const,
      code: "lost",
      userMessage: "The server stopped again and again while this part was transcribed.",
      detail: `${losses} actions vanished.`,
    };
    return await giveUp(ctx, job, chunk, failure, { losses });
  }
  await recordEvent(ctx, job, {
    type: "chunk.lost",
    detail: `${nameOf(chunk)}: the server stopped in the middle of it; it begins again.`,
    chunkIndex: chunk.index,
  });
  await release(ctx, job, chunk, { losses });
}

async function release(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
  next: { attempts?: number; refusals?: number; losses?: number; waitMs?: number },
): Promise<void> {
  const { waitMs = 0, ...counts } = next;
  const notBefore = waitMs > 0 ? Date.now() + waitMs : 0;
  if (chunk.lease) await endLease(ctx, chunk.lease);
  await moveChunk(ctx, chunk, "release", { ...counts, notBefore });
  await wake(ctx, job.lectureId, "transcribe");
  if (notBefore > 0) {
    await ctx.scheduler.runAfter(waitMs, internal.pipeline.waited.chunk, {
      ...{ chunkId: chunk._id, notBefore },
    });
  }
}

async function giveUp(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
  failure: Failure,
  counts: { attempts?: number; refusals?: number; losses?: number },
): Promise<void> {
  const { code, userMessage: message, detail } = failure;
  await settle(ctx, job, chunk, "failed", {
    words: 0,
    fields: { ...counts, error: { code, message, retryable: true, at: Date.now() } },
    event: {
      type: "chunk.failed",
      detail: `${nameOf(chunk)} is left out: ${message}`,
      providerText: detail,
    },
  });
}

type Settling = {
  result?: ChunkResult;
  words: number;
  noSound?: true;
  fields?: Parameters<typeof moveChunk>[3];
  event: { type: string; detail: string; durationMs?: number; providerText?: string };
};

const TRANSITION = { transcribed: "transcribe", skipped: "skip", failed: "fail" } as const;

async function settle(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  chunk: Doc<"audioChunks">,
  state: SettledState,
  { result, words, noSound, fields, event }: Settling,
): Promise<void> {
  const now = Date.now();
  if (chunk.lease) await endLease(ctx, chunk.lease);
  await moveChunk(ctx, chunk, TRANSITION[state], { ...fields, finishedAt: now, notBefore: 0 });
  await storeText(ctx, chunk, state, { result, noSound });
  const settled = await updateJob(ctx, job, {
    counts: { ...job.counts, [state]: job.counts[state] + 1 },
    settledMs: job.settledMs + chunk.durationMs - chunk.overlapMs,
    settledEnd: Math.max(job.settledEnd, chunk.index + 1),
    words: job.words + words,
    // An answer shows that the provider works; while the job stands still, nobody has asked.
    ...(result ? { failingChunks: [] } : {}),
    ...(result && isActive(job.status) ? { circuitOpenings: 0 } : {}),
    ...(result ? withTranscription(job, result.engine, result.usage) : {}),
  });
  await recordEvent(ctx, job, { ...event, chunkIndex: chunk.index });
  await wake(ctx, job.lectureId, "transcribe");
  await goOn(ctx, settled);
}

async function storeText(
  ctx: MutationCtx,
  chunk: Doc<"audioChunks">,
  state: SettledState,
  { result, noSound }: Pick<Settling, "result" | "noSound">,
): Promise<void> {
  const lecture = await ctx.db.get("lectures", chunk.lectureId);
  if (!lecture) return;
  const segments = onLectureClock(result?.segments ?? [], chunk);
  await ctx.db.insert("transcriptChunks", {
    lectureId: chunk.lectureId,
    ownerId: lecture.ownerId,
    index: chunk.index,
    startMs: chunk.startMs,
    endMs: chunk.startMs + chunk.durationMs,
    overlapMs: chunk.overlapMs,
    state,
    noSound,
    segments,
    language: result?.language,
    searchText: searchTextOf(segments.map((segment) => segment.text)),
  });
  if (lecture.language === undefined && result?.language && segments.length > 0) {
    await ctx.db.patch("lectures", lecture._id, { language: result.language });
  }
}

/** Segments count from the piece's beginning when they come, from the lecture's when they are kept. */
function onLectureClock(segments: Segment[], chunk: Doc<"audioChunks">): Segment[] {
  const shift = <Timed extends { startMs: number; endMs: number }>(timed: Timed): Timed => ({
    ...timed,
    startMs: timed.startMs + chunk.startMs,
    endMs: timed.endMs + chunk.startMs,
  });
  return segments.map((segment) => ({
    ...shift(segment),
    ...(segment.words ? { words: segment.words.map(shift) } : {}),
  }));
}

function nameOf(chunk: Doc<"audioChunks">): string {
  const endMs = chunk.startMs + chunk.durationMs;
  return `Piece ${chunk.index + 1} (${formatClock(chunk.startMs)} to ${formatClock(endMs)})`;
}
