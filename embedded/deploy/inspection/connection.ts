// The page's line to the backend: Convex's own client for what is watched, plain requests for the rest. Both carry the
// admin key.
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";

export type LogEntry = {
  identifier: string;
  udfType: string;
  caller: string;
  logLines: string[];
  /** Seconds. */
  timestamp: number;
  executionTime: number;
  error: string | null;
  requestId: string;
};
export type RunResult =
  | { status: "success"; value: unknown; logLines?: string[] }
  | { status: "error"; errorMessage: string; errorData?: unknown; logLines?: string[] };

/** `setAdminAuth` is there, but left out of the published types. */
type AdminClient = ConvexClient & { setAdminAuth(key: string): void };

export class Connection {
  readonly #key: string;
  readonly #client: AdminClient;

  constructor(key: string) {
    this.#key = key;
    this.#client = new ConvexClient(location.origin, { logger: false }) as AdminClient;
    this.#client.setAdminAuth(key);
  }

  /** Calls back with the query's value now and after every change; the returned function ends it. */
  watch<T>(
    path: string,
    args: Record<string, Value>,
    onValue: (value: T) => void,
    onError: (message: string) => void,
  ): () => void {
    const query = makeFunctionReference<"query", Record<string, Value>, T>(path);
    return this.#client.onUpdate(query, args, onValue, (error) => onError(error.message));
  }

  onConnectionChange(listener: (connected: boolean) => void): void {
    this.#client.subscribeToConnectionState((state) => listener(state.isWebSocketConnected));
  }

  /** Runs any function; a user identity makes it run as that user. */
  async run(path: string, args: unknown, identity: object | null): Promise<RunResult> {
    const acting = identity === null ? "" : `:${base64(JSON.stringify(identity))}`;
    const response = await this.#fetch(
      "/api/function",
      { method: "POST", body: JSON.stringify({ path, args, format: "convex_encoded_json" }) },
      acting,
    );
    return (await response.json()) as RunResult;
  }

  async cancelJob(id: string): Promise<void> {
    await this.#fetch("/api/cancel_job", { method: "POST", body: JSON.stringify({ id }) });
  }

  /** Waits for log entries after the cursor; with cursor 0 it gives what is kept, at once. */
  async logs(
    cursor: number,
    signal: AbortSignal,
  ): Promise<{ entries: LogEntry[]; newCursor: number }> {
    const path = `/api/stream_function_logs?cursor=${String(cursor)}`;
    const response = await this.#fetch(path, { signal });
    return (await response.json()) as { entries: LogEntry[]; newCursor: number };
  }

  close(): void {
    void this.#client.close();
  }

  async #fetch(path: string, init: RequestInit, acting = ""): Promise<Response> {
    const headers = {
      authorization: `Convex ${this.#key}${acting}`,
      "content-type": "application/json",
    };
    const response = await fetch(path, { ...init, headers });
    if (!response.ok) throw new Error(await errorText(response));
    return response;
  }
}

/** @returns what is wrong with the key; null when it opens this backend */
export async function checkKey(key: string): Promise<string | null> {
  try {
    const headers = { authorization: `Convex ${key}` };
    const response = await fetch("/api/check_admin_key", { headers });
    return response.ok ? null : await errorText(response);
  } catch (error) {
    return `The backend cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function errorText(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message : text;
  } catch {
    return `${String(response.status)} ${text.slice(0, 500)}`;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
