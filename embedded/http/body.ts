// Reads request bodies: decodes Content-Encoding, counts bytes while they flow, and refuses what is too large
// before it is held in memory (also when a small compressed body unpacks to a large one).
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Transform, type TransformCallback } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";
import { isDeeperThan, MAX_JSON_LEVELS } from "../values/index.ts";
import { HttpError, badRequest } from "./errors.ts";

/** Convex's cap for the public API: arguments of 16 MiB and a little room for the envelope. */
export const PUBLIC_API_BODY_LIMIT = 16 * 1024 * 1024 + 2000;

/** A body that has stopped coming is given up after so long. */
const STALLED_MS = 120_000;

/** Larger than usual: a push of 200 MB is decoded ten times as fast. */
const PIECES = { chunkSize: 256 * 1024 };

/** Passes bytes on until there were more than `limitBytes`, then fails with 413. */
class SizeCap extends Transform {
  readonly #limitBytes: number;
  #seenBytes = 0;

  constructor(limitBytes: number) {
    super();
    this.#limitBytes = limitBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seenBytes += chunk.length;
    if (this.#seenBytes > this.#limitBytes) done(tooLarge(this.#limitBytes));
    else done(null, chunk);
  }
}

export function tooLarge(limitBytes: number): HttpError {
  return new HttpError(
    413,
    "PayloadTooLarge",
    `The request body is larger than the ${String(limitBytes)} bytes that this endpoint takes.`,
  );
}

/**
 * The decoded body as a stream.
 * @param limitBytes largest number of decoded bytes; one more fails the stream with a 413 HttpError
 * @param stalledMs after so long without a byte the stream fails with a 408 HttpError
 */
export function bodyStream(
  message: IncomingMessage,
  limitBytes: number,
  stalledMs = STALLED_MS,
): Readable {
  return through(message, contentEncodings(message), limitBytes, stalledMs);
}

/** The body as it was sent, for endpoints that store bytes and not their meaning. */
export function rawBodyStream(message: IncomingMessage, limitBytes: number): Readable {
  return through(message, [], limitBytes, STALLED_MS);
}

function contentEncodings(message: IncomingMessage): string[] {
  return (message.headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
}

function through(
  message: IncomingMessage,
  encodings: string[],
  limitBytes: number,
  stalledMs: number,
): Readable {
  const declaredBytes = Number(message.headers["content-length"] ?? "0");
  if (encodings.length === 0 && declaredBytes > limitBytes) throw tooLarge(limitBytes);

  const stages: Transform[] = [...encodings.reverse().map(decoder), new SizeCap(limitBytes)];
  let source: Readable = message;
  for (const stage of stages) {
    const input = source;
    // `pipe` passes no errors on; a broken or cut-off body must fail the reader and stop the writer.
    input.once("error", (error) => stage.destroy(asBodyError(error)));
    stage.once("close", () => {
      input.unpipe(stage);
    });
    source = input.pipe(stage);
  }
  const stalled = (): void => {
    source.destroy(new HttpError(408, "RequestTimeout", "The body stopped coming."));
  };
  // Each byte that comes or goes starts the time anew; an answer may take as long as it needs.
  message.setTimeout(stalledMs, stalled);
  message.once("end", () => message.setTimeout(0));
  message.once("close", () => {
    if (!message.complete) {
      source.destroy(new HttpError(408, "ClientDisconnect", "The client went away while sending."));
    }
  });
  return source;
}

function decoder(encoding: string): Transform {
  switch (encoding) {
    case "br":
      return createBrotliDecompress(PIECES);
    case "gzip":
    case "x-gzip":
      return createGunzip(PIECES);
    case "deflate":
      return createInflate(PIECES);
    case "zstd":
      return createZstdDecompress(PIECES);
    default:
      throw new HttpError(
        415,
        "UnsupportedContentEncoding",
        `Content-Encoding "${encoding}" is not known here; use br, gzip, deflate or zstd.`,
      );
  }
}

function asBodyError(error: Error): Error {
  if (error instanceof HttpError) return error;
  return badRequest("InvalidBody", `The request body could not be decoded: ${error.message}`);
}

/** The whole decoded body. */
export async function bodyBytes(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyStream(message, limitBytes)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The whole body as JSON of any shape; the caller checks it. */
export async function bodyJson(message: IncomingMessage, limitBytes: number): Promise<unknown> {
  const text = (await bodyBytes(message, limitBytes)).toString("utf8");
  checkLevels(text, "The request body");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw badRequest("InvalidJson", `The request body is not valid JSON: ${detail}`);
  }
}

/** @throws HttpError 400 when JSON of a stranger is nested in more levels than anything sensible */
export function checkLevels(json: string, what: string): void {
  if (!isDeeperThan(json, MAX_JSON_LEVELS)) return;
  throw badRequest(
    "InvalidJson",
    `${what} is not valid JSON: it has more than ${String(MAX_JSON_LEVELS)} levels.`,
  );
}
