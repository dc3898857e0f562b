// What becomes of a writing step when it is over: a draft, the notes, nothing yet, another try.

import { formatClock } from "../../domain/time.ts";
import type { NotesContent, SectionDraft } from "../../domain/notes.ts";
import type { WritingUsage } from "../ai/types.ts";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { jobOf } from "./access.ts";
import { backoffMs, LONGEST_PIECE_WAIT_MS, MAX_ATTEMPTS } from "./backoff.ts";
import { openCircuit, pauseForPerson } from "./circuit.ts";
import { settledRun } from "./contiguity.ts";
import { recordEvent } from "./events.ts";
import { failJob, goOn } from "./goOn.ts";
import { isActive, updateJob } from "./jobState.ts";
import { endLease } from "./leases.ts";
import { missingMinutes } from "./missingMinutes.ts";
import { saveWrittenNotes } from "./notesVersions.ts";
import { withWriting } from "./usage.ts";
import type { Failure } from "./validators.ts";
import { wakeQueue } from "./wake.ts";
import { headingsOf } from "./writing.ts";

type Lane = Doc<"writingLanes">;

/** A writing step that vanishes this often is what makes it vanish. */
const MAX_LOSSES = 20;

export type WindowResult = {
  draft: SectionDraft;
  usage: WritingUsage;
  /** True when nothing is left to write after this window. */
  isLast: boolean;
  /** Where the next look for a window begins. */
  fromIndex: number;
};

/** Stores a window's notes. The caller has checked the token. */
export async function saveWindow(
  ctx: MutationCtx,
  lane: Lane,
  { draft, usage, isLast, fromIndex }: WindowResult,
): Promise<void> {
  const job = await jobOf(ctx, lane.lectureId);
  if (!job) return;
  const tookMs = await endStep(ctx, lane, {
    fromIndex,
    headings: [...lane.headings, ...headingsOf([draft])].slice(-60),
  });
  const windowIndex = job.counts.windowsWritten;
  // More may have come in since the lane looked; then this was not the last window after all.
  const isEnd = isLast && (await settledRun(ctx, job)).isFinal;
  await ctx.db.insert("sectionDrafts", { lectureId: lane.lectureId, windowIndex, ...draft });
  const written = await updateJob(ctx, job, {
    counts: { ...job.counts, windowsWritten: windowIndex + 1 },
    writtenToMs: isEnd ? Math.max(draft.endMs, job.endMs) : draft.endMs,
    // A passing failure of the writer is over; that of the transcriber has its own proof.
    ...(job.failingChunks.length === 0 && isActive(job.status) ? { circuitOpenings: 0 } : {}),
    ...withWriting(job, draft.writer.name, usage),
  });
  const range = `${formatClock(draft.startMs)} to ${formatClock(draft.endMs)}`;
  await recordEvent(ctx, job, {
    type: draft.fallbackReason ? "window.outlined" : "window.written",
    detail: draft.fallbackReason
      ? `${range} was outlined offline: ${draft.fallbackReason}`
      : `The notes for ${range} were written by ${draft.writer.name}.`,
    durationMs: tookMs,
  });
  await goOn(ctx, written);
}

export type NotesResult = {
  notes: NotesContent;
  usage: WritingUsage;
  writer: SectionDraft["writer"];
  fallbackReason?: string;
};

/** Stores the finished notes and completes the job, unless more has come in meanwhile. */
export async function saveNotes(
  ctx: MutationCtx,
  lane: Lane,
  { notes, usage, writer, fallbackReason }: NotesResult,
): Promise<void> {
  const job = await jobOf(ctx, lane.lectureId);
  const lecture = await ctx.db.get("lectures", lane.lectureId);
  if (!job || !lecture) return;
  const tookMs = await endStep(ctx, lane, {});
  const run = await settledRun(ctx, job);
  if (!run.isFinal || job.status !== "running") {
    // Paused by another lane's account error a moment ago: the merge is made again on retry.
    await updateJob(ctx, job, withWriting(job, writer.name, usage));
    return await goOn(ctx, job);
  }
  const missing = await missingMinutes(ctx, lane.lectureId);
  await saveWrittenNotes(
    ctx,
    lecture,
    { content: notes, writer, fallbackReason, missing },
    { keepEdits: job.rewrite?.keepEdits ?? true },
  );
  const completed = await updateJob(
    ctx,
    job,
    {
      ...withWriting(job, writer.name, usage),
      ...{ writer, warning: missing, error: undefined, rewrite: undefined },
      ...{ finishedAt: Date.now(), circuitOpenings: 0, failingChunks: [], thinned: false },
    },
    "complete",
  );
  await recordEvent(ctx, completed, {
    type: "job.completed",
    detail: missing ? `The notes are ready. ${missing}` : "The notes are ready.",
    durationMs: tookMs,
  });
}

