// The engine on the main thread: takes requests for functions, hands them to the workers, reports commits and logs.
import { join } from "node:path";
import { copyDatabase, DATABASE_FILE } from "../database/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";
import { analyzePush } from "./analysis.ts";
import { EngineActions } from "./engineActions.ts";
import { EngineFailure, EngineThread } from "./engineThread.ts";
import { FunctionTable } from "./functionTable.ts";
import { Listeners } from "./listeners.ts";
import { newRequestId, outcome } from "./outcomes.ts";
import {
  unpackReadSet,
  unpackWrites,
  type CommitMessage,
  type DeploymentInfo,
  type MutationMessage,
} from "./protocol.ts";
import { RunLog } from "./runLog.ts";
import {
  SystemFunctionError,
  type ActionOutcome,
  type ActionRequest,
  type Commit,
  type Engine,
  type EngineLimits,
  type EngineOptions,
  type FunctionLogEntry,
  type HttpActionRequest,
  type HttpActionResponse,
  type ModuleAnalysis,
  type MutationOutcome,
  type MutationRequest,
  type PushedModule,
  type QueryOutcome,
  type QueryRequest,
  type Visibility,
} from "./types.ts";

/**
 * Convex's own limits (CONVEX-RUNTIME 4.7). Its memory limits are 64 MB in the default runtime and 512 in Node for each
 * run; here the engine's is for one run, the actions' for all that run at the same time in one environment.
 */
export const DEFAULT_ENGINE_LIMITS: EngineLimits = {
  userTimeMs: 1_000,
  systemTimeMs: 15_000,
  actionTimeMs: 30 * 60_000,
  nodeActionTimeMs: 10 * 60_000,
  actionsAtOnce: 64,
  engineHeapMb: 512,
  actionHeapMb: 1_024,
  databaseBytes: Infinity,
};

