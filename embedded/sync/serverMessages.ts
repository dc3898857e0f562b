// What the server says on the socket, as JSON text. Results stay the text that the engine made: a result that goes
// to a thousand clients is written once. What every mutation costs is put together by hand, which is much cheaper than
// objects for JSON.stringify.
import { newRequestId, type FunctionError } from "../functions/index.ts";
import { errorText } from "../http/errorText.ts";
import type { QueryResult } from "../subscriptions/subscription.ts";
import { encodeTs } from "../values/index.ts";

export type StateVersion = { querySet: number; identity: number; ts: bigint };

export type TransitionParts = {
  start: StateVersion;
  end: StateVersion;
  /** From `queryChanged` and `queryRemoved`. */
  modifications: string[];
  clientClockSkewMs: number | null;
  /** Whole milliseconds since the epoch. */
  nowMs: number;
};

/** Larger transitions go out in parts, so that pings and progress get through (Convex's own bound). */
const CHUNK_THRESHOLD = 5_000_000;

export const PING = JSON.stringify({ type: "Ping" });

export function fatalError(error: string): string {
  return JSON.stringify({ type: "FatalError", error });
}

export function authError(
  error: string,
  baseVersion: number,
  authUpdateAttempted: boolean,
): string {
  return JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted });
}

type Finished = { logLines: string[] } & (
  { ok: true; valueJson: string } | { ok: false; error: FunctionError }
);

/** @param serverRequestId the run's id in the log, which a failure shows to its reader */
export function mutationResponse(
  requestId: number,
  outcome: Finished & { ts: bigint },
  serverRequestId: string,
): string {
  return outcome.ok
    ? success("MutationResponse", requestId, outcome, `,"ts":"${encodeTs(outcome.ts)}"`)
    : failure("MutationResponse", requestId, outcome, serverRequestId, { ts: null });
}

export function actionResponse(
  requestId: number,
  outcome: Finished,
  serverRequestId: string,
): string {
  return outcome.ok
    ? success("ActionResponse", requestId, outcome, "")
    : failure("ActionResponse", requestId, outcome, serverRequestId, {});
}

/** @param extra raw JSON that goes between two fields */
function success(
  type: string,
  requestId: number,
  { valueJson, logLines }: Finished & { ok: true },
  extra: string,
): string {
  return `{"type":"${type}","requestId":${String(requestId)},"success":true,"result":${valueJson}${extra},"logLines":${logLinesJson(logLines)}}`;
}

function failure(
  type: string,
  requestId: number,
  { error, logLines }: Finished & { ok: false },
  serverRequestId: string,
  extra: { ts?: null },
): string {
  return JSON.stringify({
    ...{ type, requestId, success: false, result: errorText(error, serverRequestId) },
    ...{ ...extra, logLines },
    // An absent key for ordinary errors: null would turn them into ConvexErrors in the client.
    ...(error.data === undefined ? {} : { errorData: error.data }),
  });
}

function logLinesJson(logLines: readonly string[]): string {
  return logLines.length === 0 ? "[]" : JSON.stringify(logLines);
}

/** Everything of a modification but the query id, kept as long as the result is. */
const modificationTails = new WeakMap<QueryResult, string>();

export function queryChanged(queryId: number, result: QueryResult): string {
  let tail = modificationTails.get(result);
  if (tail === undefined) {
    tail = modificationTail(result);
    modificationTails.set(result, tail);
  }
  return `{"queryId":${String(queryId)},${tail.slice(1)}`;
}

function modificationTail(result: QueryResult): string {
  const { logLines, journal } = result;
  if (result.ok) {
    return `{"type":"QueryUpdated","value":${result.valueJson},"logLines":${logLinesJson(logLines)},"journal":${JSON.stringify(journal)}}`;
  }
  return JSON.stringify({
    type: "QueryFailed",
    errorMessage: errorText(result.error, newRequestId()),
    logLines,
    journal,
    ...(result.error.data === undefined ? {} : { errorData: result.error.data }),
  });
}

export function queryRemoved(queryId: number): string {
  return JSON.stringify({ type: "QueryRemoved", queryId });
}

export function transition(parts: TransitionParts): string {
  const { start, end, modifications, clientClockSkewMs, nowMs } = parts;
  const versions = `"startVersion":${versionJson(start)},"endVersion":${versionJson(end)}`;
  // In nanoseconds. As a number that large it would cost more than all the rest to write down.
  const serverTs = `${String(nowMs)}000000`;
  // A client may say when it is by a number that is infinite: null in JSON.
  const times = `"clientClockSkew":${JSON.stringify(clientClockSkewMs)},"serverTs":${serverTs}`;
  return `{"type":"Transition",${versions},"modifications":[${modifications.join(",")}],${times}}`;
}

function versionJson({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${String(querySet)},"identity":${String(identity)},"ts":"${encodeTs(ts)}"}`;
}

/**
 * The messages that carry one transition: itself, or its text in parts. The text is cut between UTF-16 units, never
 * between UTF-8 bytes: a halved surrogate pair survives JSON and the client's join.
 */
export function inChunks(message: string, transitionId: string): string[] {
  if (message.length <= CHUNK_THRESHOLD) return [message];
  const totalParts = Math.ceil(message.length / CHUNK_THRESHOLD);
  return Array.from({ length: totalParts }, (_, partNumber) =>
    JSON.stringify({
      type: "TransitionChunk",
      chunk: message.slice(partNumber * CHUNK_THRESHOLD, (partNumber + 1) * CHUNK_THRESHOLD),
      partNumber,
      totalParts,
      transitionId,
    }),
  );
}
