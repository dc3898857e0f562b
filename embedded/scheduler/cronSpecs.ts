// Brings `_crons` in line with what a push declares. Part of the push's transaction.
import type { Transaction } from "../database/index.ts";
import type { CronSpec } from "../functions/index.ts";
import { type JSONObject, textOf } from "../values/index.ts";
import { firstRun, parseSchedule } from "./schedule.ts";

/**
 * Adds, changes and removes crons. One whose spec is unchanged keeps its next run.
 *
 * @param specs by identifier, as `crons.export()` has them
 * @returns the identifiers of what changed
 * @throws SystemFunctionError for a schedule that is not valid
 */
export function applyCronSpecs(
  tx: Transaction,
  specs: { [identifier: string]: CronSpec },
): { added: string[]; updated: string[]; deleted: string[] } {
  const added: string[] = [];
  const updated: string[] = [];
  const before = new Map(allCrons(tx).map((row) => [textOf(row.name), row]));
  for (const [name, spec] of Object.entries(specs)) {
    const old = before.get(name);
    before.delete(name);
    const text = JSON.stringify(spec);
    if (old?.spec === text) continue;
    const nextTs = firstRun(parseSchedule(spec.schedule, name), tx.nowMs);
    if (old === undefined) {
      added.push(name);
      tx.insert("_crons", { name, spec: text, nextTs, state: { kind: "idle" } });
    } else {
      updated.push(name);
      // A run in progress goes on; what follows it is the new schedule's.
      tx.patch(textOf(old._id), { spec: text, nextTs });
    }
  }
  for (const gone of before.values()) {
    tx.remove(textOf(gone._id));
    removeRuns(tx, textOf(gone.name));
  }
  return { added, updated, deleted: [...before.keys()] };
}

export function allCrons(tx: Transaction): JSONObject[] {
  return tx.collect({
    source: { type: "IndexRange", indexName: "_crons.by_name", range: [], order: "asc" },
    operators: [],
  });
}

/** The record of a cron's runs, newest first. */
export function cronRuns(tx: Transaction, cron: string): JSONObject[] {
  return tx.collect({
    source: {
      type: "IndexRange",
      indexName: "_cron_runs.by_cron_and_time",
      range: [{ type: "Eq", fieldPath: "cron", value: cron }],
      order: "desc",
    },
    operators: [],
  });
}

function removeRuns(tx: Transaction, cron: string): void {
  for (const run of cronRuns(tx, cron)) tx.remove(textOf(run._id));
}
