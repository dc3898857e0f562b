// Actions seen from the main thread: runs them in their workers, and answers what they ask for while they run.
import { isJSONObject, type JSONObject, type JSONValue } from "../values/index.ts";
import { isActionDatabaseCall } from "./actionOperations.ts";
import { ActionPool, type ActionCall, type ActionPoolOptions } from "./actionPool.ts";
import type { CallResult } from "./actionProtocol.ts";
import type { EngineThread } from "./engineThread.ts";
import * as texts from "./errorTexts.ts";
import { errorText } from "./functionErrors.ts";
import type { FunctionTable } from "./functionTable.ts";
import { plain } from "./httpActions.ts";
import { newRequestId, outcome } from "./outcomes.ts";
import { canonicalPath, resolveFunctionAddress } from "./paths.ts";
import type { DeploymentInfo, PreparedAction, RunAnswer } from "./protocol.ts";
import type { RunLog } from "./runLog.ts";
import type {
  ActionOutcome,
  ActionRequest,
  EngineOptions,
  FunctionLogEntry,
  HttpActionRequest,
  HttpActionResponse,
  MutationOutcome,
  MutationRequest,
  Outcome,
  QueryOutcome,
  QueryRequest,
  Visibility,
} from "./types.ts";
import { mayExceedLimit } from "./valueLimits.ts";
import { failedRun } from "./workerAnswers.ts";

/**
 * So long a chain may be in which each action has called the next and waits for it. Convex has no number for it, but
 * lets only 64 actions run at once, so that a longer one could not run there.
 */
const LONGEST_ACTION_CHAIN = 64;

type Caller = FunctionLogEntry["caller"];

export type EngineActionsOptions = Omit<ActionPoolOptions, "onCall"> & {
  services: EngineOptions["services"];
  log: RunLog;
  table(): FunctionTable;
  send: EngineThread["send"];
  runQueries(requests: QueryRequest[], caller: Caller): Promise<{ results: QueryOutcome[] }>;
  runMutation(request: MutationRequest, caller: Caller): Promise<MutationOutcome>;
};

export class EngineActions {
  readonly #options: EngineActionsOptions;
  readonly #pool: ActionPool;

  constructor(options: EngineActionsOptions) {
    this.#options = options;
    const { dataDir, deploymentName, limits } = options;
    const onCall = (call: ActionCall) => this.#answerAction(call);
    this.#pool = new ActionPool({ dataDir, deploymentName, limits, onCall });
  }

  use(info: DeploymentInfo): void {
    this.#pool.use(info);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async run(
    request: ActionRequest,
    caller: FunctionLogEntry["caller"] = "Client",
  ): Promise<ActionOutcome> {
    const { path, args, identity, visibility, scheduledId, client, cron } = request;
    const requestId = client?.requestId ?? newRequestId();
    const argsJson = JSON.stringify(args);
    const startedMs = performance.now();
    const prepared = await this.#prepareAction(path, argsJson, visibility);
    if (!prepared.ok) return outcome(failedRun(prepared.error, [], 0), {});
    const context = {
      ...{ identity, requestId, scheduledId: scheduledId ?? null, client: client ?? {} },
      job: scheduledId ?? request.calledByJob ?? null,
      depth: request.depth ?? 0,
    };
    const canonical = canonicalPath(prepared.path);
    const run = { type: "run" as const, path: canonical, argsJson, context };
    const done = await (caller === "Action"
      ? this.#pool.runNested(prepared.environment, run)
      : this.#pool.run(prepared.environment, run));
    const durationMs = performance.now() - startedMs;
    let answer: RunAnswer;
    if (done.type === "lost") answer = failedRun(done.error, [], durationMs);
    else if (done.type === "done") answer = { ...done, durationMs };
    else throw new Error("The action worker gave another kind of answer.");
    if (answer.ok && (prepared.checksReturns || mayExceedLimit(answer.valueJson))) {
      const wrong = await this.#checkReturns(canonical, answer.valueJson);
      if (wrong !== null) {
        answer = { ...answer, ok: false, valueJson: "null", error: { message: wrong } };
      }
    }
    const from = scheduledId === undefined ? (cron === undefined ? caller : "Cron") : "Scheduler";
    this.#options.log.run(path, "Action", from, requestId, answer);
    return outcome(answer, {});
  }

  async runHttp(request: HttpActionRequest): Promise<HttpActionResponse> {
    if (!this.#options.table().hasModule("http.js")) {
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
    const done = await this.#pool.run(
      "isolate",
      { type: "http", method, url, headers, body, context },
      body instanceof ReadableStream ? [body] : [],
    );
    if (done.type === "done") throw new Error("The action worker gave another kind of answer.");
    const durationMs = performance.now() - startedMs;
    if (done.type === "lost") {
      const { error } = done;
      this.#options.log.http(
        `${method} ${new URL(url).pathname}`,
        requestId,
        durationMs,
        [],
        error,
      );
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
    this.#options.log.http(identifier, requestId, durationMs, logLines, error);
    return {
      ...{ status, headers: done.headers, body: done.body, logLines },
      ...(error === null ? {} : { error }),
    };
  }

  async #prepareAction(
    path: string,
    argsJson: string,
    visibility: Visibility,
  ): Promise<PreparedAction> {
    const answer = await this.#options.send({ type: "prepareAction", path, argsJson, visibility });
    if (answer.type !== "done") throw new Error("The engine gave another kind of answer.");
    // Made by `Invoker.prepareAction`.
    return answer.value as unknown as PreparedAction;
  }

  async #checkReturns(path: string, valueJson: string): Promise<string | null> {
    const answer = await this.#options.send({ type: "checkReturns", path, valueJson });
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
        const answer = await this.#options.send({
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
      } = await this.#options.runQueries([request], "Action"));
    } else if (op === "1.0/actions/mutation") {
      result = await this.#options.runMutation(request, "Action");
    } else {
      const depth = context.depth + 1;
      if (depth >= LONGEST_ACTION_CHAIN) throw new Error(texts.tooDeep(LONGEST_ACTION_CHAIN));
      result = await this.run({ ...request, depth }, "Action");
    }
    if (result === undefined) throw new Error(texts.TRANSIENT);
    if (result.ok) return { ok: true, valueJson: result.valueJson };
    const { data } = result.error;
    return {
      ...{ ok: false, message: errorText(result.error) },
      ...(data === undefined ? {} : { dataJson: JSON.stringify(data) }),
    };
  }
}

function noFiles(): Error {
  return new Error("This backend was started without file storage.");
}

function textOf(value: JSONValue | undefined): string {
  if (typeof value === "string") return value;
  throw new Error("A storage id must be a string.");
}
