// One job's whole story for an operator: timeline, lanes, leases, attempts, errors, waits, cost.

import { hasNoSound } from "../../domain/sound.ts";
import { formatClock, formatDuration } from "../../domain/time.ts";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { jobOf } from "./access.ts";
import { writingLaneOf } from "./leases.ts";
import { refuse } from "./refusal.ts";

const MAX_CHUNKS_SHOWN = 500;
const MAX_EVENTS_SHOWN = 300;

/** The lecture that an operator means, by its own id or its job's. */
export async function lectureIdOf(
  ctx: QueryCtx,
  reference: { jobId?: string; lectureId?: string },
): Promise<Id<"lectures">> {
  const jobId = reference.jobId && ctx.db.normalizeId("jobs", reference.jobId);
  if (jobId) {
    const job = await ctx.db.get("jobs", jobId);
    return job?.lectureId ?? refuse("not_found", `There is no job ${jobId}.`);
  }
  const lectureId = reference.lectureId && ctx.db.normalizeId("lectures", reference.lectureId);
  return lectureId || refuse("invalid_id", "Give the jobId or the lectureId of an existing job.");
}

/** Where a long story goes on: from which piece, and before which time of an event. */
export type StoryPage = { fromPiece?: number; before?: number };

export async function inspectJob(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
  { fromPiece = 0, before = Infinity }: StoryPage = {},
) {
  const job = await jobOf(ctx, lectureId);
  if (!job) return null;
  const lecture = await ctx.db.get("lectures", lectureId);
  const lane = await writingLaneOf(ctx, lectureId);
  const chunks = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lectureId).gte("index", fromPiece))
    .take(MAX_CHUNKS_SHOWN);
  const events = await ctx.db
    .query("jobEvents")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId).lt("_creationTime", before))
    .order("desc")
    .take(MAX_EVENTS_SHOWN);
  return {
    lecture: lecture && `${lecture.title} (${lecture.source}, ${formatDuration(job.endMs)})`,
    ...{ jobId: job._id, lectureId, status: job.status, stage: job.stage },
    progress: `${Math.floor(job.progress)} %`,
    ...{ attempt: job.attempt, intake: job.intake, counts: job.counts },
    error: job.error,
    resumesAt: job.resumeAt === undefined ? undefined : time(job.resumeAt),
    written: `to ${formatClock(job.writtenToMs)} of ${formatClock(job.endMs)}`,
    engines: job.engines,
    usage: job.hasUnknownCost ? { ...job.usage, costUsd: "not known" } : job.usage,
    circuit: { openings: job.circuitOpenings, failingPieces: job.failingChunks },
    writingLane: lane && {
      ...{ attempts: lane.attempts, losses: lane.losses, lease: leaseLine(lane.lease) },
      notBefore: lane.notBefore > 0 ? time(lane.notBefore) : undefined,
    },
    pieces: [...chunks.map(chunkLine), ...furtherPieces(chunks)],
    timeline: [...earlierEvents(events), ...events.reverse().map(eventLine)],
  };
}

function furtherPieces(chunks: Doc<"audioChunks">[]): string[] {
  const last = chunks.at(-1);
  if (!last || chunks.length < MAX_CHUNKS_SHOWN) return [];
  return [`Further pieces, if there are any: add "fromPiece": ${last.index + 1}`];
}

/** @param events newest first */
function earlierEvents(events: Doc<"jobEvents">[]): string[] {
  const first = events.at(-1);
  if (!first || events.length < MAX_EVENTS_SHOWN) return [];
  return [`Earlier events, if there are any: add "before": ${first._creationTime}`];
}

function chunkLine(chunk: Doc<"audioChunks">): string {
  const parts = [
    `#${chunk.index} ${formatClock(chunk.startMs)} to ${formatClock(chunk.startMs + chunk.durationMs)}`,
    chunk.state,
    chunk.attempts > 0 ? `${chunk.attempts} failed calls` : "",
    chunk.refusals > 0 ? `${chunk.refusals} refusals` : "",
    chunk.losses > 0 ? `${chunk.losses} lost actions` : "",
    chunk.state === "ready" && chunk.notBefore > 0 ? `not before ${time(chunk.notBefore)}` : "",
    leaseLine(chunk.lease) ?? "",
    chunk.startedAt !== undefined && chunk.finishedAt !== undefined
      ? `took ${chunk.finishedAt - chunk.startedAt} ms`
      : "",
    soundLine(chunk),
    chunk.error ? `${chunk.error.code}: ${chunk.error.message}` : "",
  ];
  return parts.filter(Boolean).join(", ");
}

function soundLine(chunk: Doc<"audioChunks">): string {
  if (!chunk.sound) return "";
  return hasNoSound(chunk) ? "no sound" : `loudest ${chunk.sound.peakDb} dB`;
}

function leaseLine(lease: Doc<"audioChunks">["lease"]): string | undefined {
  if (!lease) return undefined;
  const slot = lease.slot === undefined ? "" : ` in slot ${lease.slot}`;
  return `leased since ${time(lease.startedAt)} until ${time(lease.expiresAt)}${slot}`;
}

function eventLine(event: Doc<"jobEvents">): string {
  const took = event.durationMs === undefined ? "" : ` (${event.durationMs} ms)`;
  const said = event.providerText ? ` | ${event.providerText}` : "";
  return `${time(event.at)} ${event.type}: ${event.detail}${took}${said}`;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
