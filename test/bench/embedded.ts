// `npm run bench:embedded`: the embedded backend's figures, each beside raw node:sqlite doing the same work in the same
// run. `-- --quick` leaves out the large databases, which take minutes to fill.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { RawMessages } from "./embedded/raw.ts";
import { BenchServer } from "./embedded/server.ts";
import { against, heading, line, median, shownMs } from "./report.ts";

type Message = { room: number; author: string; text: string };
const SEND = makeFunctionReference<"mutation", Message, string>("messages:send");
const FILL = makeFunctionReference<
  "mutation",
  { firstRoom: number; perRoom: number; count: number },
  string[]
>("messages:fill");
const GET = makeFunctionReference<"query", { id: string }>("messages:get");
const LATEST = makeFunctionReference<"query", { room: number; limit: number; reader?: number }>(
  "messages:latest",
);
/** Each figure is taken over so long. */
const MEASURE_MS = 3_000;

const { values: flags } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const folder = await mkdtemp(join(tmpdir(), "embedded-bench-raw-"));
const raw = new RawMessages(join(folder, "raw.sqlite3"));
let server = await BenchServer.start();
let clients: ConvexClient[] = [];
try {
  console.log(
    `Node ${process.version}, ${process.platform} ${process.arch}, real sockets on 127.0.0.1`,
  );
  await benchMutations();
  await benchReads();
  await benchFanOut();
  await stop();
  server = await BenchServer.start();
  await benchIdle();
} finally {
  await stop();
  raw.close();
  await rm(folder, { recursive: true, force: true });
}
if (!flags.quick) {
  for (const bench of ["store", "largeData"]) {
    const path = join(import.meta.dirname, `../../embedded/bench/${bench}.bench.ts`);
    console.log("");
    spawnSync(process.execPath, [path], { stdio: "inherit" });
  }
}
process.exit(0);

async function stop(): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
  await server.close();
}

function client(number: number): ConvexClient {
  clients[number] ??= new ConvexClient(server.url);
  return clients[number];
}

async function benchMutations(): Promise<void> {
  heading("Durable mutations (each acknowledged, and its transition seen by its client)");
  const message = { room: -1, author: "author 1", text: "message" };
  // What is measured is a server that has run for some seconds, not V8 compiling what runs often.
  await rate(64, (worker) => client(worker).mutation(SEND, message));
  const rawRate = await rate(1, () => Promise.resolve(raw.send(-1)));
  line("raw SQLite, one insert a commit", shownRate(rawRate));
  const one = await rate(1, () => client(0).mutation(SEND, message));
  line("1 client, one after the other (aim: half of raw)", besides(one, rawRate));
  const many = await rate(64, (worker) => client(worker).mutation(SEND, message));
  line("64 clients (aim: above raw, by group commit)", besides(many, rawRate));
}

async function benchReads(): Promise<void> {
  heading("Queries over sockets, none of them shared");
  // As many as one mutation may return the ids of.
  const [rooms, perRoom] = [80, 100];
  const rawIds = raw.fill(rooms, perRoom);
  const count = rooms * perRoom;
  const ids = await client(0).mutation(FILL, { firstRoom: 0, perRoom, count });
  const any = <T>(items: readonly T[]) => items[Math.floor(Math.random() * items.length)] as T;
  const room = () => Math.floor(Math.random() * rooms);
  const rawPoints = await rate(1, () => Promise.resolve(raw.get(any(rawIds))));
  line("raw SQLite, point reads", shownRate(rawPoints));
  const points = await rate(64, (worker) => client(worker).query(GET, { id: any(ids) }));
  line("point reads, 64 clients", besides(points, rawPoints));
  const rawRanges = await rate(1, () => Promise.resolve(raw.latest(room(), 100)));
  line("raw SQLite, 100-row ranges", shownRate(rawRanges));
  let reader = 0;
  const ranges = await rate(64, (worker) =>
    client(worker).query(LATEST, { room: room(), limit: 100, reader: reader++ }),
  );
  line("100-row ranges, 64 clients", besides(ranges, rawRanges));
}