/** Opens the database in its worker and loads the push in force. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const engine = new WorkerEngine(options);
  await engine.start();
  return engine;
}

class WorkerEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #thread: EngineThread;
  readonly #actions: EngineActions;
  readonly #onCommit = new Listeners<Commit>();
  readonly #onInvalidateAll = new Listeners<void>();
  readonly #log = new RunLog(() => this.#table);
  #table = new FunctionTable([]);
  #info: DeploymentInfo = { entries: [], variables: {} };
  #latestTs = 0n;

  constructor(options: EngineOptions) {
    this.#options = options;
    const limits = { ...DEFAULT_ENGINE_LIMITS, ...options.limits };
    const { dataDir, cloudUrl, siteUrl } = options;
    const deploymentName = "embedded";
    this.#thread = new EngineThread({
      workerUrl: options.workerUrl,
      data: { dataDir, cloudUrl, siteUrl, deploymentName },
      limits,
      onCommits: (commits) => this.#announce(commits),
      onLost: () => this.#onInvalidateAll.tell(),
    });
    this.#actions = new EngineActions({
      ...{ dataDir, deploymentName, limits, services: options.services, log: this.#log },
      table: () => this.#table,
      send: (request) => this.#thread.send(request),
      runQueries: (requests, caller) => this.runQueries(requests, caller),
      runMutation: (request, caller) => this.runMutation(request, caller),
    });
  }

  async start(): Promise<void> {
    this.#use(await this.#thread.start());
    // Clients that come back after a restart have seen the last run's commits.
    await this.runQueries([]);
  }

  async runQueries(
    requests: QueryRequest[],
    caller: FunctionLogEntry["caller"] = "Client",
  ): Promise<{ ts: bigint; results: QueryOutcome[] }> {
    const answer = await this.#thread.send({
      type: "queries",
      requests: requests.map(({ path, args, identity, journal, visibility }) => ({
        ...{ path, argsJson: JSON.stringify(args), identity, visibility },
        journal: journal ?? null,
      })),
    });
    if (answer.type !== "queries") throw new Error("The engine gave another kind of answer.");
    const results = answer.results.map((result, position) => {
      this.#log.run(requests[position]?.path ?? "", "Query", caller, newRequestId(), result);
      const { journal, usedIdentity, usedTimeOrRandomness, wasEnded = false } = result;
      return outcome(result, {
        readSet: unpackReadSet(result.readSet),
        ...{ journal, usedIdentity, usedTimeOrRandomness, wasEnded },
      });
    });
    return { ts: this.#noteTs(answer.ts), results };
  }

  async runMutation(
    request: MutationRequest,
    caller: FunctionLogEntry["caller"] = "Client",
  ): Promise<MutationOutcome> {
    const { path, args, identity, visibility, session, scheduledId, client, cron } = request;
    const { calledByJob } = request;
    const requestId = client?.requestId ?? newRequestId();
    const argsJson = JSON.stringify(args);
    const message: Omit<MutationMessage, "id"> = {
      type: "mutation",
      path,
      argsJson,
      identity,
      visibility,
      requestId,
    };
    if (session !== undefined) message.session = session;
    if (scheduledId !== undefined) message.scheduledId = scheduledId;
    if (calledByJob !== undefined) message.calledByJob = calledByJob;
    if (client !== undefined) message.client = client;
    const answer = await this.#thread.send(message);
    if (answer.type !== "mutation") throw new Error("The engine gave another kind of answer.");
    if (!answer.replayed) {
      const from = scheduledId === undefined ? (cron === undefined ? caller : "Cron") : "Scheduler";
      this.#log.run(path, "Mutation", from, requestId, answer.result);
    }
    const latestTs = this.#noteTs(answer.ts);
    return outcome(answer.result, { ts: answer.ts > 0n ? answer.ts : latestTs });
  }

  runAction(request: ActionRequest): Promise<ActionOutcome> {
    return this.#actions.run(request);
  }

  runHttpAction(request: HttpActionRequest): Promise<HttpActionResponse> {
    return this.#actions.runHttp(request);
  }

  functionKind(path: string, visibility: Visibility) {
    const entry = this.#table.find(path);
    const visible = entry !== undefined && (visibility === "any" || entry.isPublic);
    return Promise.resolve(visible ? entry.kind : null);
  }

  async callSystem(name: string, args: JSONObject): Promise<{ value: JSONValue; ts: bigint }> {
    const argsJson = JSON.stringify(args);
    try {
      const answer = await this.#thread.send({ type: "system", name, argsJson });
      if (answer.type !== "system") throw new Error("The engine gave another kind of answer.");
      // Made by JSON.stringify in the worker.
      return { value: JSON.parse(answer.valueJson) as JSONValue, ts: answer.ts };
    } catch (error) {
      if (error instanceof EngineFailure) throw new SystemFunctionError(error.code, error.message);
      throw error;
    }
  }

  latestTs(): bigint {
    return this.#latestTs;
  }

  onCommit(listener: (commit: Commit) => void) {
    return this.#onCommit.add(listener);
  }

  onInvalidateAll(listener: () => void) {
    return this.#onInvalidateAll.add(listener);
  }

  onLog(listener: (entry: FunctionLogEntry) => void) {
    return this.#log.add(listener);
  }

  analyze(bundle: PushedModule[]): Promise<ModuleAnalysis> {
    const { actionHeapMb } = { ...DEFAULT_ENGINE_LIMITS, ...this.#options.limits };
    return analyzePush(bundle, { variables: this.#info.variables, heapMb: actionHeapMb });
  }

  async activate(): Promise<void> {
    this.#use(await this.#thread.activate());
    this.#onInvalidateAll.tell();
  }

  environmentChanged(): Promise<void> {
    // Modules may have looked at the variables when they were loaded.
    return this.activate();
  }

  async backup(path: string): Promise<void> {
    await copyDatabase(join(this.#options.dataDir, DATABASE_FILE), path);
  }

  async close(): Promise<void> {
    await this.#actions.close();
    await this.#thread.close();
  }

  #use(info: DeploymentInfo): void {
    this.#info = info;
    this.#table = new FunctionTable(info.entries);
    this.#actions.use(info);
  }

  /** A replaced worker may answer from commits that its predecessor could not announce any more. */
  #noteTs(ts: bigint): bigint {
    if (ts > this.#latestTs) this.#latestTs = ts;
    return this.#latestTs;
  }

  #announce(commits: CommitMessage[]): void {
    for (const { ts, writes, changedWholeTables } of commits) {
      this.#latestTs = ts;
      this.#onCommit.tell({ ts, writes: unpackWrites(writes) });
      if (changedWholeTables) this.#onInvalidateAll.tell();
    }
  }
}
