// A finished run of a function as `/api/stream_function_logs` reports it.
import type { FunctionLogEntry } from "../functions/index.ts";
import type { FunctionExecution } from "./protocol.ts";

export function functionExecution(entry: FunctionLogEntry): FunctionExecution {
  const isOk = entry.error === null;
  return {
    kind: "Completion",
    identifier: entry.identifier,
    udfType: entry.kind,
    componentPath: null,
    logLines: entry.logLines,
    timestamp: entry.timestampMs / 1000,
    executionTime: entry.durationMs / 1000,
    cachedResult: false,
    success: isOk ? { status: "success" } : null,
    error: entry.error,
    caller: entry.caller,
    requestId: entry.requestId,
    executionId: entry.requestId,
    environment: entry.environment,
    identityType: "unknown",
    willRetry: false,
    executionTimestamp: entry.timestampMs / 1000,
    // Nothing is metered here.
    usageStats: {},
  };
}
