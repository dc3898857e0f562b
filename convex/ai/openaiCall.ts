// One call to an OpenAI-compatible server: with a time limit for the whole answer, no retries (the
// pipeline does those) and every failure classified.

import OpenAI from "openai";
import type { Endpoint } from "./configuration.ts";
import { classifyFailure, type Failure } from "./providerErrors.ts";

export type CallOptions = { timeoutMs: number; signal?: AbortSignal };

/**
 * Runs one request of the `openai` package.
 *
 * The package's own time limit ends when the headers have come; a server that hangs in the middle
 * of the body would hang the lane. So the whole answer is read here, under one limit, before the
 * package sees it, which also keeps what a server said in shapes that the package drops.
 *
 * @throws ProviderError
 */
export async function callOpenAi<T>(
  endpoint: Endpoint,
  options: CallOptions,
  request: (client: OpenAI, requestOptions: { signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const failure: Omit<Failure, "error"> = {
    endpoint,
    timedOut: false,
    timeoutMs: options.timeoutMs,
    aborted: false,
  };
  const timer = setTimeout(() => {
    failure.timedOut = true;
    limit.abort();
  }, options.timeoutMs);
  const stop = () => {
    failure.aborted = true;
    limit.abort();
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener("abort", stop, { once: true });
  const client = new OpenAI({
    apiKey: endpoint.apiKey,
    baseURL: endpoint.baseUrl,
    maxRetries: 0,
    // Ours is the one that counts; the package's must not come first.
    timeout: options.timeoutMs + 60_000,
    logLevel: "off",
    // This code runs on the server only, but some of its runtimes look like a browser's worker.
    dangerouslyAllowBrowser: true,
    fetch: readWhole(failure),
  });
  try {
    return await request(client, { signal: limit.signal });
  } catch (error) {
    throw classifyFailure({ ...failure, error });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", stop);
  }
}

/** A `fetch` that returns when the whole answer has come, and notes what came for the errors. */
function readWhole(failure: Omit<Failure, "error">): typeof fetch {
  const readingFetch = async (url: string | URL | Request, init?: RequestInit) => {
    const response = await fetch(url, init);
    failure.answer = { status: response.status, headers: response.headers, body: "" };
    const body = await response.text();
    failure.answer.body = body;
    return new Response(body === "" ? null : body, {
      status: response.status,
      headers: withoutEncoding(response.headers),
    });
  };
  // Without this the package fetches "data:," to learn what a Response is, which not every
  // runtime can.
  return Object.assign(readingFetch, { Response });
}

/** The body is decoded by now; headers that speak of its encoded form would be wrong. */
function withoutEncoding(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete("content-encoding");
  kept.delete("content-length");
  return kept;
}
