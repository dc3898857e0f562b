// Holds the engine worker from the main thread: sends requests, watches runs, ends and replaces a worker that is stuck.
import { Worker } from "node:worker_threads";
import {
  codeOf,
  failedAnswer,
  failedQuery,
  hopelessError,
  lossError,
  unknownOutcome,
} from "./engineLosses.ts";
import * as texts from "./errorTexts.ts";
import type {
  CommitMessage,
  DeploymentInfo,
  EngineAnswer,
  EngineMessage,
  EngineRequest,
  EngineWorkerData,
} from "./protocol.ts";
import { createClockMemory, cpuMs, RunClock, type RunReading } from "./runClock.ts";
import type { EngineLimits, FunctionError } from "./types.ts";
import { heapLimits, usedMemoryBytes } from "./workerMemory.ts";

/** A request without its number. */
export type Unnumbered<T> = T extends { id: number } ? Omit<T, "id"> : never;

type Waiting = {
  request: EngineRequest;
  settle: (answer: EngineAnswer) => void;
  /** So many workers were lost while they carried it out. */
  lostWorkers: number;
};

export type EngineThreadOptions = {
  workerUrl: URL;
  data: Omit<EngineWorkerData, "clockMemory" | "userTimeMs" | "databaseBytes">;
  limits: EngineLimits;
  onCommits(commits: CommitMessage[]): void;
  /** Commits may have gone unannounced. */
  onLost(): void;
};

/** How often a run in progress is looked at; nothing is looked at while no request waits. */
const WATCH_INTERVAL_MS = 50;
/** However busy the machine: so much time on the wall is too much. */
const WALL_FACTOR = 15;
/**
 * The server's own work is trusted, so a worker that is lost under it may be an accident, and a new one tries again. But
 * work that takes every worker with it would keep all others from their turn for ever.
 */
const MOST_LOST_WORKERS = 3;
/** How soon a worker is started again that could not open the database: twice as long each time. */
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;
/** So many times as much as a function may the server's own work take: it reads whole pushes and tables' lists. */
const OWN_HEAP_FACTOR = 4;

export class EngineThread {
  readonly #options: EngineThreadOptions;
  /** In order of sending, which is the order in which a new worker gets them again. */
  readonly #waiting = new Map<number, Waiting>();
  #outgoing: EngineRequest[] = [];
  #nextId = 1;
  #worker: Worker | null = null;
  #clock: RunClock;
  #watch: NodeJS.Timeout | null = null;
  #ending: { culprit: RunReading; error: FunctionError } | null = null;
  /** The run in progress and the worker's memory when it was first looked at. */
  #atFirstLook: (RunReading & { bytes: number }) | null = null;
  #lastAnswered = 0;
  /** Workers lost in a row without an answer and without a request to blame. */
  #unexplainedLosses = 0;
  /** The present worker has said something: it could open the database. */
  #heard = false;
  #restart: NodeJS.Timeout | null = null;
  /** Null until a worker was heard for the first time: a database that cannot be opened at the start stays closed. */
  #restartMs: number | null = null;
  /** Requests were refused meanwhile. */
  #wasDown = false;
  #closed = false;
  #fault: Error | null = null;

  constructor(options: EngineThreadOptions) {
    this.#options = options;
    this.#clock = new RunClock(createClockMemory());
  }

  /** Starts the worker and loads the push in force. Rejects when the database cannot be opened. */
  async start(): Promise<DeploymentInfo> {
    this.#spawn();
    return this.activate();
  }

  async activate(): Promise<DeploymentInfo> {
    const answer = await this.send({ type: "activate" });
    // The worker's answer to `activate`.
    return answer.type === "done"
      ? (answer.value as unknown as DeploymentInfo)
      : { entries: [], variables: {} };
  }

  /** Rejects only with the errors of `failed` answers; failing functions are answers. */
  send(request: Unnumbered<EngineRequest>): Promise<Exclude<EngineAnswer, { type: "failed" }>> {
    if (this.#fault !== null) return Promise.reject(this.#fault);
    const numbered = { ...request, id: this.#nextId++ };
    return new Promise((resolve, reject) => {
      this.#waiting.set(numbered.id, {
        request: numbered,
        lostWorkers: 0,
        settle: (answer) => {
          if (answer.type === "failed") reject(new EngineFailure(answer));
          else resolve(answer);
        },
      });
      this.#post(numbered);
      this.#watch ??= setInterval(() => this.#look(), WATCH_INTERVAL_MS);
    });
  }

