/** Where a copy of a recording is written to: a file that a person chose, or a download. Never the whole of it in memory. */

/** Takes bytes at any place: a container's header is put right when its end is known. */
export interface CopyTarget {
  write(bytes: Uint8Array<ArrayBuffer>, position: number): Promise<void>;
  /** All of it is written: now it is a file. */
  finish(): Promise<void>;
  /** It was not written to its end: nothing of it stays. */
  abandon(): Promise<void>;
}

/** A file that a person chose. The browser puts it in its place when all of it is there. */
export function chosenFile(writable: FileSystemWritableFileStream): CopyTarget {
  return {
    write: (data, position) => writable.write({ type: "write", data, position }),
    finish: () => writable.close(),
    abandon: () => writable.abort(),
  };
}

/**
 * Bytes that are handed over as one Blob, which browsers keep on their disk when it is large.
 * @param onFinished gets the whole of it
 */
export function blobTarget(mimeType: string, onFinished: (whole: Blob) => void): CopyTarget {
  let whole = new Blob([], { type: mimeType });
  return {
    write: (bytes, position) => {
      const after = whole.slice(position + bytes.byteLength);
      whole = new Blob([whole.slice(0, position), bytes, after], { type: mimeType });
      return Promise.resolve();
    },
    finish: () => {
      onFinished(whole);
      return Promise.resolve();
    },
    abandon: () => Promise.resolve(),
  };
}
