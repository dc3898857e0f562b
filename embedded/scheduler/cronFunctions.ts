// The life of a cron, in the engine: when it is due, that an action has begun, how a run ended and what follows it.
import type { QueryJSON, Transaction } from "../database/index.ts";
import type { CronSpec, SystemFunctions } from "../functions/index.ts";
import { type JSONObject, type JSONValue, textOf } from "../values/index.ts";
import { allCrons, cronRuns } from "./cronSpecs.ts";
import { INTERRUPTED } from "./jobFunctions.ts";
import { followingRun, parseSchedule } from "./schedule.ts";

/** So many runs of each cron are on record. */
const KEPT_RUNS = 20;

/** A cron as the scheduler sees it; times in ms since the epoch. */
export type UpcomingCron = {
  id: string;
  name: string;
  nextTs: number;
  functionName: string;
  args: JSONObject;
};

export const cronFunctions: SystemFunctions = {
  /** `UpcomingCron[]`, the next first. As a query with a read set: its ranges tell when to look again. */
  "_system/scheduler:upcomingCrons": {
    kind: "query",
    run: (tx) => tx.collect(upcoming).map(asUpcoming),
  },
  /** An action is about to begin for this occurrence. False when that is no longer wanted. */
  "scheduler:beginCron": {
    kind: "mutation",
    run: (tx, args) => {
      const cron = tx.get(textOf(args.id));
      if (cron === null || cron.nextTs !== args.dueTs) return false;
      tx.patch(textOf(cron._id), {
        state: { kind: "inProgress", dueTs: Number(args.dueTs), startedTs: tx.nowMs },
      });
      return true;
    },
  },
  /** A run has ended: recorded, and the next one planned. */
  "scheduler:finishCron": {
    kind: "mutation",
    run: (tx, args) => {
      const cron = tx.get(textOf(args.id));
      if (cron === null) return null;
      const { dueTs, startedTs, error = null } = args;
      finishRun(tx, cron, Number(dueTs), Number(startedTs), error);
      return null;
    },
  },
  /** After a crash: actions that were in progress have failed, and must not run again for the same occurrence. */
  "scheduler:failInterruptedCrons": {
    kind: "mutation",
    run: (tx, args) => {
      const running = Array.isArray(args.running) ? args.running : [];
      for (const cron of allCrons(tx)) {
        const state = cron.state as JSONObject;
        if (state.kind !== "inProgress" || running.includes(cron._id ?? null)) continue;
        finishRun(tx, cron, Number(state.dueTs), Number(state.startedTs), INTERRUPTED);
      }
      return null;
    },
  },
  /** Crons with their newest runs, for the inspection page. */
  "_system/embedded/crons:list": {
    kind: "query",
    run: (tx) =>
      allCrons(tx).map((cron) => ({
        name: cron.name ?? null,
        spec: JSON.parse(textOf(cron.spec)) as JSONValue,
        nextTs: cron.nextTs ?? null,
        state: cron.state ?? null,
        runs: cronRuns(tx, textOf(cron.name)).map(({ dueTs, startedTime, durationMs, error }) => ({
          dueTs: dueTs ?? null,
          startedTime: startedTime ?? null,
          durationMs: durationMs ?? null,
          error: error ?? null,
        })),
      })),
  },
};

function finishRun(
  tx: Transaction,
  cron: JSONObject,
  dueTs: number,
  startedTs: number,
  error: JSONValue,
): void {
  const name = textOf(cron.name);
  const { schedule } = specOf(cron);
  tx.patch(textOf(cron._id), {
    state: { kind: "idle" },
    // A push may have planned anew while this ran.
    nextTs:
      cron.nextTs === dueTs
        ? followingRun(parseSchedule(schedule, name), dueTs, tx.nowMs)
        : (cron.nextTs ?? null),
  });
  tx.insert("_cron_runs", {
    cron: name,
    dueTs,
    startedTime: startedTs,
    durationMs: Math.max(0, tx.nowMs - startedTs),
    error,
  });
  for (const old of cronRuns(tx, name).slice(KEPT_RUNS)) tx.remove(textOf(old._id));
}

function asUpcoming(cron: JSONObject): UpcomingCron {
  const spec = specOf(cron);
  return {
    id: textOf(cron._id),
    name: textOf(cron.name),
    nextTs: Number(cron.nextTs),
    functionName: spec.name,
    args: spec.args[0] ?? {},
  };
}

function specOf(cron: JSONObject): CronSpec {
  // Written by `applyCronSpecs`.
  return JSON.parse(textOf(cron.spec)) as CronSpec;
}

/** Those that will ever run again, in the order of their next run. An app has a handful. */
const upcoming: QueryJSON = {
  source: {
    type: "IndexRange",
    indexName: "_crons.by_next",
    range: [{ type: "Gt", fieldPath: "nextTs", value: null }],
    order: "asc",
  },
  operators: [],
};
