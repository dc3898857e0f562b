// Finds the route for a request and writes its reply: CORS, preflights, HEAD, error bodies and streams in one place,
// so that each endpoint is only a function from a request to a reply.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PUBLIC_API_BODY_LIMIT, bodyBytes, bodyJson, bodyStream, rawBodyStream } from "./body.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { HttpError } from "./errors.ts";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "*";

/** One endpoint. Mount it by adding it to the list given to `Router`. */
export type Route = {
  method: HttpMethod;
  /**
   * A path; `:name` stands for one segment, a trailing `/*` for the rest (then `params.rest`, without the slash).
   * Exact segments win over `:name`, both over `/*`. HEAD is answered by GET routes.
   */
  pattern: string;
  /** "mirror" (default): the router answers preflights and mirrors the Origin. "own": the handler does everything. */
  cors?: "mirror" | "own";
  handle(request: HttpRequest): Promise<HttpReply> | HttpReply;
};

/** What a handler gets. Body readers may be called once, and only one of them. */
export type HttpRequest = {
  method: string;
  /** Path and query as sent, on the origin of the Host header (never trust the origin for security). */
  url: URL;
  params: Readonly<Record<string, string>>;
  headers: IncomingHttpHeaders;
  /** Aborted when the client goes away before the reply is finished. */
  signal: AbortSignal;
  /** The decoded body (br, gzip, deflate, zstd) as JSON; default limit: Convex's public API limit. */
  json(limitBytes?: number): Promise<unknown>;
  bytes(limitBytes?: number): Promise<Buffer>;
  /** The decoded body as it arrives; more than `limitBytes` fails it with 413. */
  stream(limitBytes: number): Readable;
  /** The body as it was sent, whatever its Content-Encoding. */
  rawStream(limitBytes: number): Readable;
  message: IncomingMessage;
};

export type HttpReply = {
  status: number;
  headers?: Record<string, string | readonly string[]>;
  body?: string | Uint8Array | Readable | null;
};

export function jsonReply(value: unknown, status = 200): HttpReply {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  };
}

export function textReply(text: string, status = 200): HttpReply {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: text };
}

type Compiled = { route: Route; segments: string[]; wildcard: boolean };
type Match = { route: Route; params: Record<string, string> };

export class Router {
  readonly #routes: Compiled[];
  readonly #onInternalError: (error: unknown, request: string) => void;

  constructor(
    routes: readonly Route[],
    onInternalError: (error: unknown, request: string) => void = () => {},
  ) {
    this.#routes = routes.map(compile).sort(moreExactFirst);
    this.#onInternalError = onInternalError;
  }

  /** Answers the request if one of the routes has this path; false means nothing was written. */
  async serve(message: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = requestUrl(message);
    if (url === null) {
      await send(message, response, errorReply(new HttpError(400, "BadRequest", "Bad URL.")));
      return true;
    }
    const matches = this.#matches(url.pathname);
    const first = matches[0];
    if (first === undefined) return false;

    const mirrors = first.route.cors !== "own";
    if (mirrors) for (const [name, value] of corsHeaders(message)) response.setHeader(name, value);
    if (mirrors && message.method === "OPTIONS") {
      await send(message, response, { status: 200, headers: preflightHeaders(message) });
      return true;
    }
    const match = matches.find(({ route }) => acceptsMethod(route, message.method ?? "GET"));
    const reply =
      match === undefined
        ? errorReply(methodNotAllowed(message, url))
        : await this.#run(match, message, response, url);
    await send(message, response, reply);
    return true;
  }

  async #run(
    match: Match,
    message: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<HttpReply> {
    try {
      return await match.route.handle(httpRequest(message, response, url, match.params));
    } catch (error) {
      if (!(error instanceof HttpError) && !response.destroyed) {
        this.#onInternalError(error, `${message.method ?? ""} ${url.pathname}`);
      }
      return errorReply(error);
    }
  }

  #matches(pathname: string): Match[] {
    const found: Match[] = [];
    const segments = pathname.split("/").slice(1);
    for (const compiled of this.#routes) {
      const params = matchSegments(compiled, segments);
      if (params !== null) found.push({ route: compiled.route, params });
    }
    return found;
  }
}

function compile(route: Route): Compiled {
  const segments = route.pattern.split("/").slice(1);
  const wildcard = segments.at(-1) === "*";
  return { route, segments: wildcard ? segments.slice(0, -1) : segments, wildcard };
}

