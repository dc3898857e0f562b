// The engine on the main thread: takes requests for functions, hands them to the workers, reports commits and logs.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { copyDatabase, DATABASE_FILE } from "../database/index.ts";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/index.ts";
import { analyzePush } from "./analysis.ts";
import { ActionPool, type ActionCall } from "./actionPool.ts";
import type { CallResult } from "./actionProtocol.ts";
import { isActionDatabaseCall } from "./actionOperations.ts";
import { EngineFailure, EngineThread } from "./engineThread.ts";
import * as texts from "./errorTexts.ts";
import { errorText } from "./functionErrors.ts";
import { FunctionTable } from "./functionTable.ts";
import { plain } from "./httpActions.ts";
import { canonicalPath, parseFunctionPath, resolveFunctionAddress } from "./paths.ts";
import {
  unpackReadSet,
  unpackWrites,
  type CommitMessage,
  type DeploymentInfo,
  type MutationMessage,
  type PreparedAction,
  type RunAnswer,
} from "./protocol.ts";
import {
  SystemFunctionError,
  type ActionOutcome,
  type ActionRequest,
  type Commit,
  type Engine,
  type EngineLimits,
  type EngineOptions,
  type FunctionError,
  type FunctionLogEntry,
  type HttpActionRequest,
  type HttpActionResponse,
  type ModuleAnalysis,
  type MutationOutcome,
  type MutationRequest,
  type Outcome,
  type PushedModule,
  type QueryOutcome,
  type QueryRequest,
  type Visibility,
} from "./types.ts";
import { mayExceedLimit } from "./valueLimits.ts";

/**
 * So long a chain may be in which each action has called the next and waits for it. Convex has no number for it, but
 * lets only 64 actions run at once, so that a longer one could not run there.
 */
