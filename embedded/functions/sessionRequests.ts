// Remembers what mutations with a session answered, in their own transaction, so that a replay runs nothing twice.
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
  const found = tx.answers.find(sessionId, requestId);
  if (found === null) return null;
  const { ts, resultJson, logLinesJson } = found;
  if (found.identity !== "" && found.identity !== nameOf(identity)) {
    return { valueJson: "null", logLines: [], error: { message: texts.NOT_YOUR_REQUEST }, ts };
  }
  // As `rememberSessionAnswer` wrote them.
  const logLines = JSON.parse(logLinesJson) as string[];
  return { valueJson: resultJson, logLines, error: null, ts };
}

export function rememberSessionAnswer(
  tx: Transaction,
  { sessionId, requestId }: SessionRequest,
  identity: Identity,
  { valueJson, logLines }: RunAnswer,
): void {
  tx.answers.keep({
    session: sessionId,
    request: requestId,
    identity: nameOf(identity),
    resultJson: valueJson,
    logLinesJson: JSON.stringify(logLines),
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
