// What the engine worker does with one request: opens a transaction, runs the function, answers.
import { randomFillSync } from "node:crypto";
import type { Database } from "../database/index.ts";
import { type Commit, type Transaction } from "../database/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";
import { loadDeployment } from "./deployment.ts";
import * as texts from "./errorTexts.ts";
import { expectedError, isStoreFault, storeFaultText } from "./failures.ts";
import { Invoker, type Deployment, type Result } from "./invocation.ts";
import {
  packReadSet,
  packWrites,
  type ActionSyscallMessage,
  type CommitMessage,
  type EngineAnswer,
  type EngineRequest,
  type EngineWorkerData,
  type DeploymentInfo,
  type MutationMessage,
  type PrepareActionMessage,
  type QueryAnswer,
  type QueryMessage,
  type RunAnswer,
} from "./protocol.ts";
import { Run, type RunOptions } from "./run.ts";
import { RunClock } from "./runClock.ts";
import { findSessionAnswer, rememberSessionAnswer } from "./sessionRequests.ts";
import { system, type SyscallSurroundings } from "./syscalls.ts";
import { actionSyscall, actionSyscallWrites } from "./actionDatabaseCalls.ts";
import { SystemFunctionError, type FunctionError, type SystemFunctions } from "./types.ts";

export class EngineCore {
  readonly #database: Database;
  readonly #systemFunctions: SystemFunctions;
  readonly #around: SyscallSurroundings;
  readonly #clock: RunClock;
  readonly #userTimeMs: number;
  readonly #invoker: Invoker;
  #deployment: Deployment | null = null;
  #run: Run | null = null;
  /** Commits of the batch in progress, to be announced when it is durable. */
  commits: CommitMessage[] = [];

