// The thread that owns the database: runs queries, mutations and system functions one at a time, commits in groups.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from "node:worker_threads";
import { Database, DATABASE_FILE } from "../database/index.ts";
import { EngineCore } from "./engineCore.ts";
import type { EngineAnswer, EngineMessage, EngineRequest, EngineWorkerData } from "./protocol.ts";
import type { SystemFunctions } from "./types.ts";

/** Mutations in one durable transaction: more only make the first of them wait longer. */
const MAX_BATCH = 128;
const MAX_BATCH_MS = 10;
/** So long an answer to a read may wait for others to go with it. */
const ANSWERS_WAIT_MS = 2;

/** Starts the engine in the current worker. `server/engineWorker.ts` calls it with every room's system functions. */
export function runEngineWorker({ systemFunctions }: { systemFunctions: SystemFunctions }): void {
  if (parentPort === null) throw new Error("runEngineWorker is to be called in a worker thread.");
  const data = workerData as EngineWorkerData;
  mkdirSync(data.dataDir, { recursive: true });
  const database = Database.open({
    path: join(data.dataDir, DATABASE_FILE),
    ...(Number.isFinite(data.databaseBytes) ? { maxBytes: data.databaseBytes } : {}),
  });
  const core = new EngineCore(database, data, systemFunctions);
  process.on("unhandledRejection", (thrown) => core.unhandledRejection(thrown));
  new RequestLoop(parentPort, database, core).start();
}

/** Takes requests in the order in which they came, mutations first among those that wait together. */
class RequestLoop {
  readonly #port: MessagePort;
  readonly #database: Database;
  readonly #core: EngineCore;
  readonly #waiting: EngineRequest[] = [];
  #running = false;

  constructor(port: MessagePort, database: Database, core: EngineCore) {
    this.#port = port;
    this.#database = database;
    this.#core = core;
  }

  start(): void {
    this.#port.on("message", (requests: EngineRequest[]) => {
      this.#waiting.push(...requests);
      if (!this.#running) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#running = true;
    while (this.#fill() > 0) {
      const mutations = this.#takeMutations(MAX_BATCH);
      // Running the batch empties the list.
      const hasWritten = mutations.length > 0;
      if (hasWritten) await this.#runBatch(mutations);
      // Reads that came along see these commits; anything else keeps its place.
      const reads = this.#waiting.findIndex((request) => !this.#isRead(request));
      const count = reads === -1 ? this.#waiting.length : Math.max(reads, hasWritten ? 0 : 1);
      await this.#runReads(this.#waiting.splice(0, count));
    }
    this.#running = false;
  }

  /** Answers go out together, since each message costs about as much as a small query; the first of them soon. */
  async #runReads(requests: readonly EngineRequest[]): Promise<void> {
    let answers: EngineAnswer[] = [];
    let sinceMs = performance.now();
    for (const request of requests) {
      answers.push(await this.#core.answer(request));
      if (performance.now() - sinceMs < ANSWERS_WAIT_MS) continue;
      this.#send({ commits: [], answers });
      answers = [];
      sinceMs = performance.now();
    }
    if (answers.length > 0) this.#send({ commits: [], answers });
  }

  /** Takes what has arrived without going back to the event loop. */
  #fill(): number {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return this.#waiting.length;
      // The main thread sends nothing else.
      this.#waiting.push(...(received.message as EngineRequest[]));
    }
  }

  /** Mutations overtake reads, which then only see more; they do not overtake a push. */
  #takeMutations(limit: number): EngineRequest[] {
    const taken: EngineRequest[] = [];
    for (let position = 0; position < this.#waiting.length && taken.length < limit;) {
      const request = this.#waiting[position];
      if (request === undefined) break;
      if (this.#core.writes(request)) taken.push(...this.#waiting.splice(position, 1));
      else if (this.#isRead(request)) position += 1;
      else break;
    }
    return taken;
  }

  #isRead(request: EngineRequest): boolean {
    return (
      request.type === "queries" ||
      request.type === "prepareAction" ||
      request.type === "checkReturns" ||
      ((request.type === "system" || request.type === "actionSyscall") &&
        !this.#core.writes(request))
    );
  }

  /** Runs mutations inside one SQLite transaction; nothing of them is told to anyone before it is durable. */
  async #runBatch(first: EngineRequest[]): Promise<void> {
    const startedMs = performance.now();
    const queue = first;
    const begun: EngineRequest[] = [];
    let answers: EngineAnswer[] = [];
    this.#core.commits = [];
    try {
      await this.#database.batch(async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          begun.push(next);
          answers.push(await this.#core.answer(next));
          const room = MAX_BATCH - begun.length - queue.length;
          if (queue.length > 0 || room <= 0) continue;
          if (performance.now() - startedMs > MAX_BATCH_MS) continue;
          this.#fill();
          queue.push(...this.#takeMutations(room));
        }
      });
      this.#core.durable(begun);
    } catch (error) {
      // The disk is full, or the like: nothing of the batch happened.
      this.#core.commits = [];
      const all = [...begun, ...queue];
      answers = all.map((request) => this.#core.storeFault(request, error));
    }
    this.#send({ commits: this.#core.takeCommits(), answers });
  }

  #send(message: EngineMessage): void {
    this.#port.postMessage(message);
  }
}
