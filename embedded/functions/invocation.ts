// Runs queries and mutations in their realm: checks arguments and results, nested calls, and when a run is over.
import { AsyncLocalStorage } from "node:async_hooks";
import { jsonToConvex, type Value } from "convex/values";
import {
  isJSONObject,
  validateValue,
  valueSize,
  type JSONObject,
  type JSONValue,
  type ValidatorJSON,
} from "../values/index.ts";
import type { Transaction } from "../database/index.ts";
import * as texts from "./errorTexts.ts";
import { expectedError, isStoreFault, storeFaultText } from "./failures.ts";
import { errorText, functionError } from "./functionErrors.ts";
import type { FunctionEntry, FunctionTable } from "./functionTable.ts";
import type { ModuleLoader } from "./moduleLoader.ts";
import { resolveFunctionAddress } from "./paths.ts";
import type { PreparedAction } from "./protocol.ts";
import type { Realm } from "./realmHost.ts";
import { Frame, type Callbacks, type Run } from "./run.ts";
import type { RunClock } from "./runClock.ts";
import type { FrameMapper } from "./sourceMaps.ts";
import {
  ASYNC_SYSCALLS,
  nestedLimits,
  SYNC_SYSCALLS,
  type SyscallSurroundings,
} from "./syscalls.ts";
import type { FunctionError, FunctionKind, Visibility } from "./types.ts";
import { MAX_VALUE_BYTES, mayExceedLimit, misshapen } from "./valueLimits.ts";

const MAX_CALL_DEPTH = 8;

export type Result = { ok: true; valueJson: string } | { ok: false; error: FunctionError };

/** Everything that belongs to the push in force. */
export type Deployment = {
  table: FunctionTable;
  loader: ModuleLoader;
  realm: Realm;
  mapper: FrameMapper;
};

/** What a realm's syscalls are answered with. Shared by all realms of the worker. */
export const currentFrame = new AsyncLocalStorage<Frame>();

export class Invoker {
  readonly #around: SyscallSurroundings;
  readonly #clock: RunClock;
  readonly #deployment: () => Deployment;

  constructor(around: SyscallSurroundings, clock: RunClock, deployment: () => Deployment) {
    this.#around = around;
    this.#clock = clock;
    this.#deployment = deployment;
  }

  /** Runs a function as a client, the scheduler or an action asked for it. Never rejects; faults are in `run.fatal`. */
  async runRoot(
    run: Run,
    kind: "query" | "mutation",
    path: string,
    argsJson: string,
    visibility: Visibility,
  ): Promise<Result> {
    const entry = this.#find(path, KINDS[kind], visibility);
    if ("message" in entry) return failure(entry);
    return this.#call(new Frame(run, null, entry.path, kind), entry, argsJson);
  }

  prepareAction(
    tx: Transaction,
    path: string,
    argsJson: string,
    visibility: Visibility,
  ): PreparedAction {
    const entry = this.#find(path, "Action", visibility);
    if ("message" in entry) return { ok: false, error: entry };
    const refused = this.#checkArguments(tx, entry, argsJson);
    if (refused !== null) return { ok: false, error: { message: refused } };
    const checksReturns = entry.returns !== null && entry.returns.type !== "any";
    return { ok: true, path: entry.path, environment: entry.environment, checksReturns };
  }

  /** @returns what is wrong with an action's result; null when nothing is */
  checkReturns(tx: Transaction, path: string, valueJson: string): string | null {
    const entry = this.#find(path, "Action", "any");
    // A push may have removed it while it ran: its result then is what it is.
    return "message" in entry ? null : this.#checkResult(tx, entry, valueJson);
  }