  constructor(database: Database, data: EngineWorkerData, systemFunctions: SystemFunctions) {
    this.#database = database;
    this.#systemFunctions = systemFunctions;
    this.#clock = new RunClock(data.clockMemory);
    this.#userTimeMs = data.userTimeMs;
    this.#around = {
      functions: () => this.#active().table,
      systemFunctions,
      systemContext: {
        database,
        dataDir: data.dataDir,
        cloudUrl: data.cloudUrl,
        siteUrl: data.siteUrl,
      },
      deploymentName: data.deploymentName,
    };
    this.#invoker = new Invoker(this.#around, this.#clock, () => this.#active());
  }

  /** Whether a request must run inside a batch. */
  writes(request: EngineRequest): boolean {
    switch (request.type) {
      case "mutation":
        return true;
      case "system":
        return this.#systemFunctions[request.name]?.kind === "mutation";
      case "actionSyscall":
        return actionSyscallWrites(request.op);
      case "queries":
      case "activate":
      case "prepareAction":
      case "checkReturns":
      case "close":
        return false;
    }
  }

  takeCommits(): CommitMessage[] {
    return this.commits.splice(0);
  }

  durable(requests: readonly EngineRequest[]): void {
    for (const { id } of requests) this.#clock.committed(id);
  }

  async answer(request: EngineRequest): Promise<EngineAnswer> {
    try {
      switch (request.type) {
        case "queries":
          return await this.#queries(request.id, request.requests);
        case "mutation":
          return await this.#mutation(request);
        case "system":
          return this.#system(request.id, request.name, request.argsJson);
        case "actionSyscall":
          return this.#actionSyscall(request);
        case "activate": {
          const { deployment, info } = await this.#load();
          this.#deployment = deployment;
          return { type: "done", id: request.id, value: info as unknown as JSONObject };
        }
        case "prepareAction":
          return this.#prepareAction(request);
        case "checkReturns":
          return this.#checkReturns(request.id, request.path, request.valueJson);
        case "close":
          this.#database.close();
          return { type: "done", id: request.id, value: null };
      }
    } catch (error) {
      return failed(request.id, error);
    }
  }

  /** The answer to a mutation whose batch could not be made durable. */
  storeFault(request: EngineRequest, error: unknown): EngineAnswer {
    if (request.type !== "mutation") return failed(request.id, error);
    return {
      type: "mutation",
      id: request.id,
      ts: this.#database.latestTs(),
      result: failedRun({ message: storeFaultText(error) }, [], 0),
      replayed: false,
    };
  }

  /** A promise of pushed code was rejected and nobody listened: the run in progress fails with it. */
  unhandledRejection(thrown: unknown): void {
    if (this.#run !== null) this.#run.noteUnhandled(thrown);
    else if (expectedError(thrown) === null) {
      console.error("Unhandled rejection in the engine, outside of any run:", thrown);
    }
  }

  #active(): Deployment {
    if (this.#deployment === null) throw new Error("The engine has not been activated.");
    return this.#deployment;
  }

  /** Whether an action may be called so, and where it runs. */
  #prepareAction({ id, path, argsJson, visibility }: PrepareActionMessage): EngineAnswer {
    const tx = this.#database.beginQuery();
    try {
      const prepared = this.#invoker.prepareAction(tx, path, argsJson, visibility);
      return { type: "done", id, value: prepared as unknown as JSONObject };
    } finally {
      tx.rollback();
    }
  }

  #checkReturns(id: number, path: string, valueJson: string): EngineAnswer {
    const tx = this.#database.beginQuery();
    try {
      return { type: "done", id, value: this.#invoker.checkReturns(tx, path, valueJson) };
    } finally {
      tx.rollback();
    }
  }

  async #load(): Promise<{ deployment: Deployment; info: DeploymentInfo }> {
    return loadDeployment(this.#database, this.#around, this.#invoker, {
      seedOf: () => this.#run?.randomKey ?? { key: new Uint8Array(32), position: 0 },
      pending: {
        begin: () => this.#run?.beginPending(),
        end: () => {
          this.#run?.endPending();
          this.#clock.enterUser();
        },
      },
      log: (level, values) => this.#run?.log.print(level, values),
    });
  }

  async #queries(id: number, requests: QueryMessage[]): Promise<EngineAnswer> {
    const results: QueryAnswer[] = [];
    let ts = this.#database.latestTs();
    for (const [position, request] of requests.entries()) {
      // Nothing is written between them, so that all see the same snapshot.
      const isSystem = request.path.startsWith("_system/");
      const tx = this.#database.beginQuery();
      ts = tx.beginTs;
      try {
        results.push(
          isSystem ? this.#systemQuery(tx, request) : await this.#query(id, position, tx, request),
        );
      } finally {
        tx.rollback();
      }
    }
    return { type: "queries", id, ts, results };
  }

  async #query(
    id: number,
    position: number,
    tx: Transaction,
    request: QueryMessage,
  ): Promise<QueryAnswer> {
    const { identity, journal } = request;
    const options = { tx, identity, journal, requestId: "" };
    this.#clock.start(id, position);
    const { run, answer } = await this.#execute("query", request, options);
    return {
      ...answer,
      readSet: packReadSet(tx.readSet()),
      journal: run.journalTaken,
      usedIdentity: run.usedIdentity,
      usedTimeOrRandomness: this.#active().realm.controls.looked(),
    };
  }

  /** The CLI's own queries, which read system tables and are as reactive as any. */
  #systemQuery(tx: Transaction, request: QueryMessage): QueryAnswer {
    const startedMs = performance.now();
    const journal = { given: request.journal, taken: null };
    // A path without a name stands for the file's default export, as with any function.
    const systemFunction =
      this.#systemFunctions[request.path] ?? this.#systemFunctions[`${request.path}:default`];
    let answer: RunAnswer;
    if (request.identity.kind !== "admin" || systemFunction?.kind !== "query") {
      answer = failedRun(texts.notFound(request.path), [], 0);
    } else {
      try {
        const context = { ...this.#around.systemContext, journal };
        // Requests carry the JSON of an object.
        const args = JSON.parse(request.argsJson) as JSONObject;
        const value = systemFunction.run(tx.asSystem, args, context);
        answer = succeeded(JSON.stringify(value), [], performance.now() - startedMs);
      } catch (error) {
        const expected = expectedError(error) ?? {
          message: `InternalServerError: ${String(error)}`,
        };
        answer = failedRun(expected, [], performance.now() - startedMs);
      }
    }
    return {
      ...answer,
      readSet: packReadSet(tx.readSet()),
      journal: journal.taken,
      usedIdentity: true,
      usedTimeOrRandomness: false,
    };
  }

  async #mutation(request: MutationMessage): Promise<EngineAnswer> {
    const tx = this.#database.beginMutation();
    try {
      return await this.#mutationIn(tx, request);
    } finally {
      tx.rollback();
    }
  }

  async #mutationIn(tx: Transaction, request: MutationMessage): Promise<EngineAnswer> {
    const { session, identity } = request;
    const remembered =
      session === undefined ? null : findSessionAnswer(tx.asSystem, session, identity);
    if (remembered !== null) {
      const { valueJson, logLines, error } = remembered;
      const result = error === null ? succeeded(valueJson, logLines, 0) : failedRun(error, [], 0);
      return { type: "mutation", id: request.id, ts: remembered.ts, result, replayed: true };
    }
    const { scheduledId } = request;
    if (scheduledId !== undefined && !this.#takeScheduled(tx, scheduledId)) {
      const result = failedRun({ message: "The scheduled function is no longer pending." }, [], 0);
      return { type: "mutation", id: request.id, ts: tx.beginTs, result, replayed: true };
    }
    this.#clock.start(request.id, 0);
    const { answer } = await this.#execute("mutation", request, { ...request, tx });
    if (!answer.ok) {
      tx.rollback();
      if (scheduledId !== undefined) this.#markFailed(scheduledId, answer.error);
      return { type: "mutation", id: request.id, ts: tx.beginTs, result: answer, replayed: false };
    }
    if (session !== undefined) rememberSessionAnswer(tx.asSystem, session, identity, answer);
    if (scheduledId !== undefined) {
      system(tx, "scheduler:succeeded", { id: scheduledId }, this.#around);
    }
    const commit = tx.commit();
    this.#announce(commit);
    const ts = commit?.ts ?? tx.beginTs;
    return { type: "mutation", id: request.id, ts, result: answer, replayed: false };
  }

  #takeScheduled(tx: Transaction, id: string): boolean {
    return system(tx, "scheduler:isPending", { id }, this.#around) === true;
  }

  /** In a transaction of its own: the run's was undone. */
  #markFailed(id: string, error: FunctionError | null): void {
    const tx = this.#database.beginMutation({ system: true });
    const text = error === null ? texts.TRANSIENT : error.message;
    system(tx, "scheduler:failed", { id, error: text }, this.#around);
    this.#announce(tx.commit());
  }

  #system(id: number, name: string, argsJson: string): EngineAnswer {
    const systemFunction = this.#systemFunctions[name];
    if (systemFunction === undefined) {
      throw new SystemFunctionError("Unknown", `There is no system function ${name}.`);
    }
    const isMutation = systemFunction.kind === "mutation";
    const tx = isMutation
      ? this.#database.beginMutation({ system: true })
      : this.#database.beginQuery({ system: true });
    try {
      // Made by JSON.stringify on the main thread.
      const args = JSON.parse(argsJson) as JSONObject;
      const context = { ...this.#around.systemContext, journal: { given: null, taken: null } };
      const value: JSONValue | undefined = systemFunction.run(tx, args, context);
      const commit = isMutation ? tx.commit() : null;
      this.#announce(commit);
      const valueJson = JSON.stringify(value ?? null);
      return { type: "system", id, ts: commit?.ts ?? tx.beginTs, valueJson };
    } finally {
      tx.rollback();
    }
  }

  #actionSyscall({ id, op, argsJson, calledByJob }: ActionSyscallMessage): EngineAnswer {
    const isMutation = actionSyscallWrites(op);
    const tx = isMutation ? this.#database.beginMutation() : this.#database.beginQuery();
    try {
      // Checked by the action worker.
      const args = JSON.parse(argsJson) as JSONObject;
      const valueJson = JSON.stringify(actionSyscall(tx, op, args, this.#around, calledByJob));
      const commit = isMutation ? tx.commit() : null;
      this.#announce(commit);
      return { type: "system", id, ts: commit?.ts ?? tx.beginTs, valueJson };
    } finally {
      tx.rollback();
    }
  }

  #announce(commit: Commit | null): void {
    if (commit !== null) {
      this.commits.push({ ts: commit.ts, writes: packWrites(commit.writes) });
    }
  }

  async #execute(
    kind: "query" | "mutation",
    request: Pick<QueryMessage, "path" | "argsJson" | "visibility">,
    options: Omit<RunOptions, "seed">,
  ): Promise<{ run: Run; answer: RunAnswer }> {
    const startedMs = performance.now();
    const seed = freshSeed();
    const run = new Run({ ...options, seed });
    this.#run = run;
    try {
      this.#active().realm.controls.begin(run.tx.nowMs, randomState(seed));
      const { path, argsJson, visibility } = request;
      const result = await this.#invoker.runRoot(run, kind, path, argsJson, visibility);
      const final = this.#overruled(run) ?? result;
      const durationMs = performance.now() - startedMs;
      const answer = final.ok
        ? succeeded(final.valueJson, run.log.lines, durationMs)
        : failedRun(final.error, run.log.lines, durationMs);
      return { run, answer };
    } finally {
      this.#clock.stop();
      this.#run = null;
    }
  }

  /** A store fault, or more time than Convex gives: the run fails whatever its function returned. */
  #overruled(run: Run): Result | null {
    if (run.fatal !== null) return { ok: false, error: { message: storeFaultText(run.fatal) } };
    const taken = this.#clock.read();
    if (taken === null || taken.userMs <= this.#userTimeMs) return null;
    // On a busy machine the clock on the wall runs while the thread waits for its turn.
    const cpuMs = this.#clock.cpuSinceStartMs() - taken.systemMs;
    if (cpuMs <= this.#userTimeMs) return null;
    return { ok: false, error: { message: texts.TIMED_OUT(this.#userTimeMs / 1_000) } };
  }
}

let seedPool = new Uint8Array(0);
let seedOffset = 0;

/** 32 secret bytes; drawn from the system 128 runs at a time. */
function freshSeed(): Uint8Array {
  if (seedOffset >= seedPool.length) {
    seedPool = randomFillSync(new Uint8Array(32 * 128));
    seedOffset = 0;
  }
  return seedPool.slice(seedOffset, (seedOffset += 32));
}

/** `Math.random` gets other bits than the key of `crypto.getRandomValues`: the former's outputs reveal its state. */
function randomState(seed: Uint8Array): Uint32Array {
  const state = new Uint32Array(4);
  const words = new Uint32Array(seed.buffer, seed.byteOffset, 8);
  for (let position = 0; position < 4; position++) {
    state[position] = Math.imul((words[position] ?? 0) ^ (words[position + 4] ?? 0), 0x9e3779b1);
  }
  return state;
}

function succeeded(valueJson: string, logLines: string[], durationMs: number): RunAnswer {
  return { ok: true, valueJson, error: null, logLines, durationMs };
}

function failedRun(error: FunctionError, logLines: string[], durationMs: number): RunAnswer {
  return { ok: false, valueJson: "null", error, logLines, durationMs };
}

function failed(id: number, error: unknown): EngineAnswer {
  if (isStoreFault(error)) {
    return {
      type: "failed",
      id,
      name: "StoreFault",
      code: "StoreFault",
      message: storeFaultText(error),
    };
  }
  const isError = error instanceof Error;
  const code: unknown = isError ? (error as { code?: unknown }).code : undefined;
  return {
    type: "failed",
    id,
    name: isError ? error.name : "Error",
    code: typeof code === "string" ? code : "InternalServerError",
    message: isError ? error.message : String(error),
  };
}
