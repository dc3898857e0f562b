// The answers that the engine worker gives: a run's success or failure, and requests that could not be carried out.
import { isStoreFault, storeFaultText } from "./failures.ts";
import type { EngineAnswer, RunAnswer } from "./protocol.ts";
import type { FunctionError } from "./types.ts";

export function succeeded(valueJson: string, logLines: string[], durationMs: number): RunAnswer {
  return { ok: true, valueJson, error: null, logLines, durationMs };
}

export function failedRun(error: FunctionError, logLines: string[], durationMs: number): RunAnswer {
  return { ok: false, valueJson: "null", error, logLines, durationMs };
}

export function failed(id: number, error: unknown): EngineAnswer {
  if (isStoreFault(error)) {
    return {
      type: "failed",
      id,
      name: "StoreFault",
      code: "StoreFault",
      message: storeFaultText(error),
    };
  }
  const isError = error instanceof Error;
  const code: unknown = isError ? (error as { code?: unknown }).code : undefined;
  return {
    type: "failed",
    id,
    name: isError ? error.name : "Error",
    code: typeof code === "string" ? code : "InternalServerError",
    message: isError ? error.message : String(error),
  };
}