  /** What is asked for in one turn goes in one message: each costs about as much as a small query. */
  #post(request: EngineRequest): void {
    this.#outgoing.push(request);
    if (this.#outgoing.length > 1) return;
    queueMicrotask(() => this.#worker?.postMessage(this.#outgoing.splice(0)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.send({ type: "close" }).catch(() => undefined);
    this.#closed = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    this.#stopWatching();
    await this.#worker?.terminate();
  }

  #spawn(): void {
    const { workerUrl, data, limits } = this.#options;
    const memory = createClockMemory();
    this.#clock = new RunClock(memory);
    this.#ending = null;
    this.#atFirstLook = null;
    this.#heard = false;
    const workerData: EngineWorkerData = {
      ...data,
      clockMemory: memory,
      userTimeMs: limits.userTimeMs,
      databaseBytes: limits.databaseBytes,
    };
    const worker = new Worker(workerUrl, {
      workerData,
      name: "convex-engine",
      execArgv: [...WORKER_FLAGS],
      resourceLimits: heapLimits(limits.engineHeapMb),
    });
    this.#worker = worker;
    let failure: Error | null = null;
    worker.on("message", (message: EngineMessage) => this.#receive(message));
    worker.on("error", (error: Error) => {
      failure = error;
    });
    worker.on("exit", () => {
      if (this.#worker === worker && !this.#closed) this.#replace(failure);
    });
  }

  #receive({ commits, answers }: EngineMessage): void {
    this.#heard = true;
    this.#restartMs = FIRST_RESTART_MS;
    if (this.#wasDown) {
      this.#wasDown = false;
      this.#options.onLost();
    }
    if (answers.some(({ id }) => id !== 0)) this.#unexplainedLosses = 0;
    if (commits.length > 0) this.#options.onCommits(commits);
    for (const answer of answers) this.#settle(answer);
  }

  #settle(answer: EngineAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    this.#lastAnswered = Math.max(this.#lastAnswered, answer.id);
    waiting.settle(answer);
  }

  #stopWatching(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }

  #look(): void {
    // Only here: to begin and end it with each of many requests in a row would cost more than they all do to watch.
    if (this.#waiting.size === 0) {
      this.#stopWatching();
      return;
    }
    const reading = this.#clock.read();
    if (reading === null || this.#ending !== null) return;
    void this.#endIfTooLarge(reading);
    const { userTimeMs, systemTimeMs } = this.#options.limits;
    if (reading.systemMs > systemTimeMs) {
      this.#end(reading, { message: texts.SYSTEM_TIMED_OUT });
    } else if (reading.userMs > userTimeMs * WALL_FACTOR) {
      this.#end(reading, { message: texts.TIMED_OUT(userTimeMs / 1_000) });
    } else if (reading.userMs > userTimeMs) {
      void this.#endIfBusy(reading);
    }
  }

  /** The wall clock has run past the limit; what counts is how long the thread itself was at work. */
  async #endIfBusy(reading: RunReading): Promise<void> {
    const { userTimeMs } = this.#options.limits;
    const usage = await this.#worker?.cpuUsage().catch(() => undefined);
    const now = this.#clock.read();
    if (usage === undefined || now === null || this.#ending !== null) return;
    if (!isSameRun(now, reading)) return;
    const busyMs = cpuMs(usage) - reading.cpuAtStartMs - reading.systemMs;
    if (busyMs > userTimeMs) this.#end(now, { message: texts.TIMED_OUT(userTimeMs / 1_000) });
  }