const LONGEST_ACTION_CHAIN = 64;
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
  readonly #actions: ActionPool;
  readonly #onCommit = new Listeners<Commit>();
  readonly #onInvalidateAll = new Listeners<void>();
  readonly #onLog = new Listeners<FunctionLogEntry>();
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
    this.#actions = new ActionPool({
      dataDir,
      deploymentName,
      limits,
      onCall: (call) => this.#answerAction(call),
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
      this.#logRun(requests[position]?.path ?? "", "Query", caller, newRequestId(), result);
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
    const message: Omit<MutationMessage, "id"> = {
      ...{
        type: "mutation",
        path,
        argsJson: JSON.stringify(args),
        identity,
        visibility,
        requestId,
      },
      ...(session === undefined ? {} : { session }),
      ...(scheduledId === undefined ? {} : { scheduledId }),
      ...(calledByJob === undefined ? {} : { calledByJob }),
      ...(client === undefined ? {} : { client }),
    };
    const answer = await this.#thread.send(message);
    if (answer.type !== "mutation") throw new Error("The engine gave another kind of answer.");
    if (!answer.replayed) {
      const from = scheduledId === undefined ? (cron === undefined ? caller : "Cron") : "Scheduler";
      this.#logRun(path, "Mutation", from, requestId, answer.result);
    }
    const latestTs = this.#noteTs(answer.ts);
    return outcome(answer.result, { ts: answer.ts > 0n ? answer.ts : latestTs });
  }

  async runAction(
    request: ActionRequest,
    caller: FunctionLogEntry["caller"] = "Client",
  ): Promise<ActionOutcome> {
    const { path, args, identity, visibility, scheduledId, client, cron } = request;
    const requestId = client?.requestId ?? newRequestId();
    const argsJson = JSON.stringify(args);
    const startedMs = performance.now();
    const prepared = await this.#prepareAction(path, argsJson, visibility);
    if (!prepared.ok) return outcome(failedRun(prepared.error), {});
    const context = {
      ...{ identity, requestId, scheduledId: scheduledId ?? null, client: client ?? {} },
      job: scheduledId ?? request.calledByJob ?? null,
      depth: request.depth ?? 0,
    };
    const canonical = canonicalPath(prepared.path);
    const run = { type: "run" as const, path: canonical, argsJson, context };
    const done = await (caller === "Action"
      ? this.#actions.runNested(prepared.environment, run)
      : this.#actions.run(prepared.environment, run));
    const durationMs = performance.now() - startedMs;
    let answer: RunAnswer;
    if (done.type === "lost") answer = { ...failedRun(done.error), durationMs };
    else if (done.type === "done") answer = { ...done, durationMs };
    else throw new Error("The action worker gave another kind of answer.");
    if (answer.ok && (prepared.checksReturns || mayExceedLimit(answer.valueJson))) {
      const wrong = await this.#checkReturns(canonical, answer.valueJson);
      if (wrong !== null) {
        answer = { ...answer, ok: false, valueJson: "null", error: { message: wrong } };
      }
    }
    const from = scheduledId === undefined ? (cron === undefined ? caller : "Cron") : "Scheduler";
    this.#logRun(path, "Action", from, requestId, answer);
    return outcome(answer, {});
  }

  async runHttpAction(request: HttpActionRequest): Promise<HttpActionResponse> {
    if (!this.#table.hasModule("http.js")) {
      return {
        ...plain(404, "This Convex deployment does not have HTTP actions enabled."),
        logLines: [],
      };
    }
    const { method, url, headers, body, identity, client } = request;
    const requestId = client?.requestId ?? newRequestId();
    const startedMs = performance.now();
    const context = {
      ...{ identity, requestId, scheduledId: null, job: null, client: client ?? {}, depth: 0 },
    };
    const done = await this.#actions.run(
      "isolate",
      { type: "http", method, url, headers, body, context },
      body instanceof ReadableStream ? [body] : [],
    );
    if (done.type === "done") throw new Error("The action worker gave another kind of answer.");
    const durationMs = performance.now() - startedMs;
    if (done.type === "lost") {
      const { error } = done;
      this.#logHttp(`${method} ${new URL(url).pathname}`, requestId, durationMs, [], error);
      const code = `[Request ID: ${requestId}] Server Error: ${error.message}`;
      return {
        status: 500,
        headers: [["content-type", "application/json"]],
        body: new TextEncoder().encode(JSON.stringify({ code, trace: "" })),
        logLines: [],
        error,
      };
    }
    const { status, logLines, error, route } = done;
    const identifier = route ?? `${method} ${new URL(url).pathname}`;
    this.#logHttp(identifier, requestId, durationMs, logLines, error);
    return {
      ...{ status, headers: done.headers, body: done.body, logLines },
      ...(error === null ? {} : { error }),
    };
  }

  functionKind(path: string, visibility: Visibility) {
    const parsed = parseFunctionPath(path);
    const entry = parsed === null ? undefined : this.#table.get(parsed);
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
    return this.#onLog.add(listener);
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

  async #prepareAction(
    path: string,
    argsJson: string,
    visibility: Visibility,
  ): Promise<PreparedAction> {
    const answer = await this.#thread.send({ type: "prepareAction", path, argsJson, visibility });
    if (answer.type !== "done") throw new Error("The engine gave another kind of answer.");
    // Made by `Invoker.prepareAction`.
    return answer.value as unknown as PreparedAction;
  }

  async #checkReturns(path: string, valueJson: string): Promise<string | null> {
    const answer = await this.#thread.send({ type: "checkReturns", path, valueJson });
    return answer.type === "done" && typeof answer.value === "string" ? answer.value : null;
  }

  /** What a running action asks for; every answer is for the action, none is thrown here. */
  async #answerAction(call: ActionCall): Promise<CallResult> {
    try {
      return await this.#actionCall(call);
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }

  async #actionCall({ op, argsJson, file, context }: ActionCall): Promise<CallResult> {
    const args = JSON.parse(argsJson) as JSONValue;
    if (!isJSONObject(args)) throw new Error("The arguments of an operation must be an object.");
    const { services } = this.#options;
    switch (op) {
      case "1.0/actions/query":
      case "1.0/actions/mutation":
      case "1.0/actions/action":
        return this.#nestedCall(op, args, context);
      case "storage/storeBlob": {
        if (services?.storeFile === undefined || file === undefined) throw noFiles();
        return { ok: true, valueJson: JSON.stringify(await services.storeFile(file)) };
      }
      case "storage/getBlob": {
        if (services?.readFile === undefined) throw noFiles();
        return {
          ok: true,
          valueJson: "null",
          file: await services.readFile(textOf(args.storageId)),
        };
      }
      default: {
        if (!isActionDatabaseCall(op)) throw new Error(`Unknown async operation ${op}`);
        const answer = await this.#thread.send({
          ...{ type: "actionSyscall", op, argsJson, calledByJob: context.job },
        });
        if (answer.type !== "system") throw new Error("The engine gave another kind of answer.");
        return { ok: true, valueJson: answer.valueJson };
      }
    }
  }

  async #nestedCall(
    op: string,
    args: JSONObject,
    context: ActionCall["context"],
  ): Promise<CallResult> {
    const request = {
      path: canonicalPath(resolveFunctionAddress(args)),
      args: isJSONObject(args.args) ? args.args : {},
      identity: context.identity,
      visibility: "any" as const,
      client: { ...context.client, requestId: context.requestId },
      ...(context.job === null ? {} : { calledByJob: context.job }),
    };
    let result: Outcome | undefined;
    if (op === "1.0/actions/query") {
      ({
        results: [result],
      } = await this.runQueries([request], "Action"));
    } else if (op === "1.0/actions/mutation") {
      result = await this.runMutation(request, "Action");
    } else {
      const depth = context.depth + 1;
      if (depth >= LONGEST_ACTION_CHAIN) throw new Error(texts.tooDeep(LONGEST_ACTION_CHAIN));
      result = await this.runAction({ ...request, depth }, "Action");
    }
    if (result === undefined) throw new Error(texts.TRANSIENT);
    if (result.ok) return { ok: true, valueJson: result.valueJson };
    const { data } = result.error;
    return {
      ...{ ok: false, message: errorText(result.error) },
      ...(data === undefined ? {} : { dataJson: JSON.stringify(data) }),
    };
  }

  #logRun(
    path: string,
    kind: "Query" | "Mutation" | "Action",
    caller: FunctionLogEntry["caller"],
    requestId: string,
    { logLines, durationMs, error }: RunAnswer,
  ): void {
    if (this.#onLog.empty || path.startsWith("_system/")) return;
    const parsed = parseFunctionPath(path);
    this.#onLog.tell({
      identifier: parsed === null ? path : canonicalPath(parsed),
      ...{ kind, caller, logLines, durationMs, requestId },
      environment:
        (parsed === null ? undefined : this.#table.get(parsed))?.environment ?? "isolate",
      timestampMs: Date.now(),
      error: error === null ? null : errorText(error),
    });
  }

  #logHttp(
    identifier: string,
    requestId: string,
    durationMs: number,
    logLines: string[],
    error: FunctionError | null,
  ): void {
    this.#onLog.tell({
      ...{ identifier, kind: "HttpAction", environment: "isolate", caller: "HttpEndpoint" },
      ...{ logLines, durationMs, requestId, timestampMs: Date.now() },
      error: error === null ? null : errorText(error),
    });
  }
}