/** The lane looked and there was no window yet. */
export async function saveNothingYet(ctx: MutationCtx, lane: Lane): Promise<void> {
  await endStep(ctx, lane, {});
  const job = await jobOf(ctx, lane.lectureId);
  // More may have been transcribed since the lane looked.
  if (job) await goOn(ctx, job);
}

/** Nothing in the transcript can be written about. */
export async function failEmpty(ctx: MutationCtx, lane: Lane): Promise<void> {
  await endStep(ctx, lane, {});
  const job = await jobOf(ctx, lane.lectureId);
  if (!job || !isActive(job.status)) return;
  await failJob(ctx, job, {
    code: "no_speech",
    message: "There are no words in this lecture to make notes of. The transcript is kept.",
  });
}

/** Decides after a failed step. The caller has checked the token. */
export async function failWriting(ctx: MutationCtx, lane: Lane, failure: Failure): Promise<void> {
  const job = await jobOf(ctx, lane.lectureId);
  if (!job) return;
  if (!isActive(job.status)) {
    await endStep(ctx, lane, {});
    return;
  }
  if (failure.kind === "account") {
    await endStep(ctx, lane, {});
    const { code, userMessage: message, detail } = failure;
    await pauseForPerson(ctx, job, { code, message, detail });
    return;
  }
  const attempts = lane.attempts + 1;
  const asksLong = (failure.retryAfterMs ?? 0) > LONGEST_PIECE_WAIT_MS;
  if (asksLong || attempts >= MAX_ATTEMPTS || job.circuitOpenings > 0) {
    await endStep(ctx, lane, { attempts });
    await openCircuit(ctx, job, failure);
    return;
  }
  const waitMs = backoffMs(attempts, Math.random(), failure.retryAfterMs);
  // Never 0, which means that there is no wait to end.
  const notBefore = Math.max(1, Date.now() + waitMs);
  await endStep(ctx, lane, { attempts, notBefore });
  await ctx.scheduler.runAfter(waitMs, internal.pipeline.waited.writing, {
    ...{ lectureId: lane.lectureId, notBefore },
  });
  await recordEvent(ctx, job, {
    type: "writing.retry",
    detail: `Writing notes: ${failure.userMessage} Try ${attempts + 1} in ${Math.ceil(waitMs / 1000)} s.`,
    providerText: failure.detail,
  });
}

/** Gives a writing step back whose action has vanished. */
export async function loseWriting(ctx: MutationCtx, lane: Lane): Promise<void> {
  const job = await jobOf(ctx, lane.lectureId);
  const losses = lane.losses + 1;
  await endStep(ctx, lane, { losses });
  if (!job || !isActive(job.status)) return;
  if (losses >= MAX_LOSSES) {
    await failJob(ctx, job, {
      code: "lost",
      message:
        "The server stopped again and again while the notes were written. The transcript is kept; press Retry.",
    });
    return;
  }
  await recordEvent(ctx, job, {
    type: "writing.lost",
    detail: "The server stopped while notes were written; the step begins again.",
  });
  await goOn(ctx, job);
}

/** Ends the lease of a step; how long it was held. */
async function endStep(
  ctx: MutationCtx,
  lane: Lane,
  fields: Partial<Pick<Lane, "attempts" | "losses" | "notBefore" | "fromIndex" | "headings">>,
): Promise<number> {
  if (lane.lease) await endLease(ctx, lane.lease);
  const failed = fields.attempts !== undefined || fields.losses !== undefined;
  await ctx.db.patch("writingLanes", lane._id, {
    ...(failed ? {} : { attempts: 0, losses: 0 }),
    // A step that did not come to an end has seen nothing.
    ...(failed ? { seenChunks: 0 } : {}),
    ...fields,
    lease: undefined,
  });
  await wakeQueue(ctx);
  return Math.max(0, Date.now() - (lane.lease?.startedAt ?? Date.now()));
}
