// The engine worker of this room's own tests: real file functions, and just enough of deploy and scheduler.
import { fileSystemFunctions } from "../../files/systemFunctions.ts";
import type { SchemaJSON } from "../../database/index.ts";
import type { JSONObject } from "../../values/index.ts";
import { runEngineWorker } from "../engineWorker.ts";
import type { SystemFunctions } from "../types.ts";
import { schedulerFunctions } from "./schedulerFunctions.ts";

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
  systemFunctions: { ...fileSystemFunctions, ...schedulerFunctions, ...pushFunctions },
});
