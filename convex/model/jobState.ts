// Every transition of a job, in one place. What is not in the table is refused.

import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { progressOf, stageOf } from "./progress.ts";
import type { JobStatus, LectureState } from "./validators.ts";

export const JOB_TRANSITIONS = [
  /** The last piece is in. */
  "finish",
  /** More pieces come after all: the recording is continued, or a late piece has arrived. */
  "reopen",
  /** Nothing can go on for now. */
  "pause",
  /** The waiting time of a pause is over. */
  "resume",
  /** The owner wants another attempt. */
  "retry",
  /** The owner wants another attempt at the minutes that are missing from finished notes. */
  "mend",
  "cancel",
  "complete",
  "fail",
  /** The owner wants the notes written anew. */
  "regenerate",
] as const;
export type JobTransition = (typeof JOB_TRANSITIONS)[number];

type Intake = Doc<"jobs">["intake"];

/**
 * The status after a transition, or undefined when it is impossible.
 *
 * @param intake whether more pieces may come, after the transition
 */
export function nextStatus(
  status: JobStatus,
  transition: JobTransition,
  intake: Intake,
): JobStatus | undefined {
  const active = intake === "open" ? "receiving" : "running";
  switch (transition) {
    case "finish":
      // A job that stands still only takes note that nothing more comes.
      if (intake !== "complete" || status === "completed") return undefined;
      return status === "receiving" ? "running" : status;
    case "reopen":
      if (intake !== "open") return undefined;
      return status === "paused" || status === "canceled" ? status : "receiving";
    case "pause":
      return isActive(status) ? "paused" : undefined;
    case "resume":
      return status === "paused" ? active : undefined;
    case "retry":
      return status === "paused" || status === "failed" || status === "canceled"
        ? active
        : undefined;
    case "cancel":
      return isActive(status) || status === "paused" ? "canceled" : undefined;
    case "complete":
      return status === "running" ? "completed" : undefined;
    case "fail":
      return isActive(status) || status === "paused" ? "failed" : undefined;
    case "mend":
    case "regenerate":
      return status === "completed" && intake === "complete" ? "running" : undefined;
    default:
      return transition satisfies never;
  }
}

/** True while work is claimed for a job. */
export function isActive(status: JobStatus): boolean {
  return status === "receiving" || status === "running";
}

/** What the library shows for a job's status. */
export function lectureStateOf(status: JobStatus): LectureState {
  switch (status) {
    case "running":
      return "processing";
    case "completed":
      return "ready";
    case "receiving":
    case "paused":
    case "failed":
    case "canceled":
      return status;
    default:
      return status satisfies never;
  }
}

type JobFields = Partial<
  Omit<Doc<"jobs">, "_id" | "_creationTime" | "lectureId" | "status" | "stage" | "progress">
>;

/**
 * Changes a job, and its lecture where that shows something of it. The only place that writes a
 * job's status, stage and progress.
 *
 * The lecture is written only when its whole percent, stage, state or problem changes, so that a
 * library with fifty lectures runs its query no more often than something in it moves.
 *
 * @throws Error when the transition is impossible; callers check what a person may ask for before
 */
export async function updateJob(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  fields: JobFields,
  transition?: JobTransition,
): Promise<Doc<"jobs">> {
  const changed = { ...job, ...fields };
  if (transition !== undefined) {
    const status = nextStatus(job.status, transition, changed.intake);
    if (status === undefined) {
      throw new Error(`A job that is ${job.status} can't ${transition}.`);
    }
    changed.status = status;
  }
  const facts = {
    ...changed,
    chunks: changed.counts.chunks,
    settledChunks: settledOf(changed),
  };
  changed.stage = stageOf(facts);
  const progress = progressOf(facts);
  changed.progress = changed.attempt === job.attempt ? Math.max(job.progress, progress) : progress;
  const { _id, _creationTime, ...whole } = changed;
  await ctx.db.replace("jobs", _id, whole);
  await mirror(ctx, job, changed);
  return changed;
}

/** Pieces that are done with, one way or the other. */
export function settledOf({ counts }: Pick<Doc<"jobs">, "counts">): number {
  return counts.transcribed + counts.skipped + counts.failed;
}

async function mirror(ctx: MutationCtx, before: Doc<"jobs">, after: Doc<"jobs">): Promise<void> {
  const shows = (job: Doc<"jobs">) =>
    [job.status, job.stage, Math.floor(job.progress), job.error?.code, job.error?.message].join();
  const isComplete = before.intake !== after.intake;
  if (shows(before) === shows(after) && !isComplete) return;
  await ctx.db.patch("lectures", after.lectureId, {
    state: lectureStateOf(after.status),
    stage: after.stage,
    progress: Math.floor(after.progress),
    durationMs: after.endMs,
    problem: after.error && { code: after.error.code, message: after.error.message },
  });
}