function moreExactFirst(a: Compiled, b: Compiled): number {
  const exactness = (c: Compiled): number =>
    c.segments.filter((segment) => !segment.startsWith(":")).length * 2 + (c.wildcard ? 0 : 1);
  return exactness(b) - exactness(a);
}

function matchSegments(compiled: Compiled, segments: string[]): Record<string, string> | null {
  const { segments: pattern, wildcard } = compiled;
  if (wildcard ? segments.length < pattern.length + 1 : segments.length !== pattern.length) {
    return null;
  }
  const params: Record<string, string> = {};
  for (const [i, expected] of pattern.entries()) {
    const actual = segments[i] ?? "";
    if (expected.startsWith(":")) params[expected.slice(1)] = decodeSegment(actual);
    else if (expected !== actual) return null;
  }
  if (wildcard) params.rest = segments.slice(pattern.length).join("/");
  return params;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function acceptsMethod(route: Route, method: string): boolean {
  return (
    route.method === "*" || route.method === method || (method === "HEAD" && route.method === "GET")
  );
}

/** The URL that the client asked for, or null when the request line or Host header is nonsense. */
export function requestUrl(message: IncomingMessage): URL | null {
  const target = message.url ?? "/";
  const path = target.startsWith("/") ? target : "/";
  return (
    URL.parse(`http://${message.headers.host ?? "localhost"}${path}`) ??
    URL.parse(`http://localhost${path}`)
  );
}

function httpRequest(
  message: IncomingMessage,
  response: ServerResponse,
  url: URL,
  params: Record<string, string>,
): HttpRequest {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return {
    method: message.method ?? "GET",
    url,
    params,
    headers: message.headers,
    signal: gone.signal,
    message,
    json: (limitBytes = PUBLIC_API_BODY_LIMIT) => bodyJson(message, limitBytes),
    bytes: (limitBytes = PUBLIC_API_BODY_LIMIT) => bodyBytes(message, limitBytes),
    stream: (limitBytes) => bodyStream(message, limitBytes),
    rawStream: (limitBytes) => rawBodyStream(message, limitBytes),
  };
}

function methodNotAllowed(message: IncomingMessage, url: URL): HttpError {
  return new HttpError(
    405,
    "MethodNotAllowed",
    `${url.pathname} does not answer ${message.method ?? "this method"}.`,
  );
}

/** What went wrong, in Convex's shape. Unexpected errors say nothing of the inside. */
export function errorReply(error: unknown): HttpReply {
  if (error instanceof HttpError) {
    return jsonReply({ code: error.code, message: error.message }, error.status);
  }
  return jsonReply(
    {
      code: "InternalServerError",
      message: "Your request couldn't be completed. Try again later.",
    },
    500,
  );
}

/** Writes a reply. A client that goes away in the middle is not an error; streams are destroyed either way. */
export async function send(
  message: IncomingMessage,
  response: ServerResponse,
  reply: HttpReply,
): Promise<void> {
  const { body } = reply;
  const headless = message.method === "HEAD" || reply.status === 204 || reply.status === 304;
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    response.setHeader(name, typeof value === "string" ? value : [...value]);
  }
  if (!message.complete) closeAfterUnreadBody(message, response);
  if (body instanceof Readable) {
    if (headless) {
      body.destroy();
      response.end();
      return;
    }
    // A failing source cuts the connection, so that the client cannot take half a body for a whole one.
    await pipeline(body, response).catch(() => response.destroy());
    return;
  }
  const bytes = typeof body === "string" ? Buffer.from(body) : (body ?? null);
  const mayHaveBody = reply.status !== 204 && reply.status !== 304;
  if (bytes !== null && mayHaveBody && !response.hasHeader("content-length")) {
    response.setHeader("content-length", bytes.length);
  }
  if (bytes === null || headless) response.end();
  else response.end(bytes);
}

/** Bodies up to this size are read to their end and dropped, so that the connection can be used again. */
const DRAIN_LIMIT_BYTES = 65_536;

/**
 * A reply before the body was read (refused, too large) ends the connection: the rest of an upload must not be
 * taken for the next request, and must not be read to its end only to be thrown away.
 */
function closeAfterUnreadBody(message: IncomingMessage, response: ServerResponse): void {
  const chunked = message.headers["transfer-encoding"] !== undefined;
  const declaredBytes = Number(message.headers["content-length"] ?? "0");
  message.resume();
  if (!chunked && declaredBytes <= DRAIN_LIMIT_BYTES) return;
  response.setHeader("connection", "close");
  // Reading on for a moment lets the client see the answer instead of a reset.
  response.once("finish", () => {
    setTimeout(() => message.socket.destroy(), 1000).unref();
  });
}
