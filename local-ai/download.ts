// Fetches a model's weights once: resumes where it stopped, and keeps nothing that fails its checksum.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type DownloadProgress = { receivedBytes: number; totalBytes: number };

/** The weights could not be had; `message` is a sentence for the person who waits for them. */
export class DownloadError extends Error {
  /** `unreachable`: no answer. `broken`: an answer that began and did not end. */
  readonly code: "unreachable" | "broken" | "refused" | "damaged";
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
  /** About how large the file is: for progress before the server says it, and as a bound (twice this). */
  sizeBytes: number;
  onProgress?: (progress: DownloadProgress) => void;
  signal: AbortSignal;
  /** A connection that brings nothing for this long is given up. */
  stallMs?: number;
};

const defaultStallMs = 60_000;
/** Breaks in a row, with nothing received in between, after which the network counts as gone. */
const triesWithoutProgress = 3;

/**
 * Downloads and verifies; resolves when `file` is there. A `.part` file from before is continued, and
 * so is a connection that broke, as long as each try brings something.
 *
 * @throws DownloadError, or the signal's reason
 */
export async function downloadFile(request: DownloadRequest): Promise<void> {
  const part = `${request.file}.part`;
  await mkdir(dirname(request.file), { recursive: true });
  await receiveAll(request, part);
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

async function receiveAll(request: DownloadRequest, part: string): Promise<void> {
  let hasBegun = false;
  for (let fruitless = 0; ;) {
    const before = await sizeOf(part);
    try {
      return await receive(request, part, before);
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      hasBegun ||= error.code === "broken";
      // Where there never was a connection, saying so helps more than waiting.
      const worthAnotherTry = error.code === "broken" || (error.code === "unreachable" && hasBegun);
      fruitless = (await sizeOf(part)) > before ? 0 : fruitless + 1;
      if (!worthAnotherTry || fruitless >= triesWithoutProgress) throw error;
      await sleep(1000 * fruitless, undefined, { signal: request.signal });
    }
  }
}

async function receive(request: DownloadRequest, part: string, offset: number): Promise<void> {
  const stall = new AbortController();
  const watch = setTimeout(() => stall.abort(), request.stallMs ?? defaultStallMs);
  const { host } = new URL(request.url);
  let hasBegun = false;
  const signal = AbortSignal.any([request.signal, stall.signal]);
  try {
    const response = await get(request, offset, signal);
    // 416: the part file is already whole (or longer than the file, which the checksum finds out).
    if (response.status === 416) return void (await response.body?.cancel());
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw response.status >= 500
        ? new DownloadError("unreachable", `${host} answered ${response.status}.`)
        : new DownloadError("refused", `${request.url} answered ${response.status}.`);
    }
    // A server that ignores Range sends everything from the beginning.
    const start = response.status === 206 ? offset : 0;
    hasBegun = true;
    await save(request, part, { body: response.body, start, totalBytes: totalOf(response, start) });
  } catch (error) {
    request.signal.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    const isOwnDisk = error instanceof Error && "syscall" in error && "path" in error;
    if (isOwnDisk) throw error;
    throw hasBegun
      ? new DownloadError("broken", `${host} broke off in the middle.`, { cause: error })
      : new DownloadError("unreachable", `${host} could not be reached.`, { cause: error });
  } finally {
    clearTimeout(watch);
  }

  async function save(
    { sizeBytes, onProgress }: DownloadRequest,
    file: string,
    from: { body: ReadableStream<Uint8Array>; start: number; totalBytes: number | undefined },
  ): Promise<void> {
    const totalBytes = from.totalBytes ?? sizeBytes;
    const output = await open(file, from.start === 0 ? "w" : "a");
    let receivedBytes = from.start;
    try {
      for await (const bytes of from.body) {
        watch.refresh();
        receivedBytes += bytes.byteLength;
        if (receivedBytes > 2 * sizeBytes) {
          throw new DownloadError("damaged", `${request.url} is far larger than it should be.`);
        }
        await output.write(bytes);
        onProgress?.({ receivedBytes, totalBytes });
      }
    } finally {
      await output.close();
    }
    if (from.totalBytes !== undefined && receivedBytes < from.totalBytes) {
      throw new DownloadError("broken", `${host} broke off in the middle.`);
    }
  }
}

async function get(request: DownloadRequest, offset: number, signal: AbortSignal) {
  return fetch(request.url, { headers: offset > 0 ? { Range: `bytes=${offset}-` } : {}, signal });
}

function totalOf(response: Response, start: number): number | undefined {
  const length = Number(response.headers.get("content-length"));
  // A compressed answer's length says nothing about the file's.
  return length > 0 && !response.headers.has("content-encoding") ? start + length : undefined;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}

async function sha1Of(file: string): Promise<string> {
  const hash = createHash("sha1");
  await createReadStream(file).forEach((bytes: Buffer) => void hash.update(bytes));
  return hash.digest("hex");
}
