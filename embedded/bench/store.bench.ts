// How far the database is from SQLite itself: the same work by raw node:sqlite and by Database, in one run.
// Run with: node embedded/bench/store.bench.ts [--rows 1000000]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { Database, type QueryJSON } from "../database/index.ts";

const { values: flags } = parseArgs({ options: { rows: { type: "string", default: "1000000" } } });
const LARGE = Number(flags.rows);
const SMALL = 1_000;
const RANGE = 100;
const GROUP = 64;

const folder = mkdtempSync(path.join(tmpdir(), "store-bench-"));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}\n`);
  const raw = openRaw();
  const database = openDatabase("commits.db");
  await commits(raw, database);
  database.close();

  const ratesBySize = new Map<number, number>();
  for (const rows of [SMALL, LARGE]) {
    fillRaw(raw, rows);
    const file = `reads-${rows}.db`;
    const filled = openDatabase(file);
    const ids = await fill(filled, rows);
    ratesBySize.set(rows, reads(raw, filled, ids, rows));
    filled.close();
    openingTime(file);
  }
  const [small = 1, large = 1] = [ratesBySize.get(SMALL), ratesBySize.get(LARGE)];
  console.log(
    `\n${RANGE}-document ranges with ${LARGE} documents take ${(small / large).toFixed(2)} times as long as with ${SMALL}`,
  );
  raw.close();
}

// ---- The two databases, with the same columns and the same durability -----------------------------

function openRaw(): DatabaseSync {
  const raw = new DatabaseSync(path.join(folder, "raw.db"));
  raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
  raw.exec("CREATE TABLE doc (id TEXT PRIMARY KEY, room INTEGER, time REAL, json TEXT)");
  raw.exec("CREATE INDEX by_room ON doc (room, time)");
  return raw;
}

function openDatabase(file: string): Database {
  const database = Database.open({ path: path.join(folder, file) });
  database.applySchema({
    tables: [
      { tableName: "messages", indexes: [{ indexDescriptor: "by_room", fields: ["room"] }] },
    ],
    schemaValidation: true,
  });
  return database;
}

function message(i: number): { room: number; author: string; text: string } {
  return { room: Math.floor(i / RANGE), author: `author ${i % 50}`, text: `message number ${i}` };
}

function fillRaw(raw: DatabaseSync, rows: number): void {
  raw.exec("DELETE FROM doc; BEGIN");
  const insert = raw.prepare("INSERT INTO doc VALUES (?, ?, ?, ?)");
  for (let i = 0; i < rows; i++) insertRaw(insert, i);
  raw.exec("COMMIT");
}

function insertRaw(insert: ReturnType<DatabaseSync["prepare"]>, i: number): void {
  const document = message(i);
  insert.run(`id${i}`, document.room, i, JSON.stringify(document));
}

async function fill(database: Database, rows: number): Promise<string[]> {
  const ids: string[] = [];
  const start = performance.now();
  for (let first = 0; first < rows; first += 10_000) {
    await database.batch(() => {
      const transaction = database.beginMutation({ system: true });
      for (let i = first; i < Math.min(rows, first + 10_000); i++) {
        ids.push(transaction.insert("messages", message(i)));
      }
      transaction.commit();
    });
  }
  const perSecond = (rows / (performance.now() - start)) * 1000;
  console.log(`\n${rows} documents (filled at ${Math.round(perSecond)} documents/s)`);
  return ids;
}

// ---- What is measured ------------------------------------------------------------------------------

async function commits(raw: DatabaseSync, database: Database): Promise<void> {
  console.log("Durable commits (synchronous=FULL)");
  const insert = raw.prepare("INSERT INTO doc VALUES (?, ?, ?, ?)");
  let i = 0;
  const single = measure(2000, () => {
    insertRaw(insert, i++);
  });
  report("raw SQLite, one insert a commit", single);
  const one = await measureAsync(2000, () =>
    database.batch(() => {
      const transaction = database.beginMutation();
      transaction.insert("messages", message(i++));
      transaction.commit();
    }),
  );
  report("Database, one mutation a commit", one, single);
  const group = await measureAsync(100, () =>
    database.batch(() => {
      for (let n = 0; n < GROUP; n++) {
        const transaction = database.beginMutation();
        transaction.insert("messages", message(i++));
        transaction.commit();
      }
    }),
  );
  report(`Database, ${GROUP} mutations a commit`, group * GROUP, single);
}

/** @returns ranges a second through Database */
function reads(raw: DatabaseSync, database: Database, ids: string[], rows: number): number {
  const random = lcg();
  const get = raw.prepare("SELECT json FROM doc WHERE id = ?");
  const rawPoints = measureProcessor(50_000, () => {
    JSON.parse((get.get(`id${random(rows)}`) as { json: string }).json);
  });
  report("raw SQLite, point reads", rawPoints);
  const points = measureProcessor(50_000, () => {
    const transaction = database.beginQuery();
    transaction.get(ids[random(rows)] ?? "");
    transaction.rollback();
  });
  report("Database, point reads", points, rawPoints);

  const range = raw.prepare("SELECT json FROM doc WHERE room = ? ORDER BY time LIMIT 100");
  const rooms = Math.floor(rows / RANGE);
  const rawRanges = measureProcessor(3000, () => {
    for (const row of range.all(random(rooms))) JSON.parse((row as { json: string }).json);
  });
  report(`raw SQLite, ranges of ${RANGE}`, rawRanges);
  const rate = measureProcessor(3000, () => {
    const transaction = database.beginQuery();
    transaction.collect(roomQuery(random(rooms)));
    transaction.rollback();
  });
  report(`Database, ranges of ${RANGE}`, rate, rawRanges);
  return rate;
}

function roomQuery(room: number): QueryJSON {
  const range = [{ type: "Eq" as const, fieldPath: "room", value: room }];
  const source = { type: "IndexRange" as const, indexName: "messages.by_room", range, order: null };
  return { source, operators: [{ limit: RANGE }] };
}

function openingTime(file: string): void {
  const size = statSync(path.join(folder, file)).size / (1 << 20);
  const start = performance.now();
  openDatabase(file).close();
  console.log(`  opening (${size.toFixed(0)} MiB): ${(performance.now() - start).toFixed(1)} ms`);
}

// ---- Timing ------------------------------------------------------------------------------------------

/** Runs per second. */
function measure(count: number, run: () => void): number {
  for (let i = 0; i < count / 10; i++) run();
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return (count / (performance.now() - start)) * 1000;
}

/** Runs per second of processor time: reads wait for nothing else, and other programs then change nothing. */
function measureProcessor(count: number, run: () => void): number {
  for (let i = 0; i < count / 10; i++) run();
  const start = process.threadCpuUsage();
  for (let i = 0; i < count; i++) run();
  const { user, system } = process.threadCpuUsage(start);
  return (count / (user + system)) * 1_000_000;
}

async function measureAsync(count: number, run: () => Promise<void>): Promise<number> {
  for (let i = 0; i < count / 10; i++) await run();
  const start = performance.now();
  for (let i = 0; i < count; i++) await run();
  return (count / (performance.now() - start)) * 1000;
}

function report(what: string, perSecond: number, rawPerSecond?: number): void {
  const share =
    rawPerSecond === undefined ? "" : `  ${(perSecond / rawPerSecond).toFixed(2)} of raw`;
  console.log(`  ${what.padEnd(38)} ${Math.round(perSecond).toString().padStart(9)}/s${share}`);
}

/** The same "random" numbers in every run. */
function lcg(): (below: number) => number {
  let state = 12345;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}
