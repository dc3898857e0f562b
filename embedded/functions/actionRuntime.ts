// Runs actions side by side in their worker: whose call is whose is known from the asynchronous context.
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { setImmediate } from "node:timers";
import type { MessagePort } from "node:worker_threads";
import { isJSONObject, type JSONObject, type JSONValue } from "../values/index.ts";
import type {
  ActionAnswerMessage,
  ActionRequestMessage,
  ActionWorkerData,
  CallResult,
  FileArgument,
  RunContext,
} from "./actionProtocol.ts";
import * as texts from "./errorTexts.ts";
import { importExternal } from "./externalModules.ts";
import { functionError } from "./functionErrors.ts";
import { answerHttp } from "./httpActions.ts";
import { LogLines } from "./logLines.ts";
import { ModuleLoader } from "./moduleLoader.ts";
import { modulesFolder, readModuleFile, readSourceMap } from "./moduleStore.ts";
import {
  createFunctionHandle,
  displayPath,
  parseFunctionPath,
  resolveFunctionAddress,
} from "./paths.ts";
import { createConsole } from "./realm/console.ts";
import { describeError } from "./realm/errors.ts";
import { requestMetadata } from "./requestMetadata.ts";
import { FrameMapper } from "./sourceMaps.ts";
import type { FunctionError } from "./types.ts";

/** One action in progress. */
export type ActionRun = {
  id: number;
  /** As the action itself learns it. */
  name: string;
  context: RunContext;
  log: LogLines;
  finished: boolean;
  /** Names of calls that have not been answered, by call number. */
  open: Map<number, string>;
  /** Fails the run from outside of its own promise. */
  fail(thrown: unknown): void;
};

type OpenCall = { resolve(result: CallResult & { ok: true }): void; reject(error: Error): void };

export class ActionRuntime {
  readonly #data: ActionWorkerData;
  readonly #port: MessagePort;
  readonly #current = new AsyncLocalStorage<ActionRun>();
  readonly #runs = new Map<number, ActionRun>();
  readonly #calls = new Map<number, OpenCall>();
  readonly #loader: ModuleLoader;
  readonly #mapper: FrameMapper;
  #nextCall = 1;

