// A large data folder: how fast the server starts on it, and what export and import of it cost, also to others.
// Run with: node embedded/bench/largeData.bench.ts [--gigabytes 1] [--document-bytes 4000]
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { Database } from "../database/index.ts";
import { startServer, type RunningServer } from "../server/index.ts";
import { importData } from "../server/testing/importData.ts";

const { values: flags } = parseArgs({
  options: {
    gigabytes: { type: "string", default: "1" },
    "document-bytes": { type: "string", default: "4000" },
  },
});
const SIZE_BYTES = Number(flags.gigabytes) * 2 ** 30;
const DOCUMENT_BYTES = Number(flags["document-bytes"]);
/** Of the issue: a server with a database of 1 GB answers within this time. */
const START_LIMIT_MS = 2_000;
/** Whatever somebody else does: others are answered within this time. */
const OTHERS_LIMIT_MS = 2_000;

const folder = mkdtempSync(path.join(tmpdir(), "large-data-bench-"));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function main(): Promise<void> {
  const from = path.join(folder, "from");
  const documents = await fill(from);
  const databaseBytes = statSync(path.join(from, "data.sqlite3")).size;
  console.log(`${documents} documents, a database of ${megabytes(databaseBytes)}`);

  const copyMs = timed(() => readOnce(path.join(from, "data.sqlite3")));
  const started = performance.now();
  const source = await start(from);
  await ask(source, "_system/embedded/tables:list");
  const startMs = performance.now() - started;
  console.log(
    `Start until the first answer: ${startMs.toFixed(0)} ms (limit ${START_LIMIT_MS} ms: ${(startMs / START_LIMIT_MS).toFixed(2)} times)`,
  );
  console.log(`Reading the file once, for comparison: ${copyMs.toFixed(0)} ms`);

  const zip = await withDelays("Export", source, () => exportSnapshot(source));
  await source.close();
  console.log(`  a zip of ${megabytes(zip.length)}`);
  const target = await start(path.join(folder, "to"));
  await withDelays("Import", target, () => importSnapshot(target, zip));
  const tables = await ask(target, "_system/embedded/tables:list");
  console.log(`  ${JSON.stringify(tables)}`);
  await target.close();
}

async function start(dataDir: string): Promise<RunningServer> {
  return await startServer({ dataDir, port: 0, sitePort: 0, logLevel: "error" });
}

/** As an app that has run for long: documents, and scheduled functions done and to come. */
async function fill(dataDir: string): Promise<number> {
  const prepared = await start(dataDir);
  await prepared.close();
  const database = Database.open({ path: path.join(dataDir, "data.sqlite3") });
  database.applySchema({
    tables: [{ tableName: "notes", indexes: [{ indexDescriptor: "by_group", fields: ["group"] }] }],
    schemaValidation: true,
  });
  const count = Math.ceil(SIZE_BYTES / DOCUMENT_BYTES);
  const text = Array.from({ length: Math.ceil(DOCUMENT_BYTES / 12) }, (_, i) => `word${i % 997}`);
  for (let first = 0; first < count; first += 5_000) {
    await database.batch(() => {
      const tx = database.beginMutation({ system: true });
      for (let i = first; i < Math.min(count, first + 5_000); i += 1) {
        tx.insert("notes", { group: i % 1000, text: `${i} ${text.join(" ")}` });
      }
      for (let i = 0; i < 500; i += 1) {
        const state = i % 10 === 0 ? { kind: "pending" } : { kind: "success" };
        tx.insert("_scheduled_functions", {
          ...{ name: "m.js:f", args: [{}], scheduledTime: Date.now() + 1e10, state },
          ...(state.kind === "success" ? { completedTime: Date.now() } : {}),
        });
      }
      tx.commit();
    });
  }
  database.close();
  return count;
}

async function exportSnapshot(server: RunningServer): Promise<Uint8Array<ArrayBuffer>> {
  await post(server, "/api/export/request/zip?includeStorage=false", {});
  const done = await watch<{ state: string; start_ts: bigint }>(
    ...([server, "_system/cli/exports:getLatest", {}] as const),
    (latest) => latest.state === "completed",
  );
  const response = await request(server, `/api/export/zip/${String(done.start_ts)}`, {});
  return new Uint8Array(await response.arrayBuffer());
}

async function importSnapshot(server: RunningServer, zip: Uint8Array<ArrayBuffer>): Promise<void> {
  await importData(server, { mode: "requireEmpty", format: "zip" }, zip);
}

async function ask(server: RunningServer, query: string): Promise<unknown> {
  return await post(server, "/api/query", { path: query, args: {}, format: "json" });
}

async function post(server: RunningServer, route: string, body: object): Promise<unknown> {
  const response = await request(server, route, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  return await response.json();
}

async function request(server: RunningServer, route: string, init: RequestInit) {
  const headers = { ...init.headers, authorization: `Convex ${server.adminKey}` };
  const response = await fetch(server.url + route, { ...init, headers });
  if (!response.ok) throw new Error(`${route}: ${await response.text()}`);
  return response;
}

/** Waits until a watched system query satisfies the condition. */
async function watch<T>(
  server: RunningServer,
  query: string,
  args: Record<string, string>,
  isDone: (value: T) => boolean,
): Promise<T> {
  // `setAdminAuth` is there, but left out of the published types.
  const client = new ConvexClient(server.url, { logger: false }) as ConvexClient & {
    setAdminAuth(key: string): void;
  };
  client.setAdminAuth(server.adminKey);
  try {
    return await new Promise<T>((resolve, reject) => {
      const reference = makeFunctionReference<"query", Record<string, string>, T>(query);
      client.onUpdate(reference, args, (value) => isDone(value) && resolve(value), reject);
    });
  } finally {
    await client.close();
  }
}

async function withDelays<T>(
  name: string,
  server: RunningServer,
  work: () => Promise<T>,
): Promise<T> {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  let peakBytes = 0;
  const sampler = setInterval(() => {
    // Not the resident set: that counts what SQLite maps of the file.
    const { heapUsed, external } = process.memoryUsage();
    peakBytes = Math.max(peakBytes, heapUsed + external);
  }, 200);
  const startedMs = performance.now();
  const others = watchOthers(server);
  const result = await work();
  const slowestMs = await others.end();
  const seconds = (performance.now() - startedMs) / 1_000;
  clearInterval(sampler);
  delays.disable();
  console.log(
    `${name}: ${seconds.toFixed(1)} s, longest pause of the socket thread ${(delays.max / 1e6).toFixed(0)} ms, peak memory of that thread ${megabytes(peakBytes)}`,
  );
  console.log(
    `  slowest answer to somebody else meanwhile: ${slowestMs.toFixed(0)} ms (limit ${OTHERS_LIMIT_MS} ms: ${(slowestMs / OTHERS_LIMIT_MS).toFixed(2)} times)`,
  );
  return result;
}

/** Asks the engine for something small, again and again. */
function watchOthers(server: RunningServer): { end(): Promise<number> } {
  let isOver = false;
  let slowestMs = 0;
  const asking = (async () => {
    while (!isOver) {
      const askedMs = performance.now();
      await ask(server, "_system/cli/convexUrl:cloudUrl");
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    }
  })();
  return {
    async end() {
      isOver = true;
      await asking;
      return slowestMs;
    },
  };
}

function readOnce(file: string): void {
  const descriptor = openSync(file, "r");
  const chunk = Buffer.alloc(1 << 20);
  while (readSync(descriptor, chunk) > 0);
  closeSync(descriptor);
}

function timed(work: () => void): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
