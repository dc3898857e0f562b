// Writes a staged import into the database: one transaction in the engine, so that an import is there as a whole or
// not at all.
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { Database, Transaction } from "../database/index.ts";
import { removeFile } from "../files/systemFunctions.ts";
import { storedFilePath } from "../files/paths.ts";
import { SystemFunctionError } from "../functions/index.ts";
import { wholeTable } from "./deployment.ts";
import { decodeId, encodeId, type JSONObject, type JSONValue, textOf } from "../values/index.ts";
import { BLOBS_FOLDER, PLAN_FILE, type ImportPlan, type StagedTable } from "./importStaging.ts";

const READ_CHUNK_BYTES = 256 * 1024;

export function importFolder(dataDir: string, importId: string): string {
  return join(dataDir, "imports", importId);
}

/** @returns how many documents were written */
export function applyStagedImport(
  tx: Transaction,
  database: Database,
  dataDir: string,
  importId: string,
): number {
  const folder = importFolder(dataDir, importId);
  // Written by `stageImport`.
  const plan = JSON.parse(readFileSync(join(folder, PLAN_FILE), "utf8")) as ImportPlan;
  clearTables(tx, database, plan, folder);
  const renamed = new Map<number, number>();
  for (const table of plan.tables) {
    const number = tableNumberFor(tx, table);
    if (table.number !== null && table.number !== number) renamed.set(table.number, number);
  }
  const placed: string[] = [];
  try {
    let written = 0;
    for (const table of plan.tables) {
      for (const document of readStaged(join(folder, table.file))) {
        if (table.name === "_storage") placed.push(...placeBlob(dataDir, folder, document));
        const translated = renamed.size === 0 ? document : translateIds(document, renamed);
        tx.importDocument(table.name, translated);
        written++;
      }
    }
    return written;
  } catch (error) {
    // The rows are rolled back; their blobs must not stay either.
    for (const path of placed) rmSync(path, { force: true });
    throw error;
  }
}

function clearTables(tx: Transaction, database: Database, plan: ImportPlan, folder: string): void {
  const imported = new Set(plan.tables.map((table) => table.name));
  for (const { name, documentCount } of database.tableNames()) {
    const isUserTable = !name.startsWith("_");
    const replaced =
      plan.mode === "replaceAll"
        ? isUserTable || (name === "_storage" && imported.has(name))
        : plan.mode === "replace" && imported.has(name);
    if (replaced && name === "_storage") clearFiles(tx, plan, folder);
    else if (replaced) tx.clearTable(name);
    else if (plan.mode === "requireEmpty" && imported.has(name) && documentCount > 0) {
      throw new SystemFunctionError("TableNotEmpty", tableNotEmpty(name));
    }
  }
}

/** Files that the import brings again keep their bytes; the bytes of all others follow their rows. */
function clearFiles(tx: Transaction, plan: ImportPlan, folder: string): void {
  const staged = plan.tables.filter((table) => table.name === "_storage");
  const coming = new Set(
    staged.flatMap((table) =>
      [...readStaged(join(folder, table.file))].map((file) => textOf(file.internalId)),
    ),
  );
  for (const file of tx.collect(wholeTable("_storage"))) {
    if (coming.has(textOf(file.internalId))) tx.remove(textOf(file._id));
    else removeFile(tx, file);
  }
}

export function tableNotEmpty(name: string): string {
  return `Table "${name}" already has documents. Use \`--append\` to add to them, or \`--replace\` to replace them.`;
}

/** The number that the table has or gets here: the file's own where possible, so that ids stay as they are. */
function tableNumberFor(tx: Transaction, { name, number }: StagedTable): number {
  if (number === null || name.startsWith("_")) return tx.createTable(name);
  return tx.claimTableNumber(name, number) ? number : tx.createTable(name);
}

/** Every string that is an id of a renumbered table becomes the id with the number here. */
function translateIds<T extends JSONValue>(value: T, renamed: ReadonlyMap<number, number>): T {
  // The shape stays, so the type does.
  return translate(value, renamed) as T;
}

function translate(value: JSONValue, renamed: ReadonlyMap<number, number>): JSONValue {
  if (typeof value === "string") return translateId(value, renamed);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => translate(item, renamed));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, translate(field, renamed)]),
  );
}

function translateId(text: string, renamed: ReadonlyMap<number, number>): string {
  if (text.length < 31 || text.length > 37) return text;
  const id = decodeId(text);
  const number = id === null ? undefined : renamed.get(id.tableNumber);
  return id === null || number === undefined ? text : encodeId(number, id.internalId);
}

/** Moves a staged blob to where stored files live. Returns the path of a file that was not there before. */
function placeBlob(dataDir: string, folder: string, document: JSONObject): string[] {
  const id = textOf(document._id);
  const staged = join(folder, BLOBS_FOLDER, id);
  const target = storedFilePath(join(dataDir, "files"), textOf(document.internalId));
  // A uuid names one content for ever: a file of this name, perhaps of a row that is being replaced, is this file.
  if (existsSync(target)) return [];
  if (!existsSync(staged)) {
    throw new SystemFunctionError(
      "MissingFile",
      `The snapshot has no file for _storage document ${id}. Export it with --include-file-storage.`,
    );
  }
  mkdirSync(dirname(target), { recursive: true });
  renameSync(staged, target);
  return [target];
}

function* readStaged(path: string): Generator<JSONObject> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(READ_CHUNK_BYTES);
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for (;;) {
      const length = readSync(file, chunk);
      if (length === 0) break;
      const lines = (rest + decoder.write(chunk.subarray(0, length))).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line) as JSONObject;
    }
  } finally {
    closeSync(file);
  }
}
