// Lets a paused job go on by itself, carefully: with one call that finds out.

import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { recordEvent } from "./events.ts";
import { goOn } from "./goOn.ts";
import { updateJob } from "./jobState.ts";
import { wake } from "./wake.ts";

export async function resumeJob(ctx: MutationCtx, job: Doc<"jobs">): Promise<void> {
  const resumed = await updateJob(ctx, job, { error: undefined, resumeAt: undefined }, "resume");
  await recordEvent(ctx, resumed, {
    type: "job.resumed",
    detail: "The waiting time is over; one call finds out whether the service is back.",
  });
  await wake(ctx, job.lectureId, "transcribe");
  await goOn(ctx, resumed);
}
