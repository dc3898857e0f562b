// The engine worker of this room's own tests: the real functions of files and scheduler, and just enough of a push.
import type { SchemaJSON } from "../../database/index.ts";
import { fileSystemFunctions } from "../../files/systemFunctions.ts";
import { schedulerSystemFunctions } from "../../scheduler/systemFunctions.ts";
import type { JSONObject } from "../../values/index.ts";
import { runEngineWorker } from "../engineWorker.ts";
import type { SystemFunctions } from "../types.ts";

const pushFunctions: SystemFunctions = {
  "testing:push": {
    kind: "mutation",
    run(tx, args, { database }) {
      // From `pushApp` in this folder.
      const { schema, entries } = args as { schema: JSONObject | null; entries: JSONObject[] };
      database.applySchema(schema as SchemaJSON | null);
      tx.clearTable("_modules");
      for (const entry of entries) tx.insert("_modules", entry);
      return null;
    },
  },
  "testing:setVariable": {
    kind: "mutation",
    run(tx, { name, value }) {
      return tx.insert("_environment_variables", { name: name ?? "", value: value ?? "" });
    },
  },
};

runEngineWorker({
  systemFunctions: { ...fileSystemFunctions, ...schedulerSystemFunctions, ...pushFunctions },
});
