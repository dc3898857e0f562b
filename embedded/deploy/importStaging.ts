// Reads an uploaded file into staged tables: one file of Convex JSON a table, and the blobs, in a folder of the import.
// All that can be wrong with the file itself is found here, before anything is asked or written.
import { once } from "node:events";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pipeline, finished } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { parse as parseCsv } from "csv-parse";
import { z } from "zod";
import {
  decodeId,
  isIdentifier,
  isJSONObject,
  type JSONObject,
  type JSONValue,
} from "../values/index.ts";
import { decodeExportJson, type BareIntegers } from "./exportJson.ts";
import { elementsOfJsonArray } from "./jsonArray.ts";
import type { ImportFormat, ImportMode } from "./protocol.ts";
import { openZipFile, type ZipFile } from "./zipArchive.ts";

/** What the file holds: `file` is the staged documents' name in the import's folder. */
export type StagedTable = {
  name: string;
  /** The table's number where the file comes from: part of every id. Null when the file does not say. */
  number: number | null;
  file: string;
  documentCount: number;
};
export type ImportPlan = { mode: ImportMode; tables: StagedTable[]; hasFiles: boolean };

export const PLAN_FILE = "plan.json";
export const BLOBS_FOLDER = "blobs";

/** A file that cannot be imported; the message is for whoever made it. */
export class ImportError extends Error {
  override name = "ImportError";
}

export type StagingOptions = {
  /** The uploaded file. */
  path: string;
  format: ImportFormat;
  mode: ImportMode;
  /** Required for every format but zip. */
  tableName: string | null;
  /** An empty folder of this import's own. */
  folder: string;
  /** Ends it: the server stops. */
  signal: AbortSignal;
};

export const STOPPED = "The server was stopped during the import. Nothing was imported.";

export async function stageImport(options: StagingOptions): Promise<ImportPlan> {
  const { format, mode, folder } = options;
  const plan: ImportPlan =
    format === "zip"
      ? { mode, ...(await stageZip(options.path, folder, options.signal)) }
      : { mode, tables: [await stageTable(options)], hasFiles: false };
  await writeFile(join(folder, PLAN_FILE), JSON.stringify(plan));
  return plan;
}

async function stageTable(options: StagingOptions): Promise<StagedTable> {
  const { path, format, tableName } = options;
  if (tableName === null) throw new ImportError(`Importing ${format} needs a table name.`);
  checkTableName(tableName);
  const source = createReadStream(path);
  const staged = new StagedDocuments(join(options.folder, "0.jsonl"), options.signal);
  try {
    for await (const document of readDocuments(source, format)) await staged.add(document);
  } finally {
    await staged.close();
  }
  return {
    name: tableName,
    number: staged.tableNumber,
    file: "0.jsonl",
    documentCount: staged.count,
  };
}

function readDocuments(source: Readable, format: ImportFormat): AsyncIterable<JSONObject> {
  switch (format) {
    case "csv":
      return readCsv(source);
    case "jsonLines":
      return readLines(source, "float64", "the file");
    case "jsonArray":
      return readArray(source);
    case "zip":
      throw new ImportError("A zip holds several tables.");
  }
}

/** A header row, then one document a row; what looks like a number is one, everything else is a string. */
async function* readCsv(source: Readable): AsyncGenerator<JSONObject> {
  const rows = source.pipe(
    parseCsv({ columns: true, bom: true, relax_column_count: false, skip_empty_lines: true }),
  );
  source.once("error", (error) => rows.destroy(error));
  try {
    for await (const row of rows) {
      const fields = Object.entries(row as Record<string, string>);
      yield Object.fromEntries(fields.map(([name, text]) => [name, csvValue(text)]));
    }
  } catch (error) {
    throw new ImportError(`The file is not valid CSV: ${messageOf(error)}`);
  }
}

function csvValue(text: string): JSONValue {
  if (text.trim() === "") return text;
  const number = Number(text);
  // Only spellings that JSON knows: "0x10", "Infinity" and " 1" stay strings.
  return /^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text) && Number.isFinite(number)
    ? decodeExportJson(JSON.stringify(number), "float64")
    : text;
}