class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  get empty(): boolean {
    return this.#listeners.size === 0;
  }

  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}

let requestIdPool = Buffer.alloc(0);

/** 16 hex digits, as Convex shows them in error texts. Drawn from the system many at a time. */
function newRequestId(): string {
  if (requestIdPool.length < 8) requestIdPool = randomBytes(8 * 512);
  const id = requestIdPool.toString("hex", 0, 8);
  requestIdPool = requestIdPool.subarray(8);
  return id;
}

function noFiles(): Error {
  return new Error("This backend was started without file storage.");
}

function textOf(value: JSONValue | undefined): string {
  if (typeof value === "string") return value;
  throw new Error("A storage id must be a string.");
}

function failedRun(error: FunctionError): RunAnswer {
  return { ok: false, valueJson: "null", error, logLines: [], durationMs: 0 };
}

function outcome<Extra extends object>(answer: RunAnswer, extra: Extra): Outcome<Extra> {
  const { logLines } = answer;
  if (answer.ok) return Object.assign(new LazySuccess(answer.valueJson), { logLines }, extra);
  return { ok: false, error: answer.error ?? { message: texts.TRANSIENT }, logLines, ...extra };
}

/** Most values are only passed on as text; those that are looked at are parsed then. */
class LazySuccess {
  readonly ok = true as const;
  readonly valueJson: string;
  #value: JSONValue | undefined;

  constructor(valueJson: string) {
    this.valueJson = valueJson;
  }

  get value(): JSONValue {
    // Made by `convex/server` in the worker.
    this.#value ??= JSON.parse(this.valueJson) as JSONValue;
    return this.#value;
  }
}
