// The workers that run actions, seen from the main thread: one for each environment, replaced after a push, set aside
// when one stops answering so that nobody else waits for it. So many run at once; further ones wait their turn.
import { Worker } from "node:worker_threads";
import type {
  ActionAnswerMessage,
  ActionRequestMessage,
  ActionWorkerData,
  CallResult,
  FileArgument,
  RunContext,
} from "./actionProtocol.ts";
import { WORKER_FLAGS } from "./engineThread.ts";
import * as texts from "./errorTexts.ts";
import type { DeploymentInfo } from "./protocol.ts";
import { NoSlot, Slots } from "./slots.ts";
import type { EngineLimits, FunctionError, ModuleEnvironment } from "./types.ts";
import { heapLimits, usedMemoryBytes } from "./workerMemory.ts";

export type ActionDone = Extract<ActionAnswerMessage, { type: "done" | "response" }>;
export type ActionCall = { op: string; argsJson: string; file?: FileArgument; context: RunContext };

export type ActionPoolOptions = {
  dataDir: string;
  deploymentName: string;
  limits: EngineLimits;
  /** Answers what an action asks of the database, other functions and files. */
  onCall: (call: ActionCall) => Promise<CallResult>;
};

/** A worker that has not answered for so long gets no new work. */
const UNRESPONSIVE_MS = 1_000;
/** How often the memory of a worker with runs in progress is looked at. */
const MEASURE_MS = 100;
/** More workers in endless loops than this are not kept; the oldest is ended. */
const MAX_SET_ASIDE = 4;
/** So many actions may wait for a slot; what comes then is refused. */
const MOST_WAITING = 1_000;
/** So many actions one action may have called at once (Convex's limit on its operations); its others wait. */
const ACTIONS_OF_ONE = 8;

type Ended = ActionDone | { type: "lost"; error: FunctionError };

type PoolRun = {
  context: RunContext;
  /** For the actions that this one calls. */
  slots: Slots;
  settle(done: Ended): void;
  timer: NodeJS.Timeout;
};

type NewRun =
  | Omit<Extract<ActionRequestMessage, { type: "run" }>, "id">
  | Omit<Extract<ActionRequestMessage, { type: "http" }>, "id">;

export class ActionPool {
  readonly #options: ActionPoolOptions;
  #info: DeploymentInfo = { entries: [], variables: {} };
  readonly #current = new Map<ModuleEnvironment, ActionThread>();
  readonly #setAside = new Set<ActionThread>();
  /** HTTP actions have their own, so that actions that fetch from their own deployment don't wait for each other. */
  readonly #slots: Record<ModuleEnvironment | "http", Slots>;
  #nextRun = 1;
  #closed = false;

  constructor(options: ActionPoolOptions) {
    this.#options = options;
    const slots = () => new Slots(options.limits.actionsAtOnce, MOST_WAITING);
    this.#slots = { isolate: slots(), node: slots(), http: slots() };
  }

  /** What is asked for from now on runs on this push; what is in progress finishes on the old one. */
  use(info: DeploymentInfo): void {
    this.#info = info;
    for (const environment of [...this.#current.keys()]) this.#retire(environment);
  }

  /** Resolves with how the run ended; a run whose worker is lost, or that never gets a slot, ends with an error. */
  async run(
    environment: ModuleEnvironment,
    request: NewRun,
    transfer: readonly ReadableStream[] = [],
  ): Promise<Ended> {
    const slots = this.#slots[request.type === "http" ? "http" : environment];
    try {
      return await slots.run(() => this.runNested(environment, request, transfer));
    } catch (error) {
      if (!(error instanceof NoSlot)) throw error;
      return { type: "lost", error: { message: texts.TOO_MANY_ACTIONS(error.message) } };
    }
  }

  /** For an action's own actions: its slot is theirs. If they waited for others, all could wait for each other. */
  runNested(
    environment: ModuleEnvironment,
    request: NewRun,
    transfer: readonly ReadableStream[] = [],
  ): Promise<Ended> {
    if (this.#closed) return Promise.resolve({ type: "lost", error: { message: texts.TRANSIENT } });
    const thread = this.#thread(environment);
    return thread.run({ ...request, id: this.#nextRun++ }, transfer);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const slots of Object.values(this.#slots)) slots.refuseWaiting("The server stops.");
    const threads = [...this.#current.values(), ...this.#setAside];
    this.#current.clear();
    this.#setAside.clear();
    await Promise.all(threads.map((thread) => thread.end()));
  }

  #thread(environment: ModuleEnvironment): ActionThread {
    let thread = this.#current.get(environment);
    if (thread === undefined) {
      const { dataDir, deploymentName, limits, onCall } = this.#options;
      thread = new ActionThread({
        data: { environment, dataDir, deploymentName, ...this.#info },
        limits,
        onCall,
        onUnresponsive: () => this.#retire(environment, thread),
        onGone: (gone) => {
          this.#setAside.delete(gone);
          if (this.#current.get(environment) === gone) this.#current.delete(environment);
        },
      });
      this.#current.set(environment, thread);
    }
    return thread;
  }

  /** Gives the worker no more work; it ends when what it has is done. */
  #retire(environment: ModuleEnvironment, only?: ActionThread): void {
    const thread = this.#current.get(environment);
    if (thread === undefined || (only !== undefined && only !== thread)) return;
    this.#current.delete(environment);
    this.#setAside.add(thread);
    thread.retire();
    if (this.#setAside.size > MAX_SET_ASIDE) {
      for (const oldest of this.#setAside) {
        void oldest.end();
        break;
      }
    }
  }
}

type ActionThreadOptions = {
  data: ActionWorkerData;
  limits: EngineLimits;
  onCall: (call: ActionCall) => Promise<CallResult>;
  onUnresponsive(): void;
  onGone(thread: ActionThread): void;
};

class ActionThread {
  readonly #options: ActionThreadOptions;
  readonly #worker: Worker;
  readonly #runs = new Map<number, PoolRun>();
  #retired = false;
  #started = false;
  #pings: NodeJS.Timeout | null = null;
  #measuring: NodeJS.Timeout | null = null;
  #outOfMemory = false;
  #pinged = 0;
  #ponged = 0;
  #failure: Error | null = null;

  constructor(options: ActionThreadOptions) {
    this.#options = options;
    const { data, limits } = options;
    this.#worker = new Worker(new URL("./actionWorker.ts", import.meta.url), {
      workerData: data,
      name: `convex-actions-${data.environment}`,
      execArgv: [...WORKER_FLAGS],
      env: data.environment === "node" ? nodeEnvironment(data.variables) : {},
      resourceLimits: heapLimits(limits.actionHeapMb),
    });
    this.#worker.on("message", (message: ActionAnswerMessage) => this.#receive(message));
    this.#worker.on("error", (error: Error) => {
      this.#failure = error;
    });
    this.#worker.on("exit", () => this.#gone());
  }

  run(
    request: Extract<ActionRequestMessage, { type: "run" | "http" }>,
    transfer: readonly ReadableStream[],
  ): Promise<Ended> {
    const { limits, data } = this.#options;
    const limitMs = data.environment === "node" ? limits.nodeActionTimeMs : limits.actionTimeMs;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#timeOut(request.id, limitMs), limitMs);
      timer.unref();
      const slots = new Slots(ACTIONS_OF_ONE, Infinity);
      this.#runs.set(request.id, { context: request.context, slots, settle: resolve, timer });
      this.#worker.postMessage(request, transfer as never[]);
      this.#pings ??= setInterval(() => this.#ping(), UNRESPONSIVE_MS);
      this.#measuring ??= setInterval(() => void this.#measure(), MEASURE_MS);
    });
  }

