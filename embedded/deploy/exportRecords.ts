// The record of exports in `_exports`, as `convex export` watches it. Making the zip is `exportSnapshot.ts`.
import type { Transaction } from "../database/index.ts";
import { SystemFunctionError, type SystemFunctions } from "../functions/index.ts";
import { type JSONObject, textOf } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { writeInt64 } from "./exportJson.ts";

/**
 * Documents: `{ state, startTs, completeTs?, includeStorage, error? }`, timestamps as decimal text in nanoseconds.
 * Exports run one at a time, as on Convex.
 */
export const exportFunctions: SystemFunctions = {
  "_system/cli/exports:getLatest": {
    kind: "query",
    run: (tx) => {
      const latest = latestExport(tx);
      return latest === null ? null : exportState(latest);
    },
  },
  "deploy:requestExport": {
    kind: "mutation",
    run: (tx, args) => {
      const running = latestExport(tx);
      if (running?.state === "in_progress") {
        throw new SystemFunctionError(
          "ExportInProgress",
          "There is already an export requested or in progress.",
        );
      }
      for (const old of tx.collect(wholeTable("_exports"))) tx.remove(textOf(old._id));
      const startTs = tx.beginTs.toString();
      tx.insert("_exports", {
        state: "in_progress",
        startTs,
        includeStorage: args.includeStorage === true,
      });
      return startTs;
    },
  },
  "deploy:finishExport": {
    kind: "mutation",
    run: (tx, args) => {
      const running = latestExport(tx);
      if (running === null) return null;
      const error = typeof args.error === "string" ? args.error : null;
      tx.patch(
        textOf(running._id),
        error === null
          ? { state: "completed", completeTs: tx.beginTs.toString() }
          : { state: "failed", error },
      );
      return null;
    },
  },
};

function latestExport(tx: Transaction): JSONObject | null {
  const [latest] = tx.collect({
    ...wholeTable("_exports", "desc"),
    operators: [{ limit: 1 }],
  });
  return latest ?? null;
}

/** In the CLI's form. */
function exportState(record: JSONObject): JSONObject {
  const int64 = (decimal: unknown) => ({ $integer: writeInt64(BigInt(String(decimal))) });
  switch (record.state) {
    case "completed":
      return {
        state: "completed",
        start_ts: int64(record.startTs),
        complete_ts: int64(record.completeTs),
        zip_object_key: `${textOf(record.startTs)}.zip`,
      };
    case "failed":
      return { state: "failed" };
    default:
      return { state: "in_progress" };
  }
}
