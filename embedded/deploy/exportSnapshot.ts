// Writes a snapshot of the database (and, if asked for, the stored files) as the zip that `convex export` downloads and
// `convex import` reads, here and on any Convex deployment.
import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Database, Transaction } from "../database/index.ts";
import { storedFilePath } from "../files/paths.ts";
import { type JSONObject, textOf } from "../values/index.ts";
import { wholeTable } from "./deployment.ts";
import { encodeExportJson } from "./exportJson.ts";
import { ZipFileWriter } from "./zipArchive.ts";

const README = `# Snapshot of a Convex deployment

One folder for each table, with its documents as JSON, one a line. In this JSON, \`1\` is an int64 and \`1.0\` a float64.
Files are in \`_storage\`. Import it with \`npx convex import <this file>\`.
`;
/** Tells the importer that the documents below are written without loss. */
const LOSSLESS_MARKER = '"uniform"\n';
/** Between so many documents, other work of this thread gets its turn. */
const DOCUMENTS_PER_TURN = 200;

export type SnapshotOptions = {
  /** A copy of the database that nobody writes to. */
  database: Database;
  dataDir: string;
  zipPath: string;
  includeStorage: boolean;
};

export async function writeSnapshot(options: SnapshotOptions): Promise<void> {
  const zip = new ZipFileWriter(options.zipPath);
  const tx = options.database.beginQuery({ system: true });
  try {
    const tables = options.database.tableNames().filter((table) => !table.name.startsWith("_"));
    await zip.add("README.md", [README], { compress: true });
    await zip.add("_tables/documents.jsonl", tableList(tables), { compress: true });
    for (const { name } of tables) {
      await zip.add(`${name}/generated_schema.jsonl`, [LOSSLESS_MARKER], { compress: true });
      await zip.add(`${name}/documents.jsonl`, exportLines(tx, name), { compress: true });
    }
    if (options.includeStorage) await addStorage(zip, tx, options.dataDir);
    await zip.close();
  } catch (error) {
    zip.abandon();
    throw error;
  } finally {
    tx.rollback();
  }
}

function* tableList(tables: { name: string; number: number }[]): Generator<string> {
  for (const { name, number } of tables) yield `${JSON.stringify({ name, id: number })}\n`;
}

async function addStorage(zip: ZipFileWriter, tx: Transaction, dataDir: string): Promise<void> {
  // A file that was deleted after the snapshot is gone from the disk; its document goes, too, so that both agree.
  const files = tx
    .collect(wholeTable("_storage"))
    .filter((file) => existsSync(pathOf(dataDir, file)));
  await zip.add("_storage/generated_schema.jsonl", [LOSSLESS_MARKER], { compress: true });
  const lines = files.map((file) => `${encodeExportJson(file)}\n`);
  await zip.add("_storage/documents.jsonl", lines, { compress: true });
  for (const file of files) {
    const bytes = createReadStream(pathOf(dataDir, file));
    await zip.add(`_storage/${textOf(file._id)}`, bytes, { compress: false });
  }
}

async function* exportLines(tx: Transaction, table: string): AsyncGenerator<string> {
  const stream = tx.openStream(wholeTable(table));
  let sinceTurn = 0;
  for (;;) {
    const raw = tx.streamNextRaw(stream);
    if (raw === null) return;
    yield `${encodeExportJson(JSON.parse(raw) as JSONObject)}\n`;
    if (++sinceTurn % DOCUMENTS_PER_TURN === 0) await setImmediate();
  }
}

function pathOf(dataDir: string, file: JSONObject): string {
  return storedFilePath(join(dataDir, "files"), textOf(file.internalId));
}
