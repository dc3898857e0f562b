// The history of a job: one line for each thing that happened, in words for a person.

import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

const MAX_PROVIDER_TEXT = 2000;

export type JobEvent = {
  /** For programs and filters, e.g. `chunk.retry`. */
  type: string;
  detail: string;
  durationMs?: number;
  chunkIndex?: number;
  providerText?: string;
};

export async function recordEvent(
  ctx: MutationCtx,
  job: Pick<Doc<"jobs">, "lectureId" | "attempt">,
  event: JobEvent,
): Promise<void> {
  await ctx.db.insert("jobEvents", {
    lectureId: job.lectureId,
    attempt: job.attempt,
    at: Date.now(),
    ...event,
    providerText: event.providerText?.slice(0, MAX_PROVIDER_TEXT),
  });
}
