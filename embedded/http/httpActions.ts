// HTTP actions: carries a request to the app's `http.ts` and its response back. The app answers everything here,
// CORS and errors included.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import type {
  Engine,
  FunctionLogEntry,
  HttpActionRequest,
  HttpActionResponse,
  Identity,
} from "../functions/index.ts";
import { callerInfo } from "./caller.ts";
import { HttpError } from "./errors.ts";
import type { HttpReply, HttpRequest } from "./router.ts";

/** Convex's cap for bodies of HTTP actions, each way. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024;
/** Up to this declared size the action gets the body in one piece; larger ones flow to it. */
const WHOLE_BODY_BYTES = 1 << 20;
const BODYLESS_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
/** They describe this connection or this server's framing, not the app's answer. */
const OWN_HEADERS = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export type HttpActionServices = {
  engine: Engine;
  auth: { fromHeader(header: string | undefined): Promise<Identity> };
  /** Told when an answer broke off although its action had ended well, so that its author can see why. */
  log: (entry: FunctionLogEntry) => void;
};

/** @param path of the address as the action is to see it: without `/http` */
export async function answerHttpAction(
  { engine, auth, log }: HttpActionServices,
  request: HttpRequest,
  path: string,
): Promise<HttpReply> {
  const { message } = request;
  const client = callerInfo(message);
  const startedMs = performance.now();
  const response = await engine.runHttpAction({
    method: request.method,
    url: `${publicScheme(message)}://${request.url.host}${path}${request.url.search}`,
    headers: headerList(message),
    body: await requestBody(request),
    identity: await attemptedIdentity(auth, message.headers.authorization),
    client,
  });
  return toReply(response, request.signal, (error) =>
    log({
      ...{ identifier: `${request.method} ${path}`, kind: "HttpAction", environment: "isolate" },
      ...{ caller: "HttpEndpoint", logLines: [], requestId: client.requestId },
      timestampMs: Date.now(),
      durationMs: performance.now() - startedMs,
      error: error instanceof Error ? error.message : String(error),
    }),
  );
}

/** A header that proves nothing does not fail the request: the app may use it in its own way. */
async function attemptedIdentity(
  auth: HttpActionServices["auth"],
  header: string | undefined,
): Promise<Identity> {
  try {
    return await auth.fromHeader(header);
  } catch (error) {
    if (error instanceof HttpError) return { kind: "invalid", message: error.message };
    throw error;
  }
}

/** What the client spoke, also when a proxy stands between. */
function publicScheme(message: IncomingMessage): "http" | "https" {
  const forwardedProto = message.headers["x-forwarded-proto"];
  const first = (Array.isArray(forwardedProto) ? forwardedProto[0] : forwardedProto)?.split(",")[0];
  const forwarded = /(?:^|[;,\s])proto="?(https?)"?/i.exec(message.headers.forwarded ?? "")?.[1];
  const own = message.socket instanceof TLSSocket ? "https" : "http";
  return (first ?? forwarded ?? own).trim().toLowerCase() === "https" ? "https" : "http";
}

function headerList(message: IncomingMessage): [string, string][] {
  const headers: [string, string][] = [];
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.push([name, value]);
  }
  return headers;
}

async function requestBody(request: HttpRequest): Promise<HttpActionRequest["body"]> {
  const { message } = request;
  const declaredBytes = Number(message.headers["content-length"] ?? Number.NaN);
  const chunked = message.headers["transfer-encoding"] !== undefined;
  if (BODYLESS_METHODS.has(request.method) || (!chunked && !(declaredBytes > 0))) return null;

  const body = request.rawStream(BODY_LIMIT_BYTES);
  if (declaredBytes <= WHOLE_BODY_BYTES) {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }
  // Node's own name for the same standard type.
  return Readable.toWeb(body) as ReadableStream<Uint8Array>;
}

type Report = (error: unknown) => void;

async function toReply(
  response: HttpActionResponse,
  clientGone: AbortSignal,
  brokeOff: Report,
): Promise<HttpReply> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of response.headers) {
    const key = name.toLowerCase();
    if (!OWN_HEADERS.has(key)) (headers[key] ??= []).push(value);
  }
  const { body, status } = response;
  if (body === null || body instanceof Uint8Array) {
    return { status, headers, body: body ?? new Uint8Array(0) };
  }
  const chunks = capped(body, brokeOff);
  try {
    // What fails before its first byte can still be answered with an error.
    await once(chunks, "readable", { signal: clientGone });
  } catch (error) {
    chunks.destroy();
    if (clientGone.aborted) throw new HttpError(408, "ClientDisconnect", "The client went away.");
    if (error instanceof HttpError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new HttpError(
      500,
      "HttpResponseBrokeOff",
      `The HTTP action's answer broke off: ${detail}`,
    );
  }
  return { status, headers, body: chunks };
}

/** Fails when there is more than the cap, or when the action's own stream does. */
function capped(body: ReadableStream<Uint8Array>, brokeOff: Report): Readable {
  const reader = body.getReader();
  let sizeBytes = 0;
  const next = async (): Promise<Uint8Array | null> => {
    const { done, value } = await reader.read();
    if (done) return null;
    sizeBytes += value.byteLength;
    if (sizeBytes > BODY_LIMIT_BYTES) throw responseTooLarge();
    return value;
  };
  return new Readable({
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: unknown) => {
          brokeOff(error);
          this.destroy(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
    // At once, also while the action is silent: when its client has gone it need not write on.
    destroy(error, done) {
      reader.cancel(error ?? undefined).then(
        () => done(error),
        () => done(error),
      );
    },
  });
}

function responseTooLarge(): HttpError {
  return new HttpError(
    500,
    "HttpResponseTooLarge",
    `HTTP actions support responses up to ${String(BODY_LIMIT_BYTES / (1 << 20))} MiB.`,
  );
}
