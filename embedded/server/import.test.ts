// Imports while others are at work: they are served meanwhile, see the old data until the new is there as a whole, and
// an import that fails or is cut off leaves nothing.
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { DATABASE_FILE } from "../database/index.ts";
import { ZipFileWriter } from "../deploy/zipArchive.ts";
import { slowdown, withoutSlowdown } from "../functions/testing/slowdown.ts";
import {
  confirmImport,
  importData,
  importReaches,
  stageData,
  type ImportState,
} from "./testing/importData.ts";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";
import { encodeId } from "../values/index.ts";

const increment = makeFunctionReference<"mutation">("counters:increment");
const counterOf = makeFunctionReference<"query", { name: unknown }, number>("counters:get");
const loops = makeFunctionReference<"query">("values:loops");
const runsOf = makeFunctionReference<"query", { label: string }, number>("actions:runs");

/** The promise to everybody else, on a machine that has nothing else to do. */
const OTHERS_WAIT_AT_MOST_MS = 2_000;
const DOCUMENTS = 100_000;

// On a busy machine an endless loop alone may take 15 s until it has had its second of the processor.
vi.setConfig({ testTimeout: 180_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const lines = (documents: object[]) =>
  new TextEncoder().encode(documents.map((document) => JSON.stringify(document)).join("\n"));
const messages = (count: number, body: string) =>
  lines(Array.from({ length: count }, (_, i) => ({ body: `${body} ${String(i)}`, author: "ada" })));

function system<T>(path: string, args: object): Promise<T> {
  return fetch(`${server.url}/api/query`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Convex ${server.adminKey}`,
    },
    body: JSON.stringify({ path, args, format: "json" }),
  }).then(async (response) => ((await response.json()) as { value: T }).value);
}
const sizeOf = (tableName: string) =>
  system<number>("_system/cli/tableSize:default", { tableName });

/** Some documents are in, not all. */
const hasBegun = ({ progress_message: progress }: ImportState) =>
  /\([1-9]\d* of \d+ documents\)/.test(progress ?? "");

/** The tables in the database file that nobody sees. */
function hiddenTables(): string[] {
  const database = new DatabaseSync(join(server.dataDir, DATABASE_FILE), { readOnly: true });
  try {
    const names = database
      .prepare("SELECT name FROM tables")
      .all()
      .map(({ name }) => String(name));
    return names.filter((name) => /^_(unfinished|replaced)_/.test(name));
  } finally {
    database.close();
  }
}

it("serves others while it brings 100,000 documents, which appear at once", async () => {
  const options = { format: "jsonLines", mode: "replace", tableName: "runs" } as const;
  const runs = (count: number, watched: number) =>
    lines(
      Array.from({ length: count }, (_, i) => ({
        label: i < watched ? "watched" : `run ${String(i)}`,
      })),
    );
  expect(await importData(server, options, runs(10, 1))).toBe(10);
  const client = new ConvexClient(server.url, { logger: false });
  const seen: number[] = [];
  client.onUpdate(runsOf, { label: "watched" }, (count) => seen.push(count));
  await until(() => seen.length > 0);

  const importId = await stageData(server, options, runs(DOCUMENTS, 2));
  const slowness = [slowdown()];
  let isDone = false;
  await confirmImport(server, importId);
  const done = importReaches(server, importId, ({ state }) => state === "completed").finally(() => {
    isDone = true;
  });
  // Not left without a listener while the loop below runs.
  done.catch(() => undefined);
  const sizes = new Set<number>();
  let longestMs = 0;
  while (!isDone) {
    const askedMs = performance.now();
    await client.mutation(increment, { name: "beside an import" });
    sizes.add(await sizeOf("runs"));
    longestMs = Math.max(longestMs, performance.now() - askedMs);
  }
  slowness.push(slowdown());
  expect(Number((await done).num_rows_written)).toBe(DOCUMENTS);
  sizes.add(await sizeOf("runs"));
  // All or nothing, at every moment.
  expect([...sizes].sort((a, b) => a - b)).toEqual([10, DOCUMENTS]);
  await until(() => seen.at(-1) === 2);
  expect(seen).toEqual([1, 2]);
  expect(withoutSlowdown(longestMs, slowness)).toBeLessThan(OTHERS_WAIT_AT_MOST_MS);
  await until(() => hiddenTables().length === 0);
  await client.close();
});

it.each([
  ["more to little", 10, 1_000],
  ["little to much", 1_000, 10],
])("adds %s", async (_what, there, more) => {
  const options = { format: "jsonLines", tableName: "counters" } as const;
  const counters = (count: number, first: number) =>
    lines(Array.from({ length: count }, (_, i) => ({ name: `c${String(first + i)}`, value: i })));
  await importData(server, { ...options, mode: "replace" }, counters(there, 0));
  await importData(server, { ...options, mode: "append" }, counters(more, there));
  expect(await sizeOf("counters")).toBe(there + more);
  const client = new ConvexHttpClient(server.url, { logger: false });
  for (const [name, value] of [
    ["c7", 7],
    [`c${String(there + 7)}`, 7],
  ]) {
    expect(await client.mutation(increment, { name })).toBe(value);
    expect(await client.query(counterOf, { name })).toBe(Number(value) + 1);
  }
  await until(() => hiddenTables().length === 0);
});

it("adds nothing when one of the documents is there already", async () => {
  const options = { format: "jsonLines", tableName: "runs" } as const;
  const before = await sizeOf("runs");
  const [there] = (
    await system<{ page: { _id: string }[] }>("_system/cli/tableData:default", {
      ...{ table: "runs", order: "asc", paginationOpts: { cursor: null, numItems: 1 } },
    })
  ).page;
  const documents = [{ label: "new" }, { label: "again", _id: there?._id }];
  await expect(
    importData(server, { ...options, mode: "append" }, lines(documents)),
  ).rejects.toThrow(`A document with _id ${there?._id ?? ""} exists already`);
  expect(await sizeOf("runs")).toBe(before);
  await until(() => hiddenTables().length === 0);
});

it("goes on where it was when somebody's endless loop takes the engine's worker away", async () => {
  const options = { format: "jsonArray", mode: "replace", tableName: "runs" } as const;
  const labels = Array.from({ length: 10_000 }, (_, i) => ({ label: `looped ${String(i % 10)}` }));
  const data = new TextEncoder().encode(JSON.stringify(labels));
  const importId = await stageData(server, options, data);
  await confirmImport(server, importId);
  await importReaches(server, importId, hasBegun);
  const client = new ConvexHttpClient(server.url, { logger: false });
  await expect(client.query(loops, {})).rejects.toThrow("Function execution timed out");
  const { num_rows_written: written } = await importReaches(
    server,
    importId,
    ({ state }) => state === "completed",
  );
  expect([written, await sizeOf("runs")]).toEqual([10_000n, 10_000]);
  expect(await client.query(runsOf, { label: "looped 7" })).toBe(1_000);
  await until(() => hiddenTables().length === 0);
});

it("leaves everything as it was when a document far inside does not match the schema", async () => {
  const documents = Array.from({ length: 5_000 }, (_, i) =>
    i === 4_500 ? { author: "ada" } : { body: `text ${String(i)}` },
  );
  const before = await sizeOf("messages");
  const failed = importData(
    server,
    { format: "jsonLines", mode: "replace", tableName: "messages" },
    lines(documents),
  );
  await expect(failed).rejects.toThrow(/missing the required field `body`/);
  expect(await sizeOf("messages")).toBe(before);
  await until(() => hiddenTables().length === 0);
});

it("imports nothing when the server stops meanwhile, and says so afterwards", async () => {
  const options = { format: "jsonLines", mode: "replace", tableName: "messages" } as const;
  const before = await sizeOf("messages");
  const importId = await stageData(server, options, messages(20_000, "cut off"));
  await confirmImport(server, importId);
  await importReaches(server, importId, hasBegun);
  await server.restart();
  await expect(
    importReaches(server, importId, ({ state }) => state === "completed"),
  ).rejects.toThrow(/Nothing was imported/);
  expect(await sizeOf("messages")).toBe(before);
  await until(() => hiddenTables().length === 0);
});

it("imports nothing when its table gets documents meanwhile", async () => {
  const options = { format: "jsonLines", mode: "requireEmpty", tableName: "meanwhile" } as const;
  const importId = await stageData(server, options, messages(20_000, "late"));
  await confirmImport(server, importId);
  await importReaches(server, importId, hasBegun);
  const other = { ...options, mode: "append" } as const;
  expect(await importData(server, other, lines([{ n: 1 }]))).toBe(1);
  await expect(
    importReaches(server, importId, ({ state }) => state === "completed"),
  ).rejects.toThrow(/Table "meanwhile" already has documents/);
  expect(await sizeOf("meanwhile")).toBe(1);
  await until(() => hiddenTables().length === 0);
});

it("brings files with their rows, or neither", async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const snapshot = async (blobs: number) => {
    const path = join(server.dataDir, `snapshot-${randomUUID()}.zip`);
    const zip = new ZipFileWriter(path);
    const ids = [1, 2].map((byte) => encodeId(513, new Uint8Array(16).fill(byte)));
    const rows = [first, second].map((internalId, i) => ({
      ...{ _id: ids[i], internalId, size: 5, contentType: "text/plain" },
      sha256: createHash("sha256")
        .update(`text${String(i)}`)
        .digest("base64"),
    }));
    const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`);
    await zip.add("_storage/documents.jsonl", jsonl, { compress: true });
    const files = ids.map((id, i) => JSON.stringify({ storageId: id, name: String(i) }));
    await zip.add("files/documents.jsonl", [files.join("\n")], { compress: true });
    for (const [i, id] of ids.slice(0, blobs).entries()) {
      await zip.add(`_storage/${String(id)}`, [`text${String(i)}`], { compress: false });
    }
    await zip.close();
    return new Uint8Array(await readFile(path));
  };
  const onDisk = () =>
    readdirSync(join(server.dataDir, "files"), { recursive: true })
      .map((name) => basename(String(name)))
      .filter((name) => name === first || name === second);
  const options = { format: "zip", mode: "requireEmpty" } as const;

  await expect(importData(server, options, await snapshot(1))).rejects.toThrow(
    "The snapshot has no file for _storage document",
  );
  expect([onDisk(), await sizeOf("_storage"), await sizeOf("files")]).toEqual([[], 0, 0]);

  expect(await importData(server, options, await snapshot(2))).toBe(4);
  expect(onDisk()).toHaveLength(2);
  const response = await fetch(`${server.url}/api/storage/${second}`);
  expect(await response.text()).toBe("text1");

  // Replaced by the same files: the bytes stay, whether or not the snapshot brings them.
  await importData(server, { ...options, mode: "replace" }, await snapshot(0));
  expect([onDisk().length, await sizeOf("_storage"), await sizeOf("files")]).toEqual([2, 2, 2]);
  await until(() => hiddenTables().length === 0);
});

it("forgets what was uploaded and not confirmed within a day, and nothing else", async () => {
  const options = { format: "jsonLines", mode: "append", tableName: "runs" } as const;
  const [old, fresh] = [
    await stageData(server, options, lines([{ label: "old" }])),
    await stageData(server, options, lines([{ label: "fresh" }])),
  ];
  const imports = join(server.dataDir, "imports");
  mkdirSync(join(imports, "upload-old"));
  const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
  for (const name of [old, "upload-old"]) utimesSync(join(imports, name), yesterday, yesterday);
  expect(await importData(server, options, lines([{ label: "next" }]))).toBe(1);
  await until(() => readdirSync(imports).join() === fresh);
  await expect(confirmImport(server, old)).rejects.toThrow("not waiting for confirmation");
  await confirmImport(server, fresh);
  await importReaches(server, fresh, ({ state }) => state === "completed");
  const client = new ConvexHttpClient(server.url, { logger: false });
  expect(await client.query(runsOf, { label: "old" })).toBe(0);
  expect(await client.query(runsOf, { label: "fresh" })).toBe(1);
});
