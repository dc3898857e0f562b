// The embedded backend's worker with its own system functions, and three more for this suite.
import type { SchemaJSON } from "../../embedded/database/index.ts";
import { fileSystemFunctions } from "../../embedded/files/systemFunctions.ts";
import { runEngineWorker } from "../../embedded/functions/index.ts";
import { schedulerSystemFunctions } from "../../embedded/scheduler/systemFunctions.ts";
import type { JSONObject } from "../../embedded/values/index.ts";

runEngineWorker({
  systemFunctions: {
    ...fileSystemFunctions,
    ...schedulerSystemFunctions,
    "differential:push": {
      kind: "mutation",
      run(tx, args, { database }) {
        // From `EmbeddedSide.start`.
        database.applySchema(args.schema as unknown as SchemaJSON);
        for (const entry of args.entries as JSONObject[]) tx.insert("_modules", entry);
        return null;
      },
    },
    "differential:reset": {
      kind: "mutation",
      run(tx, _args, { database }) {
        for (const { name } of database.tableNames()) if (name !== "_modules") tx.clearTable(name);
        return null;
      },
    },
    /** Whether a scheduled function is due or in progress. */
    "differential:isBusy": {
      kind: "query",
      run(tx) {
        const jobs = tx.collect({
          source: { type: "FullTableScan", tableName: "_scheduled_functions", order: "asc" },
          operators: [],
        });
        return jobs.some(({ state, scheduledTime }) => {
          const { kind } = state as { kind: string };
          return kind === "inProgress" || (kind === "pending" && Number(scheduledTime) <= tx.nowMs);
        });
      },
    },
  },
});
