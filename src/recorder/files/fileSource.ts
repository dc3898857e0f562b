/** Reads a chosen file for the demuxer in a few large steps, where the library's own source takes many small ones. */
import { CustomSource } from "mediabunny";

/** Of the File API, for workers only; a page's types leave it out. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

/** A seek reads so much; each read that goes on where the last one ended reads twice as much. */
const LEAST_BYTES = 2 ** 20;
const MOST_BYTES = 2 ** 22;
/** Files are read from front to back, and the same place seldom twice. */
const CACHE_BYTES = 2 * MOST_BYTES;

/**
 * For a worker: files are read there and then, without waiting.
 *
 * The demuxer of MP3 asks for 64 KB after each frame, and gets a copy of them where they lie in two blocks of its cache:
 * with a stream's small blocks that is garbage faster than a browser collects it. Large blocks have few edges.
 */
export function fileSource(file: Blob): CustomSource {
  const reader = new FileReaderSync();
  let expectedStart = 0;
  let lengthBytes = LEAST_BYTES;
  return new CustomSource({
    getSize: () => file.size,
    read(start, end) {
      lengthBytes = start === expectedStart ? Math.min(2 * lengthBytes, MOST_BYTES) : LEAST_BYTES;
      expectedStart = Math.min(file.size, Math.max(end, start + lengthBytes));
      return oneChunk(reader.readAsArrayBuffer(file.slice(start, expectedStart)));
    },
    maxCacheSize: CACHE_BYTES,
    prefetchProfile: "fileSystem",
  });
}

/** A stream may give more than was asked for; bytes themselves may not. */
function oneChunk(bytes: ArrayBuffer): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });
}
