// Uploads and downloads: bytes go between socket and disk without being held in memory.
import { once } from "node:events";
import type { Readable } from "node:stream";
import { SystemFunctionError } from "../functions/index.ts";
import { HttpError, badRequest } from "../http/errors.ts";
import { jsonReply, type HttpReply, type HttpRequest, type Route } from "../http/router.ts";
import { FileStore, type StoredFile } from "./fileStore.ts";
import { parseRange } from "./range.ts";

const CACHE_SECONDS = 2_592_000;
/** Types that a browser would run: shown in a sandbox, so that an upload cannot act as the app that shares its origin. */
const ACTIVE_TYPES = /html|xml|svg|script/i;

export function fileRoutes(files: FileStore): Route[] {
  return [
    {
      method: "POST",
      pattern: "/api/storage/upload",
      handle: (request) => upload(files, request),
    },
    {
      method: "GET",
      pattern: "/api/storage/:internalId",
      handle: (request) => download(files, request),
    },
  ];
}

async function upload(files: FileStore, request: HttpRequest): Promise<HttpReply> {
  const token = request.url.searchParams.get("token") ?? "";
  await files.checkUploadToken(token).catch(tokenError);
  const expected = expectedSha256(request);
  const written = await files
    .write(request.rawStream(files.maxUploadBytes) as AsyncIterable<Buffer>)
    .catch(diskError);
  if (expected !== null && expected !== written.sha256Base64) {
    await files.discard(written);
    throw badRequest(
      "Sha256Mismatch",
      `The bytes have the SHA-256 ${written.sha256Base64}, the Digest header says ${expected}.`,
    );
  }
  const contentType = request.headers["content-type"] ?? null;
  const storageId = await files.commit(written, contentType, token).catch(tokenError);
  return jsonReply({ storageId });
}

/** The base64 of `Digest: sha-256=...`; null without one. */
function expectedSha256(request: HttpRequest): string | null {
  const header = request.headers.digest;
  if (typeof header !== "string") return null;
  const value = /(?:^|,)\s*sha-256\s*=\s*([A-Za-z0-9+/_=-]+)/i.exec(header)?.[1];
  const bytes = value === undefined ? null : Buffer.from(value, "base64");
  if (bytes?.length !== 32) {
    throw badRequest("InvalidDigest", "The Digest header must be `sha-256=<base64>`.");
  }
  return bytes.toString("base64");
}

function tokenError(error: unknown): never {
  if (!(error instanceof SystemFunctionError)) throw error;
  if (error.code.startsWith("StorageToken")) throw new HttpError(401, error.code, error.message);
  // The bytes found room, their row did not.
  if (error.code === "StoreFault") throw new HttpError(507, "DiskFull", error.message);
  throw error;
}

function diskError(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    throw new HttpError(507, "DiskFull", "The server has no space left for this file.");
  }
  throw error;
}

async function download(files: FileStore, request: HttpRequest): Promise<HttpReply> {
  const internalId = request.params.internalId ?? "";
  if (!FileStore.isInternalId(internalId)) {
    throw badRequest("InvalidStoragePath", `Invalid storage path: "${internalId}" is not a UUID.`);
  }
  const file = await files.byInternalId(internalId);
  if (file === null) throw fileNotFound(internalId);

  const etag = `"${Buffer.from(file.sha256Base64, "base64").toString("hex")}"`;
  const headers = commonHeaders(file, etag);
  if (matches(request.headers["if-none-match"], etag)) return { status: 304, headers };

  const ifRange = request.headers["if-range"];
  const rangeHeader = ifRange === undefined || ifRange === etag ? request.headers.range : undefined;
  const range = parseRange(rangeHeader, file.sizeBytes);
  switch (range.kind) {
    case "unsatisfiable":
      return {
        status: 416,
        headers: { ...headers, "content-range": `bytes */${String(file.sizeBytes)}` },
      };
    case "part":
      return {
        status: 206,
        headers: {
          ...headers,
          "content-range": `bytes ${String(range.first)}-${String(range.last)}/${String(file.sizeBytes)}`,
          "content-length": String(range.last - range.first + 1),
        },
        body: await opened(files.read(internalId, range), internalId),
      };
    case "whole":
      return {
        status: 200,
        headers: {
          ...headers,
          digest: `sha-256=${file.sha256Base64}`,
          "content-length": String(file.sizeBytes),
        },
        body: await opened(files.read(internalId), internalId),
      };
    default:
      return range satisfies never;
  }
}

function fileNotFound(internalId: string): HttpError {
  return new HttpError(404, "FileNotFound", `File ${internalId} not found.`);
}

/** Waits until the file is open: one that was deleted a moment ago is a 404, not a broken answer. */
async function opened(bytes: Readable, internalId: string): Promise<Readable> {
  try {
    await once(bytes, "open");
    return bytes;
  } catch {
    throw fileNotFound(internalId);
  }
}

function commonHeaders(file: StoredFile, etag: string): Record<string, string> {
  const type = file.contentType;
  return {
    ...(type === null || !/^[\t\x20-\x7e]+$/.test(type) ? {} : { "content-type": type }),
    "cache-control": `private, max-age=${String(CACHE_SECONDS)}, immutable`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    ...(type === null || ACTIVE_TYPES.test(type) ? { "content-security-policy": "sandbox" } : {}),
    etag,
  };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
