// The engine worker of this room's own tests: the real functions of files and scheduler, and just enough of a push.
import { appendFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { workerData } from "node:worker_threads";
import type { SchemaJSON } from "../../database/index.ts";
import { fileSystemFunctions } from "../../files/systemFunctions.ts";
import { schedulerSystemFunctions } from "../../scheduler/systemFunctions.ts";
import { textOf, type JSONObject, type JSONValue } from "../../values/index.ts";
import { runEngineWorker } from "../engineWorker.ts";
import type { EngineWorkerData } from "../protocol.ts";
import type { SystemFunction, SystemFunctions } from "../types.ts";

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

/** Ends the worker under it, so many times. */
const exit: SystemFunction["run"] = (_tx, { name, times }, { dataDir }) => {
  if (beginAttempt(dataDir, name) <= Number(times)) process.exit(1);
  return "done";
};

const losingFunctions: SystemFunctions = {
  "testing:exit": { kind: "mutation", run: exit },
  "_system/testing:exit": { kind: "query", run: exit },
  /** Ends the worker when the work is done and before its answer has left. */
  "testing:exitAfter": {
    kind: "query",
    run(_tx, { name }, { dataDir }) {
      beginAttempt(dataDir, name);
      queueMicrotask(() => process.exit(1));
      return null;
    },
  },
  "testing:allocate": {
    kind: "mutation",
    run(_tx, { name, what }, { dataDir }) {
      beginAttempt(dataDir, name);
      const all: unknown[] = [];
      for (;;) all.push(what === "bytes" ? new Uint8Array(1 << 20).fill(1) : [all.length, {}]);
    },
  },
};

/** @returns how many there were, this one included */
function beginAttempt(dataDir: string, name: JSONValue | undefined): number {
  const path = join(dataDir, textOf(name));
  appendFileSync(path, ".");
  return statSync(path).size;
}

// As if the database could not be opened.
if (existsSync(join((workerData as EngineWorkerData).dataDir, "cannot-start"))) process.exit(1);
runEngineWorker({
  systemFunctions: {
    ...{ ...fileSystemFunctions, ...schedulerSystemFunctions },
    ...{ ...pushFunctions, ...losingFunctions },
  },
});
