// What the server says on the socket, as JSON text. Results stay the text that the engine made: a result that goes
// to a thousand clients is written once.
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
  const ts = outcome.ok ? encodeTs(outcome.ts) : null;
  return response("MutationResponse", requestId, outcome, serverRequestId, { ts });
}

export function actionResponse(
  requestId: number,
  outcome: Finished,
  serverRequestId: string,
): string {
  return response("ActionResponse", requestId, outcome, serverRequestId, {});
}

function response(
  type: string,
  requestId: number,
  outcome: Finished,
  serverRequestId: string,
  extra: { ts?: string | null },
): string {
  const head = { type, requestId, success: outcome.ok };
  const tail = { ...extra, logLines: outcome.logLines };
  if (outcome.ok) return withRawField(head, "result", outcome.valueJson, tail);
  return JSON.stringify({
    ...head,
    result: errorText(outcome.error, serverRequestId),
    ...tail,
    // An absent key for ordinary errors: null would turn them into ConvexErrors in the client.
    ...(outcome.error.data === undefined ? {} : { errorData: outcome.error.data }),
  });
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
    return withRawField({ type: "QueryUpdated" }, "value", result.valueJson, { logLines, journal });
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
  const head = {
    type: "Transition",
    startVersion: encodeVersion(parts.start),
    endVersion: encodeVersion(parts.end),
  };
  return withRawField(head, "modifications", `[${parts.modifications.join(",")}]`, {
    clientClockSkew: parts.clientClockSkewMs,
    serverTs: parts.nowMs * 1e6,
  });
}

function encodeVersion(version: StateVersion): object {
  return { querySet: version.querySet, identity: version.identity, ts: encodeTs(version.ts) };
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

/** `{...head, [name]: <raw JSON>, ...tail}` without parsing the raw JSON. */
function withRawField(head: object, name: string, rawJson: string, tail: object): string {
  return `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:${rawJson},${JSON.stringify(tail).slice(1)}`;
}
