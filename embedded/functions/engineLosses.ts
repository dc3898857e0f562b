// What requests are answered whose engine worker was lost: which failed, why, and what is known of what they did.
import * as texts from "./errorTexts.ts";
import {
  packReadSet,
  type EngineAnswer,
  type EngineRequest,
  type QueryAnswer,
} from "./protocol.ts";
import type { FunctionError } from "./types.ts";
import { failedRun } from "./workerAnswers.ts";

/** The code of a `callSystem` whose change was made, while its answer got lost with the worker. */
export const RESULT_LOST = "ResultLost";

export type Loss = {
  /** What Node said when the worker ended; null when it ended by itself. */
  failure: Error | null;
  /** Why it was ended from outside; null when it was not. */
  ended: FunctionError | null;
  /** The server's own work that was in progress, `position` among several queries; null for a function's run. */
  own: { request: EngineRequest; lostWorkers: number } | null;
  position: number;
  /** What one run may take. */
  heapMb: number;
};

export function lossError({ failure, ended, own, position, heapMb }: Loss): FunctionError {
  if (own === null) {
    if (ended !== null) return ended;
    if (failure !== null && codeOf(failure) === "ERR_WORKER_OUT_OF_MEMORY") {
      return { message: texts.OUT_OF_MEMORY(heapMb) };
    }
    return { message: `InternalServerError: ${failure?.message ?? texts.TRANSIENT}` };
  }
  const { request, lostWorkers } = own;
  const cause = ended?.message ?? failure?.message ?? "it ended without a reason";
  const times = lostWorkers === 1 ? "" : `, ${String(lostWorkers)} times in a row`;
  return {
    message: `InternalServerError: the server's own work "${nameOf(request, position)}" was given up, because the engine's worker was lost under it${times} (${cause}). Nothing of it was changed, and the server goes on. Try it with less data at once; if that does not help, report it with what the server printed.`,
  };
}

/** For all that waits, when workers are lost in a row and no request can be blamed. */
export function hopelessError(losses: number, failure: Error | null): FunctionError {
  const cause = failure?.message ?? "they ended without a reason";
  return {
    message: `InternalServerError: ${String(losses)} of the engine's workers were lost in a row, under no request in particular (${cause}). What waited was given up, and nothing of it was changed. Try it again; if that does not help, restart the server and report what it printed.`,
  };
}

function nameOf(request: EngineRequest, position: number): string {
  switch (request.type) {
    case "system":
      return request.name;
    case "actionSyscall":
      return request.op;
    case "queries":
      return request.requests[position]?.path ?? "queries";
    case "mutation":
    case "prepareAction":
    case "checkReturns":
      return request.path;
    case "activate":
    case "close":
      return request.type;
  }
}

export function failedQuery(error: FunctionError): QueryAnswer {
  return {
    ...failedRun(error, [], 0),
    readSet: packReadSet([]),
    journal: null,
    usedIdentity: true,
    usedTimeOrRandomness: false,
    wasEnded: true,
  };
}

export function failedAnswer(
  request: EngineRequest,
  error: FunctionError,
  code = "InternalServerError",
): EngineAnswer {
  const { id } = request;
  switch (request.type) {
    case "queries":
      return {
        type: "queries",
        id,
        ts: 0n,
        results: request.requests.map(() => failedQuery(error)),
      };
    case "mutation":
      return { type: "mutation", id, ts: 0n, result: failedRun(error, [], 0), replayed: false };
    case "system":
    case "actionSyscall":
    case "prepareAction":
    case "checkReturns":
    case "activate":
    case "close":
      return { type: "failed", id, name: "Error", code, message: error.message };
  }
}

/** For what was committed when the worker was lost. */
export function unknownOutcome(request: EngineRequest): EngineAnswer {
  const message = "InternalServerError: the change was made, but its result was lost.";
  return failedAnswer(request, { message }, RESULT_LOST);
}

export function codeOf(error: Error): string {
  const code: unknown = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "InternalServerError";
}