  retire(): void {
    this.#retired = true;
    if (this.#runs.size === 0) void this.end();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: ActionAnswerMessage): void {
    this.#started = true;
    switch (message.type) {
      case "call":
        void this.#call(message);
        return;
      case "pong":
        this.#ponged = message.number;
        return;
      case "done":
      case "response":
        this.#finish(message.id, message);
        return;
    }
  }

  async #call(message: Extract<ActionAnswerMessage, { type: "call" }>): Promise<void> {
    const { id, callId, op, argsJson, file } = message;
    const run = this.#runs.get(id);
    let result: CallResult;
    if (run === undefined) {
      result = { ok: false, message: texts.DANGLING };
    } else {
      const call = {
        ...{ op, argsJson, context: run.context },
        ...(file === undefined ? {} : { file }),
      };
      const answer = () => this.#options.onCall(call);
      result = await (op === "1.0/actions/action" ? run.slots.run(answer) : answer());
    }
    this.#worker.postMessage({ type: "answer", callId, result } satisfies ActionRequestMessage);
  }

  #finish(id: number, done: Ended): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    this.#runs.delete(id);
    clearTimeout(run.timer);
    run.settle(done);
    if (this.#runs.size > 0) return;
    this.#stopWatching();
    // A streamed body may still be on its way out of a retired worker; it is given time.
    if (this.#retired) setTimeout(() => void this.end(), RETIRED_LINGER_MS).unref();
  }

  #timeOut(id: number, limitMs: number): void {
    const error = { message: texts.TIMED_OUT(limitMs / 1_000) };
    this.#worker.postMessage({ type: "abandon", id } satisfies ActionRequestMessage);
    this.#finish(id, { type: "lost", error });
    // It still does not answer: what else waits in it would wait for ever.
    if (this.#ponged < this.#pinged - 1) void this.end();
  }

  #ping(): void {
    // While it starts it cannot answer, and says nothing about loops.
    if (this.#started && this.#ponged < this.#pinged) this.#options.onUnresponsive();
    this.#pinged += 1;
    const ping: ActionRequestMessage = { type: "ping", number: this.#pinged };
    this.#worker.postMessage(ping);
  }

  async #measure(): Promise<void> {
    const { actionHeapMb } = this.#options.limits;
    const bytes = await usedMemoryBytes(this.#worker);
    if (bytes <= actionHeapMb * (1 << 20)) return;
    this.#outOfMemory = true;
    await this.end();
  }

  #stopWatching(): void {
    for (const timer of [this.#pings, this.#measuring]) if (timer !== null) clearInterval(timer);
    this.#pings = null;
    this.#measuring = null;
  }

  #gone(): void {
    this.#stopWatching();
    const error = this.#lossText();
    for (const id of [...this.#runs.keys()]) this.#finish(id, { type: "lost", error });
    this.#options.onGone(this);
  }

  #lossText(): FunctionError {
    const code = (this.#failure as { code?: unknown } | null)?.code;
    if (this.#outOfMemory || code === "ERR_WORKER_OUT_OF_MEMORY") {
      return { message: texts.OUT_OF_MEMORY(this.#options.limits.actionHeapMb) };
    }
    const cause = this.#failure === null ? "" : ` (${this.#failure.message})`;
    return { message: `Transient error while executing action${cause}` };
  }
}

const RETIRED_LINGER_MS = 60_000;

/** Enough for Node itself; nothing else of the server's environment may leak into functions. */
function nodeEnvironment(variables: Record<string, string>): Record<string, string> {
  const { TZ } = process.env;
  return { ...(TZ === undefined ? {} : { TZ }), ...variables };
}