  constructor(data: ActionWorkerData, port: MessagePort) {
    this.#data = data;
    this.#port = port;
    const entries = new Map(
      data.entries
        .filter((entry) => entry.environment === data.environment)
        .map((e) => [e.path, e]),
    );
    this.#mapper = new FrameMapper((path) => readSourceMap(data.dataDir, entries.get(path)));
    this.#loader = new ModuleLoader({
      sources: {
        read: (path) => {
          const entry = entries.get(path);
          return entry === undefined ? undefined : readModuleFile(data.dataDir, entry.sha256);
        },
      },
      ...(data.environment === "node" ? { external: importExternal } : {}),
      importMeta: (meta, path) => {
        meta.url = pathToFileURL(join(modulesFolder(data.dataDir), path)).href;
      },
    });
  }

  installGlobals(): void {
    const convex = {
      syscall: (op: string) => {
        throw new Error(`Unknown operation ${op}`);
      },
      asyncSyscall: (op: string, argsJson: string) => this.#asyncSyscall(op, argsJson),
      jsSyscall: (op: string, args: Record<string, unknown>) => this.#jsSyscall(op, args),
    };
    const captured = createConsole(
      { log: (level, values) => this.#current.getStore()?.log.print(level, values) },
      () => Date.now(),
    );
    define({ Convex: convex, console: captured, AsyncLocalStorage });
  }

  receive(message: ActionRequestMessage): void {
    switch (message.type) {
      case "run":
        void this.#runAction(message);
        return;
      case "http":
        void this.#runHttp(message);
        return;
      case "answer": {
        const call = this.#calls.get(message.callId);
        this.#calls.delete(message.callId);
        if (message.result.ok) call?.resolve(message.result);
        else call?.reject(callError(message.result));
        return;
      }
      case "abandon": {
        const run = this.#runs.get(message.id);
        if (run !== undefined) run.finished = true;
        return;
      }
      case "ping":
        this.#send({ type: "pong", number: message.number });
        return;
    }
  }

  /** Fails the run to which it belongs; without one there is nobody to tell but the operator. */
  unhandledRejection(thrown: unknown): void {
    const run = this.#current.getStore();
    if (run !== undefined) run.fail(thrown);
    else process.stderr.write(`Unhandled rejection in an action: ${describeError(thrown)}\n`);
  }

  async #runAction(message: Extract<ActionRequestMessage, { type: "run" }>): Promise<void> {
    const { id, path, argsJson, context } = message;
    const result = await this.#within(id, path, context, async () => {
      const parsed = parseFunctionPath(path);
      if (parsed === null) throw new Error(`${path} is not a valid path to a Convex function.`);
      const target = (await this.#loader.load(parsed.modulePath))[parsed.exportName] as
        { invokeAction(requestId: string, argsJson: string): Promise<string> } | undefined;
      if (target === undefined) throw new Error(texts.missingExport(parsed));
      return target.invokeAction(context.requestId, `[${argsJson}]`);
    });
    const { logLines, error } = result;
    this.#send({
      type: "done",
      id,
      ok: error === null,
      valueJson: error === null ? String(result.value) : "null",
      error,
      logLines,
    });
  }

  async #runHttp(message: Extract<ActionRequestMessage, { type: "http" }>): Promise<void> {
    const { id, context } = message;
    let route: string | null = null;
    const name = `${message.method} ${new URL(message.url).pathname}`;
    const result = await this.#within(id, name, context, async (run) => {
      const router = (await this.#loader.load("http.js")).default;
      return answerHttp(router, message, (matched) => {
        route = matched;
        run.name = matched;
      });
    });
    const { logLines, error } = result;
    const answer = error === null ? result.value : httpFailure(error, context.requestId);
    const stream = answer.body instanceof ReadableStream ? [answer.body] : [];
    const response: ActionAnswerMessage = {
      type: "response",
      id,
      ...answer,
      route,
      error,
      logLines,
    };
    this.#port.postMessage(response, stream as never[]);
  }

  /** Runs `body` as a run of its own and reports how it ended. */
  async #within<T>(
    id: number,
    name: string,
    context: RunContext,
    body: (run: ActionRun) => Promise<T>,
  ): Promise<
    { value: T; error: null; logLines: string[] } | { error: FunctionError; logLines: string[] }
  > {
    const log = new LogLines();
    let fail: (thrown: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const run: ActionRun = { id, name, context, log, finished: false, open: new Map(), fail };
    this.#runs.set(id, run);
    try {
      const value = await Promise.race([this.#current.run(run, () => body(run)), failed]);
      // Rejections that nobody handled are told of before the next turn.
      await Promise.race([nextTurn(), failed]);
      if (run.open.size > 0) log.add(unawaited([...run.open.values()]));
      return { value, error: null, logLines: log.lines };
    } catch (thrown) {
      return { error: functionError(thrown, describeError, this.#mapper), logLines: log.lines };
    } finally {
      run.finished = true;
      this.#runs.delete(id);
    }
  }

  #asyncSyscall(op: string, argsJson: string): Promise<string> {
    const run = this.#current.getStore();
    if (run === undefined || run.finished) return Promise.reject(new Error(texts.DANGLING));
    try {
      const local = this.#answerHere(run, op, argsJson);
      if (local !== undefined) return Promise.resolve(JSON.stringify(local));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    return this.#call(run, op, argsJson).then(({ valueJson }) => valueJson);
  }

  /** What needs no database; undefined for everything else. */
  #answerHere(run: ActionRun, op: string, argsJson: string): JSONValue | undefined {
    switch (op) {
      case "1.0/getUserIdentity": {
        const { identity } = run.context;
        if (identity.kind === "invalid") throw new Error(identity.message);
        if (identity.kind === "user") return identity.attributes;
        return identity.kind === "admin" ? (identity.acting ?? null) : null;
      }
      case "1.0/createFunctionHandle":
        return createFunctionHandle(resolveFunctionAddress(parseObject(argsJson)));
      case "1.0/getFunctionMetadata": {
        const path = parseFunctionPath(run.name);
        return { name: path === null ? run.name : displayPath(path), componentPath: "" };
      }
      case "1.0/getDeploymentMetadata":
        return { name: this.#data.deploymentName, region: null, class: "s16" };
      case "1.0/getRequestMetadata": {
        const { client, requestId, scheduledId } = run.context;
        return requestMetadata(client, requestId, scheduledId);
      }
      default:
        return undefined;
    }
  }

  async #jsSyscall(op: string, args: Record<string, unknown>): Promise<unknown> {
    const run = this.#current.getStore();
    if (run === undefined || run.finished) throw new Error(texts.DANGLING);
    switch (op) {
      case "storage/storeBlob": {
        const blob = args.blob as Blob;
        const options = args.options as { sha256?: string } | undefined;
        const file: FileArgument = {
          bytes: new Uint8Array(await blob.arrayBuffer()),
          contentType: blob.type === "" ? null : blob.type,
          sha256Base64: options?.sha256 ?? null,
        };
        return JSON.parse((await this.#call(run, op, "{}", file)).valueJson) as string;
      }
      case "storage/getBlob": {
        const storageId = JSON.stringify({ storageId: args.storageId });
        const { file } = await this.#call(run, op, storageId);
        if (file === null || file === undefined) return null;
        return new Blob([file.bytes as Uint8Array<ArrayBuffer>], { type: file.contentType ?? "" });
      }
      default:
        throw new Error(`Unknown operation ${op}`);
    }
  }

  #call(
    run: ActionRun,
    op: string,
    argsJson: string,
    file?: FileArgument,
  ): Promise<CallResult & { ok: true }> {
    const callId = this.#nextCall++;
    run.open.set(callId, op.replace("1.0/", "").replace("actions/", ""));
    return new Promise<CallResult & { ok: true }>((resolve, reject) => {
      this.#calls.set(callId, { resolve, reject });
      const message: ActionAnswerMessage = {
        ...{ type: "call", id: run.id, callId, op, argsJson },
        ...(file === undefined ? {} : { file }),
      };
      this.#port.postMessage(message, file === undefined ? [] : [file.bytes.buffer as ArrayBuffer]);
    }).finally(() => run.open.delete(callId));
  }

  #send(message: ActionAnswerMessage): void {
    this.#port.postMessage(message);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function define(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}

function callError({ message, dataJson }: Extract<CallResult, { ok: false }>): Error {
  const error = new Error(message);
  if (dataJson !== undefined) Object.assign(error, { data: JSON.parse(dataJson) as JSONValue });
  return error;
}

function unawaited(names: string[]): string {
  return (
    `[WARN] ${names.length} unawaited operation${names.length === 1 ? "" : "s"}: [${names.join(", ")}]. ` +
    "Async operations should be awaited or they might not run. " +
    "See https://docs.convex.dev/functions/actions#dangling-promises for more information."
  );
}

function httpFailure(error: FunctionError, requestId: string) {
  const body = {
    code: `[Request ID: ${requestId}] Server Error: ${error.message}`,
    trace: error.frames ?? "",
    ...(error.data === undefined ? {} : { data: error.data }),
  };
  return {
    status: 500,
    headers: [["content-type", "application/json"]] as [string, string][],
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}

function parseObject(json: string): JSONObject {
  const value: unknown = JSON.parse(json);
  if (!isJSONObject(value)) throw new Error("The arguments of an operation must be an object.");
  return value;
}
