// Fetches a model's weights once: resumes where it stopped, and keeps nothing that fails its checksum.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

export type DownloadProgress = { receivedBytes: number; totalBytes: number };

/** The weights could not be had; `message` is a sentence for the person who waits for them. */
export class DownloadError extends Error {
  readonly code: "unreachable" | "refused" | "damaged";
  constructor(code: DownloadError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DownloadError";
    this.code = code;
  }
}

export type DownloadRequest = {
  url: string;
  /** Where the finished file goes. Until then its bytes are in `<file>.part`. */
  file: string;
  sha1: string;
  sizeBytes: number;
  onProgress?: (progress: DownloadProgress) => void;
  signal?: AbortSignal;
};

/** Downloads and verifies; resolves when `file` is there. A `.part` file from before is continued. */
export async function downloadFile(request: DownloadRequest): Promise<void> {
  const part = `${request.file}.part`;
  await mkdir(dirname(request.file), { recursive: true });
  await receive(request, part);
  const actual = await sha1Of(part);
  if (actual !== request.sha1) {
    await rm(part, { force: true });
    throw new DownloadError(
      "damaged",
      `The file from ${request.url} is not the one that was published (SHA-1 ${actual}, expected ${request.sha1}). It was thrown away; the next try starts again.`,
    );
  }
  await rename(part, request.file);
}

async function receive(request: DownloadRequest, part: string): Promise<void> {
  const offset = await sizeOf(part);
  const response = await get(request, offset);
  // 416: the part file is already whole (or longer than the file, which the checksum finds out).
  if (response.status === 416) {
    await response.body?.cancel();
    return;
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new DownloadError("refused", `${request.url} answered ${response.status}.`);
  }
  // A server that ignores Range sends everything from the beginning.
  const start = response.status === 206 ? offset : 0;
  const lengthHeader = Number(response.headers.get("content-length"));
  const totalBytes = lengthHeader > 0 ? start + lengthHeader : request.sizeBytes;
  const file = await open(part, start === 0 ? "w" : "a");
  let receivedBytes = start;
  try {
    for await (const bytes of response.body) {
      await file.write(bytes);
      receivedBytes += bytes.byteLength;
      request.onProgress?.({ receivedBytes, totalBytes });
    }
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw unreachable(request, error);
  } finally {
    await file.close();
  }
}

async function get(request: DownloadRequest, offset: number): Promise<Response> {
  try {
    return await fetch(request.url, {
      headers: offset > 0 ? { Range: `bytes=${offset}-` } : {},
      signal: request.signal ?? null,
    });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw unreachable(request, error);
  }
}

function unreachable(request: DownloadRequest, cause: unknown): DownloadError {
  return new DownloadError("unreachable", `${new URL(request.url).host} could not be reached.`, {
    cause,
  });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

async function sha1Of(file: string): Promise<string> {
  const hash = createHash("sha1");
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest("hex");
}