async function* readArray(source: Readable): AsyncGenerator<JSONObject> {
  let position = 0;
  try {
    // A file's stream has no encoding set, so its chunks are Buffers.
    for await (const text of elementsOfJsonArray(source as AsyncIterable<Buffer>)) {
      const where = `Element ${String(position)}`;
      const document = decodeJson(text, "float64", where);
      if (!isJSONObject(document)) throw new ImportError(`${where} is not an object.`);
      yield document;
      position++;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ImportError(`The file is not a JSON array of documents: ${error.message}.`);
  }
}

async function* readLines(
  source: Readable,
  integers: BareIntegers,
  what: string,
): AsyncGenerator<JSONObject> {
  let lineNumber = 0;
  for await (const line of createInterface({ input: source, crlfDelay: Infinity })) {
    lineNumber++;
    if (line.trim() === "") continue;
    const where = `Line ${String(lineNumber)} of ${what}`;
    const document = decodeJson(line, integers, where);
    if (!isJSONObject(document)) throw new ImportError(`${where} is not a JSON object.`);
    yield document;
  }
}

function decodeJson(text: string, integers: BareIntegers, where: string): JSONValue {
  try {
    return decodeExportJson(text, integers);
  } catch (error) {
    throw new ImportError(`${where} is not valid JSON: ${messageOf(error)}`);
  }
}

const tableListLine = z.object({ name: z.string(), id: z.number().int().positive() });

async function stageZip(
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ tables: StagedTable[]; hasFiles: boolean }> {
  const zip = await openZipFile(path).catch((error: unknown) => {
    throw new ImportError(`The file is not a readable zip: ${messageOf(error)}`);
  });
  try {
    if (zip.names.some((name) => name.startsWith("_components/"))) {
      throw new ImportError(
        "The snapshot has data of components (_components/), which the embedded backend does not have.",
      );
    }
    const numbers = await tableNumbers(zip);
    const tables: StagedTable[] = [];
    for (const name of tableFolders(zip)) {
      const file = `${String(tables.length)}.jsonl`;
      const staged = await stageZipTable(zip, name, join(folder, file), signal);
      const number = numbers.get(name) ?? staged.tableNumber;
      tables.push({ name, number, file, documentCount: staged.count });
    }
    return { tables, hasFiles: await stageBlobs(zip, join(folder, BLOBS_FOLDER), signal) };
  } finally {
    await zip.close();
  }
}

/** Tables of the zip in the order of their names; `_storage` is one of them. */
function tableFolders(zip: ZipFile): string[] {
  const names = zip.names
    .map((name) => /^([^/]+)\/documents\.jsonl$/.exec(name)?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => name === "_storage" || !name.startsWith("_"));
  for (const name of names) if (name !== "_storage") checkTableName(name);
  return names.sort();
}

async function tableNumbers(zip: ZipFile): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  const name = "_tables/documents.jsonl";
  if (!zip.has(name)) return numbers;
  for await (const line of createInterface({ input: zip.read(name), crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const parsed = tableListLine.safeParse(JSON.parse(line));
    if (!parsed.success) throw new ImportError(`${name} has a line that lists no table.`);
    numbers.set(parsed.data.name, parsed.data.id);
  }
  return numbers;
}

async function stageZipTable(
  zip: ZipFile,
  table: string,
  stagedPath: string,
  signal: AbortSignal,
): Promise<StagedDocuments> {
  const marker = `${table}/generated_schema.jsonl`;
  const isLossless = zip.has(marker) && (await firstLine(zip.read(marker))) === '"uniform"';
  const name = `${table}/documents.jsonl`;
  const staged = new StagedDocuments(stagedPath, signal);
  try {
    const documents = readLines(zip.read(name), isLossless ? "int64" : "float64", name);
    for await (const document of documents) await staged.add(document);
  } finally {
    await staged.close();
  }
  return staged;
}

async function firstLine(source: Readable): Promise<string> {
  for await (const line of createInterface({ input: source })) return line.trim();
  return "";
}

/** Blobs are named by their documents' ids, perhaps with an extension, which is dropped. */
async function stageBlobs(zip: ZipFile, folder: string, signal: AbortSignal): Promise<boolean> {
  const blobs = zip.names
    .map((name) => ({ name, id: /^_storage\/([a-z0-9]+)(\.[^/]*)?$/.exec(name)?.[1] }))
    .filter(({ name }) => !name.endsWith(".jsonl"));
  if (blobs.length === 0) return false;
  await mkdir(folder, { recursive: true });
  for (const { name, id } of blobs) {
    if (id === undefined) continue;
    if (signal.aborted) throw new ImportError(STOPPED);
    await pipeline(
      zip.read(name),
      createWriteStream(join(folder, id), { flags: "wx", flush: true }),
    );
  }
  return true;
}

function checkTableName(name: string): void {
  if (!isIdentifier(name) || name.startsWith("_")) {
    throw new ImportError(`"${name}" is not a valid table name.`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Writes staged documents, a line each. */
class StagedDocuments {
  count = 0;
  /** The table number in the ids of the documents; null when they have none. */
  tableNumber: number | null = null;
  readonly #file: WriteStream;
  readonly #signal: AbortSignal;

  constructor(path: string, signal: AbortSignal) {
    this.#signal = signal;
    this.#file = createWriteStream(path, { flags: "wx" });
  }

  async add(document: JSONObject): Promise<void> {
    if (this.#signal.aborted) throw new ImportError(STOPPED);
    this.count++;
    if (typeof document._id === "string") {
      this.tableNumber ??= decodeId(document._id)?.tableNumber ?? null;
    }
    const hasRoom = this.#file.write(`${JSON.stringify(document)}\n`);
    if (!hasRoom) await once(this.#file, "drain");
    else if (this.count % 200 === 0) await setImmediate();
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
