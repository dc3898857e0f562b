// Turns whatever an action's work threw into something that a mutation can take. Pure.

import { ProviderError } from "../ai/types.ts";
import type { Failure } from "../model/validators.ts";

const MAX_DETAIL_LENGTH = 2000;

export function failureOf(error: unknown): Failure {
  if (error instanceof ProviderError) {
    const { kind, code, userMessage, detail, retryAfterMs } = error;
    return { kind, code, userMessage, detail, retryAfterMs };
  }
  const text =
    error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
  return {
    kind: "ours",
    code: "internal",
    userMessage: "Something went wrong inside Lectern.",
    detail: text.slice(0, MAX_DETAIL_LENGTH),
  };
}
