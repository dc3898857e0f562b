// An import inside the engine. Its documents go into hidden tables, in many transactions that each hold up everybody else
// only for a moment; one last transaction puts these tables in the place of the old ones. So an import is there as a
// whole or not at all, and whoever reads meanwhile sees what was there before.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Database, HiddenTarget, TableInfo, Transaction } from "../database/index.ts";
import { removeFile } from "../files/systemFunctions.ts";
import { storedFilePath } from "../files/paths.ts";
import { SystemFunctionError } from "../functions/index.ts";
import { textOf } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { numbersForImport, tableInTheWay } from "./importNumbers.ts";
import type { ImportPlan, StagedTable } from "./importStaging.ts";
import type { ImportMode } from "./protocol.ts";
import { readStaged, translateIds } from "./stagedDocuments.ts";

/** So long one transaction of an import may take. */
const STEP_MS = 20;
/** So many rows are removed before the clock is looked at. */
const REMOVED_AT_ONCE = 500;
/** The beginnings of the hidden tables' names: of documents to come, and of documents that were replaced. */
const UNFINISHED = "_unfinished_";
const REPLACED = "_replaced_";

/** One table of an import in progress, as it is kept in the import's record. */
export type ImportedTable = {
  name: string;
  hidden: string;
  /** The number that the table will have. */
  number: number;
  file: string;
  documentCount: number;
  /** How far the file has been read, in bytes. */
  offset: number;
  written: number;
};
export type ImportWork = {
  mode: ImportMode;
  /** A digest of the schema that the documents were checked against. */
  schema: string;
  tables: ImportedTable[];
  /** Table numbers in the ids of the file, and what becomes of them. */
  renumbered: [from: number, to: number][];
};

type Surroundings = { tx: Transaction; database: Database; importId: string };

/** Makes the hidden tables, with the numbers that their ids need. */
export function beginImport(
  { tx, database, importId }: Surroundings,
  plan: ImportPlan,
): ImportWork {
  const { mode } = plan;
  const imported = plan.tables.filter(isUserTable);
  refuseFullTables(database, plan.tables, mode);
  const shown = database.tableNames().filter(isUserTable);
  const hiddenNumbers = database.tableNames().filter(({ name }) => name.startsWith("_"));
  const numbers = numbersForImport(
    imported,
    shown,
    new Set(hiddenNumbers.map(({ number }) => number)),
    replacedBy(mode, imported),
  );
  const tables = imported.map((table, position): ImportedTable => {
    const { name, file, documentCount } = table;
    const hidden = `${UNFINISHED}${importId}_${String(position)}`;
    const wanted = numbers.get(name) ?? null;
    const isFree = wanted !== null && shown.every(({ number }) => number !== wanted);
    const hiddenNumber = tx.hiddenTables.create(hidden, name, isFree ? wanted : undefined);
    const number = wanted ?? hiddenNumber;
    return { name, hidden, number, file, documentCount, offset: 0, written: 0 };
  });
  const numberOf = (name: string) =>
    tables.find((table) => table.name === name)?.number ?? tx.tables.numberOf(name);
  const renumbered = plan.tables.flatMap(({ name, number: from }): [number, number][] => {
    const to = numberOf(name);
    return from === null || to === undefined || from === to ? [] : [[from, to]];
  });
  return { mode, schema: schemaDigest(database), tables, renumbered };
}

/**
 * Reads on for a moment.
 *
 * @returns the work with what has been done; null when all documents are in
 */
export function importSome(
  { tx, database }: Surroundings,
  work: ImportWork,
  folder: string,
): ImportWork | null {
  const endMs = performance.now() + STEP_MS;
  refuseNewSchema(database, work);
  const position = work.tables.findIndex(({ written, documentCount }) => written < documentCount);
  const table = work.tables[position];
  if (table === undefined) return null;
  const renumbered = new Map(work.renumbered);
  const target = targetOf(tx, table, work);
  let { offset, written } = table;
  for (const { document, nextOffset } of readStaged(join(folder, table.file), offset)) {
    tx.hiddenTables.add(table.hidden, translateIds(document, renumbered), target);
    offset = nextOffset;
    written += 1;
    if (performance.now() > endMs) break;
  }
  if (written === table.written) throw new Error(`The staged file of ${table.name} is too short.`);
  return { ...work, tables: work.tables.with(position, { ...table, offset, written }) };
}

/**
 * The one transaction that shows the imported documents.
 *
 * @returns how many there are
 */
export function finishImport(
  { tx, database, importId }: Surroundings,
  work: ImportWork,
  plan: ImportPlan,
  folder: string,
  dataDir: string,
): number {
  refuseNewSchema(database, work);
  refuseFullTables(database, plan.tables, work.mode);
  exchangeTables(tx, database, importId, work);
  const files = plan.tables.filter(({ name }) => name === "_storage");
  if (files.length > 0) importFiles(tx, work, files, folder, dataDir);
  return plan.tables.reduce((sum, table) => sum + table.documentCount, 0);
}

