// Remembers what mutations with a session answered, in their own transaction, so that a replay runs nothing twice.
import { jsonToConvex } from "convex/values";
import type { Transaction } from "../database/index.ts";
import type { RunAnswer } from "./protocol.ts";

export type SessionRequest = { sessionId: string; requestId: number };

/** @returns the first answer, with the timestamp at which it was committed; null when there was none */
export function findSessionAnswer(
  tx: Transaction,
  { sessionId, requestId }: SessionRequest,
): { valueJson: string; logLines: string[]; ts: bigint } | null {
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
  // As `rememberSessionAnswer` wrote them.
  return {
    valueJson: found.result as string,
    logLines: found.logLines as string[],
    ts: jsonToConvex(found.ts ?? null) as bigint,
  };
}

export function rememberSessionAnswer(
  tx: Transaction,
  { sessionId, requestId }: SessionRequest,
  { valueJson, logLines }: RunAnswer,
): void {
  tx.insert("_session_requests", {
    sessionId,
    requestId,
    result: valueJson,
    logLines,
    ts: { $commitTs: null },
  });
}
