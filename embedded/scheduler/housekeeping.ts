// Removes what is kept only for a while: finished jobs, and the answers kept for mutations that clients send again.
import type { SystemFunctions } from "../functions/index.ts";
import { textOf } from "../values/index.ts";

/** Convex keeps answers for two weeks, here up to a day longer; a client that replays a mutation later runs it again. */
export const ANSWER_RETENTION_MS = 14 * 24 * 60 * 60_000;
/** Finished jobs are kept for a week, as on Convex. */
export const FINISHED_JOB_RETENTION_MS = 7 * 24 * 60 * 60_000;
/** How many documents one transaction removes: others wait for it only a moment. */
const SWEEP_LIMIT = 500;

/** Each removes a limited number and returns whether there may be more. */
export const housekeepingFunctions: SystemFunctions = {
  "scheduler:forgetFinishedJobs": {
    kind: "mutation",
    run: (tx) => {
      const old = tx.collect({
        source: {
          type: "IndexRange",
          indexName: "_scheduled_functions.by_completed_time",
          range: [
            // Jobs that have not finished have no such field, which sorts first.
            { type: "Gt", fieldPath: "completedTime", value: null },
            { type: "Lt", fieldPath: "completedTime", value: tx.nowMs - FINISHED_JOB_RETENTION_MS },
          ],
          order: "asc",
        },
        operators: [{ limit: SWEEP_LIMIT }],
      });
      for (const job of old) tx.remove(textOf(job._id));
      return old.length === SWEEP_LIMIT;
    },
  },
  "scheduler:forgetAnswers": {
    kind: "mutation",
    run: (tx) => tx.answers.forget(tx.nowMs - ANSWER_RETENTION_MS, SWEEP_LIMIT) === SWEEP_LIMIT,
  },
};
