// HTTP actions: carries a request to the app's `http.ts` and its response back. The app answers everything here,
// CORS and errors included.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import type {
  Engine,
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
};

/** @param path of the address as the action is to see it: without `/http` */
export async function answerHttpAction(
  { engine, auth }: HttpActionServices,
  request: HttpRequest,
  path: string,
): Promise<HttpReply> {
  const { message } = request;
  const response = await engine.runHttpAction({
    method: request.method,
    url: `${publicScheme(message)}://${request.url.host}${path}${request.url.search}`,
    headers: headerList(message),
    body: await requestBody(request),
    identity: await attemptedIdentity(auth, message.headers.authorization),
    client: callerInfo(message),
  });
  return toReply(response);
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

function toReply(response: HttpActionResponse): HttpReply {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of response.headers) {
    const key = name.toLowerCase();
    if (!OWN_HEADERS.has(key)) (headers[key] ??= []).push(value);
  }
  const { body, status } = response;
  if (body === null || body instanceof Uint8Array) {
    if ((body?.byteLength ?? 0) > BODY_LIMIT_BYTES) throw responseTooLarge();
    return { status, headers, body: body ?? new Uint8Array(0) };
  }
  return { status, headers, body: capped(body) };
}

/** The status line is on its way already: an answer that grows past the cap is cut off. */
function capped(body: ReadableStream<Uint8Array>): Readable {
  let sizeBytes = 0;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > BODY_LIMIT_BYTES) controller.error(responseTooLarge());
        else controller.enqueue(chunk);
      },
    }),
  );
  // The same standard type under Node's own name.
  return Readable.fromWeb(counted as NodeReadableStream<Uint8Array>);
}

function responseTooLarge(): HttpError {
  return new HttpError(
    500,
    "HttpResponseTooLarge",
    `HTTP actions support responses up to ${String(BODY_LIMIT_BYTES / (1 << 20))} MiB.`,
  );
}