async function benchFanOut(): Promise<void> {
  const count = 1_000;
  heading(
    `One write and ${count} subscriptions of 100 clients, until the last of those affected has it`,
  );
  for (const [affected, isShared] of [
    [1, false],
    [100, false],
    [count, false],
    [count, true],
  ] as const) {
    const target = 10_000 + affected + (isShared ? 1 : 0);
    // Everybody else watches a room of their own.
    const waiting = new Set<number>();
    let done: () => void = () => undefined;
    let arrived = 0;
    const first = Promise.withResolvers<void>();
    const stops = Array.from({ length: count }, (_, i) => {
      const isAffected = i < affected;
      const args = {
        ...{ room: isAffected ? target : 20_000 + i, limit: 10 },
        ...(isShared ? {} : { reader: i }),
      };
      return client(i % 100).onUpdate(LATEST, args, () => {
        arrived += 1;
        if (arrived === count) first.resolve();
        waiting.delete(i);
        if (waiting.size === 0) done();
      });
    });
    await first.promise;
    const before = await server.measure();
    const rounds = 20;
    const took: number[] = [];
    const rawTook: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const startedMs = performance.now();
      for (let i = 0; i < affected; i++) waiting.add(i);
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      await client(100).mutation(SEND, { room: target, author: "author 1", text: `${round}` });
      await all;
      took.push(performance.now() - startedMs);
      const rawStartedMs = performance.now();
      raw.send(target);
      for (let i = 0; i < (isShared ? 1 : affected); i++) raw.latest(target, 10);
      rawTook.push(performance.now() - rawStartedMs);
    }
    const after = await server.measure();
    const runs = (after.queryRuns - before.queryRuns) / rounds;
    const name = `${affected} affected${isShared ? ", all alike" : ""}: ${runs} run again`;
    line(name, against(median(took), median(rawTook), "raw commit and reads"));
    for (const stop of stops) stop();
  }
}

async function benchIdle(): Promise<void> {
  const count = 10_000;
  heading(`${count} idle subscriptions of 100 clients`);
  await client(0).mutation(FILL, { firstRoom: 0, perRoom: 10, count: 1_000 });
  // So that sockets and code are there before.
  for (let i = 0; i < 100; i++) await client(i).query(LATEST, { room: i, limit: 10 });
  const before = await server.measure();
  let arrived = 0;
  const all = Promise.withResolvers<void>();
  const startedMs = performance.now();
  const stops = Array.from({ length: count }, (_, i) =>
    client(i % 100).onUpdate(LATEST, { room: i % 100, limit: 10, reader: 100_000 + i }, () => {
      arrived += 1;
      if (arrived === count) all.resolve();
    }),
  );
  await all.promise;
  line("until the last has its first result", shownMs(performance.now() - startedMs));
  const after = await server.measure();
  const bytes = (after.rssBytes - before.rssBytes) / count;
  line("memory of the server for each (10 messages in each)", `${(bytes / 1024).toFixed(1)} KiB`);
  line("subscriptions not shared", String(after.subscriptions));
  for (const stop of stops) stop();
}

type Rate = {
  perSecond: number;
  /** Processor time of the server and of this process for each: what other programs on the machine do not change. */
  serverMs: number;
  ownMs: number;
};

/** How often `work` succeeds with so many at once. */
async function rate(
  workers: number,
  work: (worker: number) => Promise<unknown>,
  durationMs = MEASURE_MS,
): Promise<Rate> {
  const serverBeforeMs = await server.processorMs();
  const ownBefore = process.cpuUsage();
  const startedMs = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      while (performance.now() - startedMs < durationMs) {
        await work(worker);
        count += 1;
      }
    }),
  );
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(ownBefore);
  const serverMs = ((await server.processorMs()) - serverBeforeMs) / count;
  return {
    perSecond: (count / elapsedMs) * 1_000,
    serverMs,
    ownMs: (user + system) / 1_000 / count,
  };
}

function shownRate({ perSecond, ownMs }: Rate): string {
  const rounded = Math.round(perSecond).toLocaleString("en");
  return `${rounded} a second, ${microseconds(ownMs)} of processor time each`;
}

function besides(measured: Rate, limit: Rate): string {
  const rounded = Math.round(measured.perSecond).toLocaleString("en");
  const ratio = (measured.perSecond / limit.perSecond).toFixed(3);
  const times = `${microseconds(measured.serverMs)} of the server's processor time each, ${microseconds(measured.ownMs)} of the clients'`;
  return `${rounded} a second: ${ratio} of raw; ${times}`;
}

function microseconds(ms: number): string {
  return `${(ms * 1_000).toFixed(0)} µs`;
}