function exchangeTables(
  tx: Transaction,
  database: Database,
  importId: string,
  { mode, tables }: ImportWork,
): void {
  const { hiddenTables } = tx;
  const shown = database.tableNames().filter(isUserTable);
  const inTheWay = tableInTheWay(
    new Map(tables.map(({ name, number }) => [name, number])),
    shown,
    replacedBy(mode, tables),
  );
  if (inTheWay !== null) throw overtaken(`Table "${inTheWay}" got documents`);
  const byName = new Map(tables.map((table) => [table.name, table]));
  const needed = new Set(tables.map(({ number }) => number));
  const hide = ({ name, number }: TableInfo, freesNumber: boolean): void => {
    const place = freesNumber ? hiddenTables.nextNumber() : undefined;
    hiddenTables.rename(name, `${REPLACED}${importId}_${String(number)}`, place);
  };
  const appended = new Map<ImportedTable, TableInfo>();
  for (const table of shown) {
    const coming = byName.get(table.name);
    const isNeeded = needed.has(table.number);
    if (coming !== undefined && mode === "append" && table.documentCount > 0) {
      appended.set(coming, table);
    } else if (coming !== undefined) hide(table, isNeeded);
    else if (mode === "replaceAll" && !isDeclared(database, table.name)) hide(table, isNeeded);
    else if (mode === "replaceAll") {
      const empty = `${UNFINISHED}${importId}_empty`;
      hiddenTables.create(empty, table.name);
      hide(table, true);
      hiddenTables.rename(empty, table.name, isNeeded ? undefined : table.number);
    } else if (isNeeded) {
      hiddenTables.rename(table.name, table.name, hiddenTables.nextNumber());
    }
  }
  for (const table of tables) {
    const there = appended.get(table);
    // This takes its time, about a second for 100,000 documents: the smaller part goes to the larger one.
    if (there !== undefined && there.documentCount >= table.documentCount) {
      hiddenTables.copyInto(table.hidden, table.name);
      continue;
    }
    if (there !== undefined) {
      hiddenTables.copyInto(table.name, table.hidden);
      hide(there, true);
    }
    hiddenTables.rename(table.hidden, table.name, table.number);
  }
}

/** A table that the import does not bring stays, empty, when it replaces all and the schema has it. */
function isDeclared(database: Database, name: string): boolean {
  return database.schema()?.tables.some(({ tableName }) => tableName === name) === true;
}

function importFiles(
  tx: Transaction,
  work: ImportWork,
  staged: readonly StagedTable[],
  folder: string,
  dataDir: string,
): void {
  if (work.mode === "replace" || work.mode === "replaceAll") clearFiles(tx, staged, folder);
  const renumbered = new Map(work.renumbered);
  for (const { file } of staged) {
    for (const { document } of readStaged(join(folder, file))) {
      const path = storedFilePath(join(dataDir, "files"), textOf(document.internalId));
      if (!existsSync(path)) throw overtaken(`File ${textOf(document.internalId)} was deleted`);
      tx.importDocument("_storage", translateIds(document, renumbered));
    }
  }
}

/** Files that the import brings again keep their bytes; the bytes of all others follow their rows. */
function clearFiles(tx: Transaction, staged: readonly StagedTable[], folder: string): void {
  const coming = new Set<string>();
  for (const { file } of staged) {
    for (const { document } of readStaged(join(folder, file))) {
      coming.add(textOf(document.internalId));
    }
  }
  for (const file of tx.collect(wholeTable("_storage"))) {
    if (coming.has(textOf(file.internalId))) tx.remove(textOf(file._id));
    else removeFile(tx, file);
  }
}

/**
 * Removes for a moment what finished and failed imports have left in hidden tables.
 *
 * @returns whether there is more
 */
export function removeSomeLeftovers(
  tx: Transaction,
  isInProgress: (importId: string) => boolean,
): boolean {
  const endMs = performance.now() + STEP_MS;
  for (const name of tx.hiddenTables.names()) {
    const [importId = ""] = name.replace(UNFINISHED, "").split("_");
    if (name.startsWith(UNFINISHED) && isInProgress(importId)) continue;
    while (tx.hiddenTables.removeSome(name, REMOVED_AT_ONCE)) {
      if (performance.now() > endMs) return true;
    }
  }
  return false;
}

export function tableNotEmpty(name: string): string {
  return `Table "${name}" already has documents. Use \`--append\` to add to them, or \`--replace\` to replace them.`;
}

function refuseFullTables(
  database: Database,
  imported: readonly { name: string }[],
  mode: ImportMode,
): void {
  if (mode !== "requireEmpty") return;
  const names = new Set(imported.map(({ name }) => name));
  for (const { name, documentCount } of database.tableNames()) {
    if (documentCount > 0 && names.has(name)) {
      throw new SystemFunctionError("TableNotEmpty", tableNotEmpty(name));
    }
  }
}

function refuseNewSchema(database: Database, work: ImportWork): void {
  if (schemaDigest(database) !== work.schema) throw overtaken("The schema was changed");
}

function schemaDigest(database: Database): string {
  return createHash("sha256").update(JSON.stringify(database.schema())).digest("hex");
}

function overtaken(what: string): SystemFunctionError {
  return new SystemFunctionError(
    "ImportOvertaken",
    `${what} during the import. Nothing was imported: please import again.`,
  );
}

function replacedBy(mode: ImportMode, imported: readonly { name: string }[]) {
  const names = new Set(imported.map(({ name }) => name));
  return (name: string) => mode === "replaceAll" || (mode === "replace" && names.has(name));
}

/** What the documents of a table are checked against: the tables as they will be when the import is done. */
function targetOf(tx: Transaction, table: ImportedTable, { tables }: ImportWork): HiddenTarget {
  const { name, number } = table;
  const toBe = new Map(tables.map((each) => [each.number, each.name]));
  const moving = new Set(tables.map((each) => each.name));
  return {
    ...{ name, number },
    tables: {
      nameOf(wanted) {
        const there = tx.tables.nameOf(wanted);
        const stays = there !== undefined && !moving.has(there);
        return toBe.get(wanted) ?? (stays ? there : undefined);
      },
    },
  };
}

function isUserTable({ name }: { name: string }): boolean {
  return !name.startsWith("_");
}
