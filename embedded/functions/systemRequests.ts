// Carries out the server's own requests in the engine worker: system functions, and what actions ask of the database.
import type { Commit, Database, Transaction } from "../database/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";
import { actionSyscall, actionSyscallWrites } from "./actionDatabaseCalls.ts";
import * as texts from "./errorTexts.ts";
import { expectedError } from "./failures.ts";
import {
  packReadSet,
  type ActionSyscallMessage,
  type EngineAnswer,
  type QueryAnswer,
  type QueryMessage,
  type RunAnswer,
  type SystemMessage,
} from "./protocol.ts";
import type { SyscallSurroundings } from "./syscalls.ts";
import { SystemFunctionError } from "./types.ts";
import { failedRun, succeeded } from "./workerAnswers.ts";

export class SystemRequests {
  readonly #database: Database;
  readonly #around: SyscallSurroundings;
  readonly #announce: (commit: Commit | null) => void;

  constructor(
    database: Database,
    around: SyscallSurroundings,
    announce: (commit: Commit | null) => void,
  ) {
    this.#database = database;
    this.#around = around;
    this.#announce = announce;
  }

  /** The CLI's own queries, which read system tables and are as reactive as any. */
  query(tx: Transaction, request: QueryMessage): QueryAnswer {
    const startedMs = performance.now();
    const journal = { given: request.journal, taken: null };
    // A path without a name stands for the file's default export, as with any function.
    const systemFunction =
      this.#around.systemFunctions[request.path] ??
      this.#around.systemFunctions[`${request.path}:default`];
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

  system({ id, name, argsJson }: SystemMessage): EngineAnswer {
    const systemFunction = this.#around.systemFunctions[name];
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

  actionSyscall({ id, op, argsJson, calledByJob }: ActionSyscallMessage): EngineAnswer {
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
}
