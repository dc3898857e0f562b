// The engine worker of this room's tests: the scheduler's real functions, and a push without the deploy API.
import type { SchemaJSON } from "../../database/index.ts";
import { runEngineWorker } from "../../functions/engineWorker.ts";
import { SystemFunctionError, type AnalyzedModule } from "../../functions/index.ts";
import { isJSONObject, textOf } from "../../values/index.ts";
import { allCrons, applyCronSpecs } from "../cronSpecs.ts";
import { schedulerSystemFunctions } from "../systemFunctions.ts";

runEngineWorker({
  systemFunctions: {
    ...schedulerSystemFunctions,
    "testing:push": {
      kind: "mutation",
      run: (tx, { schema, entries }, { database }) => {
        // From `pushApp` of functions/testing.
        database.applySchema(schema as unknown as SchemaJSON | null);
        tx.clearTable("_modules");
        const crons: NonNullable<AnalyzedModule["cronSpecs"]> = {};
        for (const entry of Array.isArray(entries) ? entries : []) {
          if (!isJSONObject(entry)) throw new SystemFunctionError("BadEntry", "Not a module.");
          tx.insert("_modules", entry);
          if (entry.path !== "crons.js") continue;
          const analysis = JSON.parse(textOf(entry.analysis)) as AnalyzedModule;
          Object.assign(crons, analysis.cronSpecs);
        }
        return applyCronSpecs(tx, crons);
      },
    },
    /** As if the server had been down for that long. */
    "testing:delayCrons": {
      kind: "mutation",
      run: (tx, { byMs }) => {
        const crons = allCrons(tx);
        for (const { _id, nextTs } of crons) {
          tx.patch(textOf(_id), { nextTs: Number(nextTs) + Number(byMs) });
        }
        return crons.length;
      },
    },
  },
});