  async #endIfTooLarge(reading: RunReading): Promise<void> {
    const bytes = await usedMemoryBytes(this.#worker);
    const now = this.#clock.read();
    if (now === null || this.#ending !== null || !isSameRun(now, reading)) return;
    if (this.#atFirstLook === null || !isSameRun(now, this.#atFirstLook)) {
      this.#atFirstLook = { ...now, bytes };
    }
    const limitMb = this.#options.limits.engineHeapMb * (now.isOwn ? OWN_HEAP_FACTOR : 1);
    // What it takes itself counts; what earlier runs have left to be collected does not.
    if (bytes - this.#atFirstLook.bytes <= limitMb * (1 << 20)) return;
    this.#end(now, { message: texts.OUT_OF_MEMORY(limitMb) });
  }

  #end(culprit: RunReading, error: FunctionError): void {
    this.#ending = { culprit, error };
    void this.#worker?.terminate();
  }

  /** The worker is gone: the request at fault fails, the others are sent to a new one. */
  #replace(failure: Error | null): void {
    const committed = this.#clock.lastCommitted;
    const reading = this.#ending?.culprit ?? this.#clock.read();
    if (!this.#heard && this.#ending === null) {
      this.#fail(failure ?? new Error("The engine worker ended while it started."));
      this.#startLater();
      return;
    }
    const culprit = reading === null ? undefined : this.#waiting.get(reading.sequence);
    if (culprit !== undefined) culprit.lostWorkers += 1;
    else this.#unexplainedLosses += 1;
    const error = lossError({
      failure,
      ended: this.#ending?.error ?? null,
      own: reading?.isOwn === true ? (culprit ?? null) : null,
      position: reading?.position ?? 0,
      heapMb: this.#options.limits.engineHeapMb,
    });
    const isAtFault =
      reading?.isOwn !== true ||
      this.#ending !== null ||
      (culprit?.lostWorkers ?? 0) >= MOST_LOST_WORKERS;
    const isHopeless = this.#unexplainedLosses >= MOST_LOST_WORKERS;
    if (committed > this.#lastAnswered) this.#options.onLost();
    this.#spawn();
    this.#post({ type: "activate", id: 0 });
    for (const waiting of [...this.#waiting.values()]) {
      const { request } = waiting;
      if (reading !== null && waiting === culprit && isAtFault) {
        this.#answerCulprit(request, reading.position, error);
      } else if (isWrite(request) && request.id <= committed && !isIdempotent(request)) {
        // Durable, but its result is lost; running it again would do it twice.
        this.#settle(unknownOutcome(request));
      } else if (isHopeless) {
        this.#settle(failedAnswer(request, hopelessError(this.#unexplainedLosses, failure)));
      } else {
        this.#post(request);
      }
    }
  }

  /** Of several queries only the one at fault fails; the others run again under the same number. */
  #answerCulprit(request: EngineRequest, position: number, error: FunctionError): void {
    if (request.type !== "queries" || request.requests.length === 1) {
      this.#settle(failedAnswer(request, error));
      return;
    }
    const waiting = this.#waiting.get(request.id);
    if (waiting === undefined) return;
    const rest = request.requests.filter((_, place) => place !== position);
    const restRequest: EngineRequest = { ...request, requests: rest };
    this.#waiting.set(request.id, {
      request: restRequest,
      lostWorkers: 0,
      settle: (answer) => {
        if (answer.type === "queries") answer.results.splice(position, 0, failedQuery(error));
        waiting.settle(answer);
      },
    });
    this.#post(restRequest);
  }

  #fail(error: Error): void {
    this.#fault = error;
    this.#stopWatching();
    for (const { request, settle } of [...this.#waiting.values()]) {
      this.#waiting.delete(request.id);
      const { id } = request;
      settle({ type: "failed", id, name: error.name, code: codeOf(error), message: error.message });
    }
  }

  /** What kept it from starting (a full disk, too many open files) may pass; until then requests are refused. */
  #startLater(): void {
    if (this.#restartMs === null) return;
    this.#wasDown = true;
    this.#restart = setTimeout(() => {
      this.#fault = null;
      this.#spawn();
      this.#post({ type: "activate", id: 0 });
    }, this.#restartMs).unref();
    this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
  }
}

/** Node's flags for workers that load pushed modules. */
export const WORKER_FLAGS = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
] as const;

/** A request that failed for reasons of its own, with the code that the worker gave it. */
export class EngineFailure extends Error {
  readonly code: string;
  constructor({ name, code, message }: { name: string; code: string; message: string }) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

function isSameRun(a: RunReading, b: RunReading): boolean {
  return a.sequence === b.sequence && a.position === b.position;
}

function isWrite(request: EngineRequest): boolean {
  return (
    request.type === "mutation" || request.type === "system" || request.type === "actionSyscall"
  );
}

/** Running it again after it was committed does nothing. */
function isIdempotent(request: EngineRequest): boolean {
  return (
    request.type === "mutation" &&
    (request.session !== undefined || request.scheduledId !== undefined)
  );
}
