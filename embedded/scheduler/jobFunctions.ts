// The life of a `_scheduled_functions` document, in the engine: pending, perhaps in progress, then finished. Every
// step is a transaction, so a crash finds each job in exactly one of these states.
import type { QueryJSON, Transaction } from "../database/index.ts";
import { SystemFunctionError, type SystemFunctions } from "../functions/index.ts";
import { type JSONObject, type JSONValue, textOf } from "../values/index.ts";

/** How many documents one transaction of a sweep changes: others wait for it only a moment. */
const SWEEP_LIMIT = 500;
/** Convex's text for an action that a restart interrupted. */
export const INTERRUPTED = "Transient error while executing action";

/** A pending job as the scheduler sees it; times in ms since the epoch. */
export type PendingJob = { id: string; name: string; scheduledTime: number };
/** A job that may run now. */
export type TakenJob = { id: string; args: JSONObject };

export const jobFunctions: SystemFunctions = {
  /** `PendingJob[]`, the longest due first. As a query with a read set: its ranges tell when to look again. */
  "_system/scheduler:pending": {
    kind: "query",
    run: (tx, args) =>
      tx.collect(byState("pending", Number(args.limit))).map((job) => ({
        id: textOf(job._id),
        name: textOf(job.name),
        scheduledTime: Number(job.scheduledTime),
      })),
  },
  /** `TakenJob[]`: those of the given jobs that are still pending. */
  "scheduler:read": {
    kind: "query",
    run: (tx, args) => jobs(tx, args.ids, "pending").map(taken),
  },
  /** As `scheduler:read`, and from then on they are in progress: for actions, which must not begin twice. */
  "scheduler:begin": {
    kind: "mutation",
    run: (tx, args) =>
      jobs(tx, args.ids, "pending").map((job) => {
        tx.patch(textOf(job._id), { state: { kind: "inProgress" } });
        return taken(job);
      }),
  },
  /** The end of an action; one that was cancelled meanwhile stays cancelled. */
  "scheduler:finishAction": {
    kind: "mutation",
    run: (tx, args) => {
      const [job] = jobs(tx, [args.id ?? null], "inProgress");
      const error = args.error ?? null;
      if (job !== undefined) finish(tx, job, error === null ? success : failed(error));
      return null;
    },
  },

  // The engine calls these in a scheduled mutation's own transaction.
  "scheduler:isPending": {
    kind: "query",
    run: (tx, args) => jobs(tx, [args.id ?? null], "pending").length > 0,
  },
  "scheduler:succeeded": {
    kind: "mutation",
    run: (tx, args) => {
      for (const job of jobs(tx, [args.id ?? null], "pending")) finish(tx, job, success);
      return null;
    },
  },
  /** ... and this one in a transaction after it, because the mutation's own was undone. */
  "scheduler:failed": {
    kind: "mutation",
    run: (tx, args) => {
      const error = args.error ?? null;
      for (const job of jobs(tx, [args.id ?? null], "pending")) finish(tx, job, failed(error));
      return null;
    },
  },

  /** `by`: the scheduled mutation that asks, if it is one. Finished and forgotten jobs stay as they are. */
  "scheduler:cancel": {
    kind: "mutation",
    run: (tx, args) => {
      const id = tx.normalizeId("_scheduled_functions", textOf(args.id));
      if (id === null) {
        throw new SystemFunctionError(
          "InvalidArgument",
          `Invalid argument \`id\` for \`scheduler.cancel\`: ${JSON.stringify(args.id)} is not an Id<"_scheduled_functions">.`,
        );
      }
      if (id === args.by) {
        throw new SystemFunctionError("SelfCancel", "A mutation cannot cancel itself");
      }
      const job = tx.get(id);
      const kind = job === null ? null : stateOf(job);
      if (job !== null && (kind === "pending" || kind === "inProgress")) {
        finish(tx, job, { kind: "canceled" });
      }
      return null;
    },
  },
  /** Up to a limit of pending jobs at once, for the inspection page. Returns how many. */
  "scheduler:cancelAll": {
    kind: "mutation",
    run: (tx) => {
      const pending = tx.collect(byState("pending", SWEEP_LIMIT));
      for (const job of pending) finish(tx, job, { kind: "canceled" });
      return pending.length;
    },
  },

  /**
   * Actions that nobody carries out any more have failed: all that are in progress but not among `running`.
   * Returns whether there may be more.
   */
  "scheduler:failInterrupted": {
    kind: "mutation",
    run: (tx, args) => {
      const running = new Set(Array.isArray(args.running) ? args.running : []);
      const limit = SWEEP_LIMIT + running.size;
      const inProgress = tx.collect(byState("inProgress", limit));
      for (const job of inProgress) {
        if (!running.has(textOf(job._id))) finish(tx, job, failed(INTERRUPTED));
      }
      return inProgress.length === limit;
    },
  },
};

const success: JSONObject = { kind: "success" };
const failed = (error: JSONValue): JSONObject => ({ kind: "failed", error });

function finish(tx: Transaction, job: JSONObject, state: JSONObject): void {
  tx.patch(textOf(job._id), { state, completedTime: tx.nowMs });
}

function taken(job: JSONObject): TakenJob {
  // `args` is an array with one object: the scheduler's syscall wrote it.
  const [args] = job.args as [JSONObject];
  return { id: textOf(job._id), args };
}

function jobs(tx: Transaction, ids: JSONValue | undefined, state: string): JSONObject[] {
  const wanted = Array.isArray(ids) ? ids : [];
  return wanted
    .map((id) => tx.get(textOf(id)))
    .filter((job): job is JSONObject => job !== null && stateOf(job) === state);
}

function stateOf(job: JSONObject): unknown {
  const { state } = job;
  return typeof state === "object" && state !== null && "kind" in state ? state.kind : undefined;
}

function byState(kind: string, limit: number): QueryJSON {
  return {
    source: {
      type: "IndexRange",
      indexName: "_scheduled_functions.by_state_and_time",
      range: [{ type: "Eq", fieldPath: "state.kind", value: kind }],
      order: "asc",
    },
    operators: [{ limit }],
  };
}