  #find(path: string, wanted: FunctionKind, visibility: Visibility): FunctionEntry | FunctionError {
    const entry = this.#deployment().table.find(path);
    if (entry === undefined) {
      return visibility === "public" ? texts.notFound(path) : texts.notFoundAny(path);
    }
    if (visibility === "public" && !entry.isPublic) return texts.notFound(path);
    return entry.kind === wanted ? entry : texts.wrongKind(entry.path, wanted, entry.kind);
  }

  syscall(op: string, argsJson: string): string {
    const frame = currentFrame.getStore();
    if (frame === undefined || frame.finished) return `-${texts.DANGLING}`;
    const entry = SYNC_SYSCALLS[op];
    if (entry === undefined) return `-Unknown operation ${op}`;
    const wasUser = this.#clock.inUser;
    this.#clock.enterSystem();
    try {
      return `+${JSON.stringify(entry.run(frame, parseArgs(argsJson), this.#around))}`;
    } catch (error) {
      return `-${this.#errorOf(frame.run, error).message}`;
    } finally {
      if (wasUser) this.#clock.enterUser();
    }
  }

  asyncSyscall(
    op: string,
    argsJson: string,
    resolve: Callbacks["resolve"],
    reject: Callbacks["reject"],
  ): void {
    const frame = currentFrame.getStore();
    if (frame === undefined || frame.finished) {
      reject(texts.DANGLING, undefined);
      return;
    }
    const perform = () => this.#perform(frame, op, argsJson, { resolve, reject });
    if (frame.run.active === frame) perform();
    else frame.waiting.push(perform);
  }

  #perform(frame: Frame, op: string, argsJson: string, callbacks: Callbacks): void {
    if (frame.finished) {
      callbacks.reject(texts.DANGLING, undefined);
      return;
    }
    const wasUser = this.#clock.inUser;
    this.#clock.enterSystem();
    let answer: string | null = null;
    let refused: FunctionError | null = null;
    try {
      if (op === "1.0/runUdf") {
        this.#startNested(frame, parseArgs(argsJson), callbacks);
      } else {
        answer = this.#answer(frame, op, argsJson);
      }
    } catch (error) {
      refused = this.#errorOf(frame.run, error);
    }
    if (wasUser) this.#clock.enterUser();
    // After the clock: the callbacks only queue the realm's own reactions.
    if (refused !== null) callbacks.reject(refused.message, dataText(refused));
    else if (answer !== null) callbacks.resolve(answer);
  }

  #answer(frame: Frame, op: string, argsJson: string): string {
    const entry = ASYNC_SYSCALLS[op];
    if (entry === undefined) throw new Error(`Unknown async operation ${op}`);
    if (entry.mutationOnly === true && frame.kind === "query") {
      throw new Error(`${op} is not available in queries.`);
    }
    const result = entry.run(frame, parseArgs(argsJson), this.#around);
    return entry.raw === true ? (result as string) : JSON.stringify(result);
  }

  /** The text for the function; a fault of the store also ends the run. */
  #errorOf(run: Run, error: unknown): FunctionError {
    const expected = expectedError(error);
    if (expected !== null) return expected;
    if (isStoreFault(error)) {
      run.fatal = error;
      return { message: storeFaultText(error) };
    }
    return { message: error instanceof Error ? error.message : String(error) };
  }

  #startNested(parent: Frame, args: JSONObject, callbacks: Callbacks): void {
    const { run } = parent;
    const path = resolveFunctionAddress(args);
    const kind = args.udfType === "mutation" ? "mutation" : "query";
    if (kind === "mutation" && parent.kind === "query") {
      throw new Error("Cannot call a mutation function from a query function.");
    }
    if (parent.depth >= MAX_CALL_DEPTH) {
      throw new Error(texts.tooDeep(MAX_CALL_DEPTH));
    }
    const { table } = this.#deployment();
    const entry = table.get(path);
    if (entry === undefined) {
      throw new Error(
        table.hasModule(path.modulePath) ? texts.missingExport(path) : texts.missingModule(path),
      );
    }
    if (entry.kind !== KINDS[kind]) {
      throw new Error(texts.wrongKind(path, KINDS[kind], entry.kind).message);
    }
    // Blind to the mutation's own writes, and no part of what it read.
    const snapshot =
      args.udfType === "snapshotQuery"
        ? this.#around.systemContext.database.beginSnapshotQuery()
        : undefined;
    const frame = new Frame(run, parent, path, kind, snapshot);
    const limits = nestedLimits(args.transactionLimits);
    run.active = frame;
    parent.childInProgress = true;
    void this.#callNested(frame, entry, JSON.stringify(args.args ?? {}), limits).then((result) => {
      snapshot?.rollback();
      run.active = parent;
      parent.childInProgress = false;
      this.#clock.enterUser();
      if (result.ok) callbacks.resolve(result.valueJson);
      else callbacks.reject(errorText(result.error), dataText(result.error));
      while (run.active === parent && parent.waiting.length > 0) parent.waiting.shift()?.();
      run.wake();
    });
  }

  /** A nested mutation is a transaction within the transaction: when it fails, only its own writes are undone. */
  async #callNested(
    frame: Frame,
    entry: FunctionEntry,
    argsJson: string,
    limits: ReturnType<typeof nestedLimits>,
  ): Promise<Result> {
    const { tx } = frame;
    const restoreLimits = limits === null ? null : tx.pushLimits(limits);
    const savepoint = frame.kind === "mutation" ? tx.savepoint() : null;
    try {
      const result = await this.#call(frame, entry, argsJson);
      if (savepoint !== null) {
        if (!result.ok) tx.rollbackTo(savepoint);
        tx.release(savepoint);
      }
      return result;
    } catch (error) {
      return failure(this.#errorOf(frame.run, error));
    } finally {
      restoreLimits?.();
    }
  }

  async #call(frame: Frame, entry: FunctionEntry, argsJson: string): Promise<Result> {
    const { run } = frame;
    try {
      run.active = frame;
      const refused = this.#checkArguments(frame.tx, entry, argsJson);
      if (refused !== null) return failure({ message: refused });
      const { loader, realm, mapper } = this.#deployment();
      const describe = (thrown: unknown) =>
        functionError(thrown, (value) => realm.controls.describeError(value), mapper);
      let target: unknown;
      try {
        target = (await loader.load(entry.path.modulePath))[entry.path.exportName];
      } catch (thrown) {
        return failure(describe(thrown));
      }
      if (typeof target !== "function" && typeof target !== "object") {
        return failure({ message: texts.missingExport(entry.path) });
      }
      const settled = await this.#invoke(frame, target as Record<string, unknown>, argsJson);
      if ("thrown" in settled) return failure(describe(settled.thrown));
      if ("message" in settled) return failure({ message: settled.message });
      const wrong = this.#checkResult(frame.tx, entry, settled.valueJson);
      if (wrong !== null) return failure({ message: wrong });
      return { ok: true, valueJson: settled.valueJson };
    } catch (error) {
      return failure(this.#errorOf(run, error));
    } finally {
      frame.finished = true;
      for (const perform of frame.waiting.splice(0)) perform();
    }
  }

  /** Calls the function and waits until nothing of it is left: not its promise, not a call that it did not await. */
  async #invoke(
    frame: Frame,
    target: Record<string, unknown>,
    argsJson: string,
  ): Promise<{ valueJson: string } | { thrown: unknown } | { message: string }> {
    const { run } = frame;
    const { controls } = this.#deployment().realm;
    const method = frame.kind === "query" ? "invokeQuery" : "invokeMutation";
    let settled: { valueJson: string } | { thrown: unknown } | null = null;
    currentFrame.run(frame, () => {
      this.#clock.enterUser();
      controls.invoke(
        target,
        method,
        `[${argsJson}]`,
        (value) => {
          settled = { valueJson: String(value) };
        },
        (thrown) => {
          settled = { thrown };
        },
      );
    });
    for (;;) {
      // Every reaction that could run has run when the next turn begins.
      await nextTurn();
      this.#clock.enterSystem();
      const outcome = settled as { valueJson: string } | { thrown: unknown } | null;
      if (run.unhandled !== null) {
        const { thrown } = run.unhandled;
        run.unhandled = null;
        return { thrown };
      }
      if (outcome !== null && "thrown" in outcome && !run.pending && !frame.childInProgress) {
        return outcome;
      }
      if (run.pending || frame.childInProgress) {
        await run.changed();
        continue;
      }
      return outcome ?? { message: texts.NEVER_RESOLVES };
    }
  }

  #checkArguments(tx: Transaction, entry: FunctionEntry, argsJson: string): string | null {
    const validator = entry.args;
    const limitsMatter = mayExceedLimit(argsJson);
    if (validator.type === "any" && !limitsMatter) return null;
    let args: Value;
    try {
      args = jsonToConvex(JSON.parse(argsJson) as JSONObject);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return texts.invalidArguments(entry.path, detail);
    }
    if (limitsMatter) {
      // They travel as an array of one object, and count as that.
      const sizeBytes = valueSize([args]);
      if (sizeBytes > MAX_VALUE_BYTES) return texts.tooLargeArguments(entry.path, sizeBytes);
      const problem = misshapen(args);
      if (problem !== null) return texts.invalidArguments(entry.path, problem);
    }
    return this.#mismatch(tx, validator, args, "ArgumentValidationError");
  }

  #checkResult(tx: Transaction, entry: FunctionEntry, valueJson: string): string | null {
    const validator = entry.returns;
    const limitsMatter = mayExceedLimit(valueJson);
    if ((validator === null || validator.type === "any") && !limitsMatter) return null;
    const value = jsonToConvex(JSON.parse(valueJson) as JSONValue);
    if (limitsMatter) {
      const sizeBytes = valueSize(value);
      if (sizeBytes > MAX_VALUE_BYTES) return texts.tooLargeResult(entry.path, sizeBytes);
      const problem = misshapen(value);
      if (problem !== null) return texts.invalidResult(entry.path, problem);
    }
    if (validator === null) return null;
    return this.#mismatch(tx, validator, value, "ReturnsValidationError");
  }

  #mismatch(tx: Transaction, validator: ValidatorJSON, value: Value, name: string): string | null {
    const detail = validateValue(validator, value, tx.tables);
    return detail === null ? null : `${name}: ${detail}`;
  }
}

const KINDS = { query: "Query", mutation: "Mutation" } as const satisfies Record<
  string,
  FunctionKind
>;

function parseArgs(argsJson: string): JSONObject {
  const args: unknown = JSON.parse(argsJson);
  if (!isJSONObject(args)) throw new Error("The arguments of an operation must be an object.");
  return args;
}

function failure(error: FunctionError): Result {
  return { ok: false, error };
}

function dataText(error: FunctionError): string | undefined {
  return error.data === undefined ? undefined : JSON.stringify(error.data);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
