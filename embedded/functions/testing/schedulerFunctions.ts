// The four system functions by which runs and scheduled jobs meet, as the scheduler room has them.
import type { SystemFunctions } from "../types.ts";

export const schedulerFunctions: SystemFunctions = {
  "scheduler:isPending": {
    kind: "query",
    run: (tx, { id }) => {
      const job = tx.get(String(id));
      return (job?.state as { kind?: unknown } | undefined)?.kind === "pending";
    },
  },
  "scheduler:succeeded": {
    kind: "mutation",
    run: (tx, { id }) =>
      tx.patch(String(id), { state: { kind: "success" }, completedTime: tx.nowMs }),
  },
  "scheduler:failed": {
    kind: "mutation",
    run: (tx, { id, error }) =>
      tx.patch(String(id), {
        state: { kind: "failed", error: error ?? "" },
        completedTime: tx.nowMs,
      }),
  },
  "scheduler:cancel": {
    kind: "mutation",
    run: (tx, { id }) => {
      tx.patch(String(id), { state: { kind: "canceled" }, completedTime: tx.nowMs });
      return null;
    },
  },
};
