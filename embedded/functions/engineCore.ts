// What the engine worker does with one request: opens a transaction, runs the function, answers.
import type { Database } from "../database/index.ts";
import { type Commit, type Transaction } from "../database/index.ts";
import type { JSONObject } from "../values/index.ts";
import { loadDeployment } from "./deployment.ts";
import * as texts from "./errorTexts.ts";
import { expectedError, storeFaultText } from "./failures.ts";
import { Invoker, type Deployment, type Result } from "./invocation.ts";
import {
  packReadSet,
  packWrites,
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
import { freshSeed, randomState } from "./seeds.ts";
import { system, type SyscallSurroundings } from "./syscalls.ts";
import { actionSyscallWrites } from "./actionDatabaseCalls.ts";
import { SystemRequests } from "./systemRequests.ts";
import type { FunctionError, SystemFunctions } from "./types.ts";
import { failed, failedRun, succeeded } from "./workerAnswers.ts";

export class EngineCore {
  readonly #database: Database;
  readonly #systemFunctions: SystemFunctions;
  readonly #around: SyscallSurroundings;
  readonly #clock: RunClock;
  readonly #userTimeMs: number;
  readonly #invoker: Invoker;
  readonly #systemRequests: SystemRequests;
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
    this.#systemRequests = new SystemRequests(database, this.#around, (commit) => {
      this.#announce(commit);
    });
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
          return this.#ownWork(request, () => this.#systemRequests.system(request));
        case "actionSyscall":
          return this.#ownWork(request, () => this.#systemRequests.actionSyscall(request));
        case "activate": {
          const { deployment, info } = await this.#load();
          this.#deployment = deployment;
          return { type: "done", id: request.id, value: info as unknown as JSONObject };
        }
        case "prepareAction":
          return this.#ownWork(request, () => this.#prepareAction(request));
        case "checkReturns":
          return this.#ownWork(request, () =>
            this.#checkReturns(request.id, request.path, request.valueJson),
          );
        case "close":
          this.#database.close();
          return { type: "done", id: request.id, value: null };
      }
    } catch (error) {
      return failed(request.id, error);
    }
  }

  /** The main thread sees what the worker was at when it is lost. */
  #ownWork<T>({ id }: { id: number }, work: () => T, position = 0): T {
    this.#clock.startOwn(id, position);
    try {
      return work();
    } finally {
      this.#clock.stop();
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
          isSystem
            ? this.#ownWork({ id }, () => this.#systemRequests.query(tx, request), position)
            : await this.#query(id, position, tx, request),
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

  #announce(commit: Commit | null): void {
    if (commit !== null) {
      const { ts, writes, changedWholeTables = false } = commit;
      this.commits.push({ ts, writes: packWrites(writes), changedWholeTables });
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
