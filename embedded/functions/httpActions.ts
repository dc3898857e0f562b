// One HTTP action: finds its route in the pushed router, calls it with a Request, takes its Response apart.
import { Buffer } from "node:buffer";
import type { Body } from "./actionProtocol.ts";

export type HttpMessage = {
  method: string;
  url: string;
  headers: [string, string][];
  body: Body;
};
export type HttpAnswer = { status: number; headers: [string, string][]; body: Body };

type Router = {
  isRouter: true;
  lookup(
    path: string,
    method: string,
  ): [{ invokeHttpAction(request: Request): Promise<unknown> }, string, string] | null;
};

/** A response that ends this soon is sent in one piece, with its length. */
const WHOLE_BODY_MS = 10;
const WHOLE_BODY_BYTES = 1 << 20;

/** @param matched told the route as declared, `GET /path` or `GET /prefix/*` */
export async function answerHttp(
  router: unknown,
  message: HttpMessage,
  matched: (route: string) => void,
): Promise<HttpAnswer> {
  if (!isRouter(router)) {
    throw new Error("The default export of `convex/http.ts` is not a router.");
  }
  const url = new URL(message.url);
  const method = message.method === "HEAD" ? "GET" : message.method;
  const found = router.lookup(url.pathname, method);
  if (found === null) return plain(404, "No matching routes found");
  const [action, routeMethod, routePath] = found;
  matched(`${routeMethod} ${routePath}`);
  const request = new Request(message.url, {
    method,
    headers: message.headers,
    ...(message.body === null || method === "GET"
      ? {}
      : // Node wants to be told that the answer may come before the body has been sent.
        { body: message.body as BodyInit, duplex: "half" }),
  });
  const response = await action.invokeHttpAction(request);
  if (!(response instanceof Response)) throw new Error("HTTP actions must return a Response");
  return {
    status: response.status,
    headers: [...response.headers],
    body: response.body === null ? null : await wholeOrStream(response.body),
  };
}

export function plain(status: number, text: string): HttpAnswer {
  return {
    status,
    headers: [["content-type", "text/plain; charset=utf-8"]],
    body: new TextEncoder().encode(text),
  };
}

function isRouter(value: unknown): value is Router {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { isRouter?: unknown }).isRouter === true
  );
}

async function wholeOrStream(body: ReadableStream<Uint8Array>): Promise<Body> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    const next = reader.read();
    const read = await Promise.race([next, elapsed(WHOLE_BODY_MS)]);
    if (read === null) return continued(chunks, next, reader);
    if (read.done) return Buffer.concat(chunks);
    chunks.push(read.value);
    sizeBytes += read.value.byteLength;
    if (sizeBytes > WHOLE_BODY_BYTES) return continued(chunks, reader.read(), reader);
  }
}

function elapsed(durationMs: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), durationMs));
}

/** A stream of what was read already, what is being read, and the rest. */
function continued(
  chunks: Uint8Array[],
  next: Promise<ReadableStreamReadResult<Uint8Array>>,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  let pending: Promise<ReadableStreamReadResult<Uint8Array>> | null = next;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
    },
    async pull(controller) {
      const read = await (pending ?? reader.read());
      pending = null;
      if (read.done) controller.close();
      else controller.enqueue(read.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
