// Remembers what mutations with a session answered, in their own transaction, so that a replay runs nothing twice.
import { jsonToConvex } from "convex/values";
import type { Transaction } from "../database/index.ts";
import * as texts from "./errorTexts.ts";
import type { RunAnswer } from "./protocol.ts";
import type { FunctionError, Identity } from "./types.ts";

export type SessionRequest = { sessionId: string; requestId: number };
export type SessionAnswer = { valueJson: string; logLines: string[]; error: FunctionError | null };

/**
 * @returns the first answer, with the timestamp at which it was committed; null when there was none. Another identity
 * than the first one gets an error instead: whoever learns a session's id must not read its answers.
 */
export function findSessionAnswer(
  tx: Transaction,
  { sessionId, requestId }: SessionRequest,
  identity: Identity,
): (SessionAnswer & { ts: bigint }) | null {
  const [found] = tx.collect({
    source: {
      type: "IndexRange",
      indexName: "_session_requests.by_session_and_request",
      range: [
        { type: "Eq", fieldPath: "sessionId", value: sessionId },
        { type: "Eq", fieldPath: "requestId", value: requestId },
      ],
      order: "asc",
    },
    operators: [{ limit: 1 }],
  });
  if (found === undefined) return null;
  const ts = jsonToConvex(found.ts ?? null) as bigint;
  // Answers of older versions carry no identity.
  if (found.identity !== undefined && found.identity !== nameOf(identity)) {
    return { valueJson: "null", logLines: [], error: { message: texts.NOT_YOUR_REQUEST }, ts };
  }
  // As `rememberSessionAnswer` wrote them.
  return {
    valueJson: found.result as string,
    logLines: found.logLines as string[],
    ...{ error: null, ts },
  };
}

export function rememberSessionAnswer(
  tx: Transaction,
  { sessionId, requestId }: SessionRequest,
  identity: Identity,
  { valueJson, logLines }: RunAnswer,
): void {
  tx.insert("_session_requests", {
    sessionId,
    requestId,
    result: valueJson,
    logLines,
    identity: nameOf(identity),
    ts: { $commitTs: null },
  });
}

/** The same for all tokens of one user: between a request and its replay the client may have got a new one. */
function nameOf(identity: Identity): string {
  switch (identity.kind) {
    case "none":
    case "invalid":
      return identity.kind;
    case "user":
      return `user ${JSON.stringify(identity.attributes.tokenIdentifier)}`;
    case "admin":
      return identity.acting === undefined
        ? "admin"
        : `admin as ${JSON.stringify(identity.acting.tokenIdentifier)}`;
    default:
      return identity satisfies never;
  }
}
