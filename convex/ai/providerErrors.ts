// Turns everything that can go wrong with a provider into one of four kinds, each with words for
// the user. The kinds decide what the pipeline does: wait and retry, stop and ask, or leave one
// piece out.

import { APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import type { Endpoint } from "./configuration.ts";
import { ProviderError } from "./types.ts";

/** A failed exchange as far as it is known: what the client threw, and what the server said. */
export type Failure = {
  error: unknown;
  endpoint: Endpoint;
  /** Status, headers and text of the answer, when there was one. */
  answer?: { status: number; headers: Headers; body: string };
  /** True when our own time limit ended the call. */
  timedOut: boolean;
  timeoutMs: number;
  /** True when the caller ended the call, e.g. because the job was canceled. */
  aborted: boolean;
};

type Verdict = Pick<ProviderError, "kind" | "code" | "userMessage">;

/** No provider is waited for longer than this, whatever it asks. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000;
const MAX_DETAIL_LENGTH = 2000;

/** The classified error of a failed call. */
export function classifyFailure(failure: Failure): ProviderError {
  if (failure.error instanceof ProviderError) return failure.error;
  const verdict = judge(failure);
  const retryAfterMs =
    verdict.kind === "transient" && failure.answer ? retryAfter(failure.answer) : undefined;
  return new ProviderError({
    ...verdict,
    detail: detailOf(failure),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function judge(failure: Failure): Verdict {
  const { endpoint, error } = failure;
  if (failure.aborted) {
    return { kind: "transient", code: "aborted", userMessage: "The call was stopped." };
  }
  if (failure.timedOut || error instanceof APIConnectionTimeoutError) {
    const seconds = Math.round(failure.timeoutMs / 1000);
    return {
      kind: "transient",
      code: "timeout",
      userMessage: `${endpoint.host} did not answer within ${seconds} seconds.`,
    };
  }
  if (failure.answer && failure.answer.status >= 300) {
    return judgeStatus(failure.answer.status, failure.answer.body, endpoint);
  }
  if (failure.answer) {
    return {
      kind: "transient",
      code: "broken_answer",
      userMessage: `${endpoint.host} broke off in the middle of its answer.`,
    };
  }
  if (error instanceof APIUserAbortError) {
    return { kind: "transient", code: "aborted", userMessage: "The call was stopped." };
  }
  return {
    kind: "transient",
    code: "connection",
    userMessage: `${endpoint.host} can't be reached. Is it running, and is the network up?`,
  };
}

function judgeStatus(status: number, body: string, endpoint: Endpoint): Verdict {
  const { host, model } = endpoint;
  const said = whatItSaid(body);
  const own = ownServersVerdict(said);
  if (own) return own;
  if (status === 401) {
    return {
      kind: "account",
      code: "key_refused",
      userMessage: `${host} refused the API key. Put in a valid key, then press Retry.`,
    };
  }
  if (status === 402 || (status === 429 && isOutOfQuota(said))) {
    return {
      kind: "account",
      code: "out_of_quota",
      userMessage: `The account at ${host} has no credit left. Add credit or raise its limit, then press Retry.`,
    };
  }
  if (status === 403) {
    return {
      kind: "account",
      code: "not_allowed",
      userMessage: `${host} does not allow this account to use ${model}. Choose another model or key, then press Retry.`,
    };
  }
  if (isUnknownModel(status, said)) {
    return {
      kind: "account",
      code: "unknown_model",
      userMessage: `${host} does not know the model ${model}. Set the name of one that it serves, then press Retry.`,
    };
  }
  if (status === 404 || status === 405 || status === 501 || (status >= 300 && status < 400)) {
    return {
      kind: "account",
      code: "wrong_address",
      userMessage: `${host} does not offer this service at the configured address. Check the base URL (most end in /v1), then press Retry.`,
    };
  }
  if (status === 429) {
    return {
      kind: "transient",
      code: "rate_limited",
      userMessage: `${host} asks to slow down. Lectern waits and goes on by itself.`,
    };
  }
  if (status === 408 || status === 409 || status === 425 || status >= 500) {
    return {
      kind: "transient",
      code: status === 408 ? "timeout" : "provider_down",
      userMessage: `${host} has a problem of its own (status ${status}). Lectern tries again by itself.`,
    };
  }
  if (
    status === 413 ||
    /context_length|too (?:long|large)|maximum (?:context|content)/iu.test(said.all)
  ) {
    return {
      kind: "input",
      code: "too_large",
      userMessage: `${host} refused this part because it is too large for ${model}.`,
    };
  }
  return {
    kind: "input",
    code: "refused_input",
    userMessage: `${host} could not process this part of the lecture (status ${status}).`,
  };
}

/** The speech server that `npm start` brings along says in its own words how far its model is. */
function ownServersVerdict({ code, message }: Said): Verdict | undefined {
  const userMessage = message.slice(0, MAX_DETAIL_LENGTH);
  if (code === "model_loading") return { kind: "transient", code, userMessage };
  if (code === "model_unavailable") return { kind: "account", code, userMessage };
  return undefined;
}

type Said = { code: string; type: string; message: string; all: string };

/** What an error body says, in the shapes that OpenAI, FastAPI servers, Ollama and proxies use. */
function whatItSaid(body: string): Said {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { code: "", type: "", message: body, all: body };
  }
  const outer = asRecord(parsed);
  const inner = asRecord(outer["error"]);
  const text = (value: unknown) =>
    typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return {
    code: text(inner["code"] ?? outer["code"]),
    type: text(inner["type"] ?? outer["type"]),
    message: text(inner["message"] ?? outer["message"] ?? outer["detail"] ?? outer["error"]),
    all: body,
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  // A record of unknowns is what any object is.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function isOutOfQuota(said: Said): boolean {
  const names =
    /insufficient_quota|billing|quota_exceeded|insufficient_(?:credits|balance|funds)/iu;
  return (
    names.test(said.code) ||
    names.test(said.type) ||
    /exceeded your current quota, please check your plan and billing/iu.test(said.message)
  );
}

function isUnknownModel(status: number, said: Said): boolean {
  if (status !== 404 && status !== 400 && status !== 422) return false;
  if (/model_not_found|unknown_model/iu.test(said.code)) return true;
  return /\bmodel\b[^.]{0,80}\b(?:not found|does not exist|not exist|unknown|isn't available|not available|not installed)|\b(?:unknown|no such|invalid) model\b/iu.test(
    said.message,
  );
}

/**
 * How long the answer asks to wait, in milliseconds. Reads `retry-after-ms`, `Retry-After` in
 * seconds and as a date (counted from the server's own clock where it tells it, since ours may be
 * wrong), and OpenAI's "try again in 1.2s".
 */
export function retryAfter(answer: { headers: Headers; body: string }): number | undefined {
  const found =
    numberOf(answer.headers.get("retry-after-ms")) ??
    fromRetryAfter(answer.headers.get("retry-after"), answer.headers.get("date")) ??
    fromMessage(answer.body);
  return found === undefined
    ? undefined
    : Math.min(Math.max(0, Math.ceil(found)), MAX_RETRY_AFTER_MS);
}

function fromRetryAfter(header: string | null, serverDate: string | null): number | undefined {
  const seconds = numberOf(header);
  if (seconds !== undefined) return seconds * 1000;
  if (header === null) return undefined;
  const until = Date.parse(header);
  if (Number.isNaN(until)) return undefined;
  const now = serverDate === null ? Number.NaN : Date.parse(serverDate);
  return until - (Number.isNaN(now) ? Date.now() : now);
}

function fromMessage(body: string): number | undefined {
  const match = /try again in (?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)(ms|s))?/iu.exec(body);
  if (!match || (match[1] ?? match[2] ?? match[3]) === undefined) return undefined;
  const rest = Number(match[3] ?? 0) * (match[4]?.toLowerCase() === "ms" ? 1 : 1000);
  return Number(match[1] ?? 0) * 3_600_000 + Number(match[2] ?? 0) * 60_000 + rest;
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(?:\.\d+)?\s*$/u.test(text) ? Number(text) : undefined;
}

function detailOf(failure: Failure): string {
  const { error, answer, endpoint } = failure;
  const parts: string[] = [];
  if (answer) parts.push(`HTTP ${answer.status}`, readable(answer.body));
  if (error instanceof APIError) parts.push(error.message);
  else if (error instanceof Error) parts.push(`${error.name}: ${error.message}`);
  for (let cause = causeOf(error), depth = 0; cause && depth < 3; depth += 1) {
    parts.push(`caused by ${cause.name}: ${cause.message}`);
    cause = causeOf(cause);
  }
  return withoutSecrets(parts.filter(Boolean).join(" · "), endpoint.apiKey).slice(
    0,
    MAX_DETAIL_LENGTH,
  );
}

function causeOf(error: unknown): Error | undefined {
  return error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
}

function readable(body: string): string {
  const text = /^\s*</u.test(body) ? `HTML page: ${body.replace(/<[^>]*>/gu, " ")}` : body;
  return text.replace(/\s+/gu, " ").trim();
}

function withoutSecrets(text: string, apiKey: string): string {
  const masked = apiKey.length >= 8 ? text.split(apiKey).join("***") : text;
  return masked.replace(/\b(?:sk|key|Bearer)[-_ ][\w-]{12,}/gu, "***");
}
