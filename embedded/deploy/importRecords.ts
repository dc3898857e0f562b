// The record of imports in `_imports`, as `convex import` watches it, and the one transaction that applies an import.
// Reading the uploaded file and staging its documents is `importUpload.ts` and `importStaging.ts`.
import { SystemFunctionError, type SystemFunctions } from "../functions/index.ts";
import { type JSONObject, textOf } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { applyStagedImport } from "./importApply.ts";
import { writeInt64 } from "./exportJson.ts";

/** Finished imports are kept as a record, a few of them. */
const KEPT_IMPORTS = 20;

/** Documents: `{ state: {...}, format, mode, tableName }`; `state` in the CLI's form, counts as numbers. */
export const importFunctions: SystemFunctions = {
  "_system/cli/queryImport:list": {
    kind: "query",
    run: (tx) => tx.collect(wholeTable("_imports", "desc")).map(importRecord),
  },
  "_system/cli/queryImport:default": {
    kind: "query",
    run: (tx, args) => {
      const record = tx.get(textOf(args.importId));
      return record === null ? null : importRecord(record);
    },
  },
  "deploy:createImport": {
    kind: "mutation",
    run: (tx, args) => {
      const finished = tx
        .collect(wholeTable("_imports", "desc"))
        .filter((record) => isFinished(record));
      for (const old of finished.slice(KEPT_IMPORTS)) tx.remove(textOf(old._id));
      return tx.insert("_imports", { ...args, state: { state: "uploaded" } });
    },
  },
  "deploy:setImportState": {
    kind: "mutation",
    run: (tx, args) => {
      tx.patch(textOf(args.importId), { state: args.state ?? null });
      return null;
    },
  },
  "deploy:confirmImport": {
    kind: "mutation",
    run: (tx, args) => {
      const importId = textOf(args.importId);
      const record = tx.get(importId);
      if (record === null || stateName(record) !== "waiting_for_confirmation") {
        throw new SystemFunctionError(
          "ImportNotReady",
          "This import is not waiting for confirmation.",
        );
      }
      tx.patch(importId, { state: { state: "in_progress", progress_message: "Importing" } });
      return null;
    },
  },
  "deploy:tableCounts": {
    kind: "query",
    run: (_tx, _args, { database }) =>
      database.tableNames().map(({ name, documentCount }) => ({ name, documentCount })),
  },
  /** All documents of an import and its end, or nothing. */
  "deploy:applyImport": {
    kind: "mutation",
    run: (tx, args, { database, dataDir }) => {
      const importId = textOf(args.importId);
      const record = tx.get(importId);
      if (record === null || stateName(record) !== "in_progress") {
        throw new SystemFunctionError("ImportNotConfirmed", "This import is not confirmed.");
      }
      const written = applyStagedImport(tx, database, dataDir, importId);
      tx.patch(importId, { state: { state: "completed", num_rows_written: written } });
      return written;
    },
  },
  /** After a restart nobody works on what was in progress. */
  "deploy:failInterrupted": {
    kind: "mutation",
    run: (tx) => {
      for (const record of tx.collect(wholeTable("_imports"))) {
        if (isFinished(record)) continue;
        tx.patch(textOf(record._id), {
          state: {
            state: "failed",
            error_message: "The server was restarted during the import. Nothing was imported.",
          },
        });
      }
      for (const record of tx.collect(wholeTable("_exports"))) {
        if (record.state !== "in_progress") continue;
        tx.patch(textOf(record._id), { state: "failed", error: "The server was restarted." });
      }
      return null;
    },
  },
};

function isFinished(record: JSONObject): boolean {
  return ["completed", "failed"].includes(stateName(record));
}

function stateName(record: JSONObject): string {
  return textOf((record.state as JSONObject | undefined)?.state);
}

/** In the CLI's form, where counts are int64. */
function importRecord(record: JSONObject): JSONObject {
  const state = record.state as JSONObject;
  const { num_rows_written: count } = state;
  if (typeof count !== "number") return record;
  return {
    ...record,
    state: { ...state, num_rows_written: { $integer: writeInt64(BigInt(count)) } },
  };
}
