// The record of imports in `_imports`, as `convex import` watches it, and the transactions of an import in progress.
// Reading the uploaded file and staging its documents is `imports.ts` and `importStaging.ts`.
import { SystemFunctionError, type SystemFunctions } from "../functions/index.ts";
import type { Transaction } from "../database/index.ts";
import { type JSONObject, textOf } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { writeInt64 } from "./exportJson.ts";
import {
  beginImport,
  finishImport,
  importSome,
  removeSomeLeftovers,
  type ImportWork,
} from "./importTables.ts";
import { importFolder, readPlan } from "./stagedDocuments.ts";

/** Finished imports are kept as a record, a few of them. */
const KEPT_IMPORTS = 20;

/**
 * Documents: `{ state: {...}, format, mode, tableName, work? }`; `state` in the CLI's form, counts as numbers; `work` is
 * an `ImportWork` while the import is in progress.
 *
 * Each of an import's transactions finds out from the record whether it was carried out before, because a caller whose
 * answer got lost asks again.
 */
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
      const importId = textOf(args.importId);
      const record = tx.get(importId);
      if (record !== null && !isFinished(record)) {
        tx.patch(importId, { state: args.state ?? null, work: { $undefined: null } });
      }
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
  /** Gives up an import that waits to be confirmed. Returns whether nobody needs its files any more. */
  "deploy:expireImport": {
    kind: "mutation",
    run: (tx, args) => {
      const importId = textOf(args.importId);
      const record = tx.normalizeId("_imports", importId) === null ? null : tx.get(importId);
      if (record === null || isFinished(record)) return true;
      if (stateName(record) !== "waiting_for_confirmation") return false;
      const message = "It was not confirmed within a day. Nothing was imported.";
      tx.patch(importId, { state: { state: "failed", error_message: message } });
      return true;
    },
  },
  "deploy:tableCounts": {
    kind: "query",
    run: (_tx, _args, { database }) =>
      database.tableNames().map(({ name, documentCount }) => ({ name, documentCount })),
  },
  "deploy:beginImport": {
    kind: "mutation",
    run: (tx, args, { database, dataDir }) => {
      const { importId, work } = importInProgress(tx, args);
      if (work !== null) return null;
      const plan = readPlan(importFolder(dataDir, importId));
      noteWork(tx, importId, beginImport({ tx, database, importId }, plan));
      return null;
    },
  },
  /** Imports for a moment. Returns whether there is more. */
  "deploy:importSome": {
    kind: "mutation",
    run: (tx, args, { database, dataDir }) => {
      const { importId, work } = importInProgress(tx, args);
      if (work === null) throw notConfirmed();
      const folder = importFolder(dataDir, importId);
      const next = importSome({ tx, database, importId }, work, folder);
      if (next !== null) noteWork(tx, importId, next);
      return next !== null;
    },
  },
  /** Shows what was imported, and says so. Returns how many documents that were. */
  "deploy:finishImport": {
    kind: "mutation",
    run: (tx, args, { database, dataDir }) => {
      const record = tx.get(textOf(args.importId));
      if (record !== null && stateName(record) === "completed") return null;
      const { importId, work } = importInProgress(tx, args);
      if (work === null) throw notConfirmed();
      const folder = importFolder(dataDir, importId);
      const surroundings = { tx, database, importId };
      const written = finishImport(surroundings, work, readPlan(folder), folder, dataDir);
      tx.patch(importId, {
        state: { state: "completed", num_rows_written: written },
        work: { $undefined: null },
      });
      return written;
    },
  },
  /** Removes for a moment what imports have left behind that are not in progress. Returns whether there is more. */
  "deploy:removeImportLeftovers": {
    kind: "mutation",
    run: (tx) =>
      removeSomeLeftovers(tx, (importId) => {
        const record = tx.normalizeId("_imports", importId) === null ? null : tx.get(importId);
        return record !== null && !isFinished(record);
      }),
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
          work: { $undefined: null },
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

function importInProgress(
  tx: Transaction,
  args: JSONObject,
): { importId: string; work: ImportWork | null } {
  const importId = textOf(args.importId);
  const record = tx.get(importId);
  if (record === null || stateName(record) !== "in_progress") throw notConfirmed();
  // Written by `noteWork`.
  return { importId, work: (record.work ?? null) as ImportWork | null };
}

function notConfirmed(): SystemFunctionError {
  return new SystemFunctionError("ImportNotConfirmed", "This import is not confirmed.");
}

function noteWork(tx: Transaction, importId: string, work: ImportWork): void {
  const current = work.tables.find(({ written, documentCount }) => written < documentCount);
  const progress =
    current === undefined
      ? "Importing"
      : `Importing "${current.name}" (${String(current.written)} of ${String(current.documentCount)} documents)`;
  const state = { state: "in_progress", progress_message: progress };
  tx.patch(importId, { state, work: work });
}

/** In the CLI's form, where counts are int64. */
function importRecord({ work: _work, ...record }: JSONObject): JSONObject {
  const state = record.state as JSONObject;
  const { num_rows_written: count } = state;
  if (typeof count !== "number") return record;
  return {
    ...record,
    state: { ...state, num_rows_written: { $integer: writeInt64(BigInt(count)) } },
  };
}
