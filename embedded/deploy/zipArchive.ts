// Zip files on disk, written and read as streams, so that neither a table nor a video has to fit into memory.
import { createWriteStream, type WriteStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { configure, Reader, ZipReader, ZipWriter, type FileEntry } from "@zip.js/zip.js";

// Node's zlib works on its own threads already.
configure({ useWebWorkers: false });

/** Media is compressed already; deflating it again costs time and gains nothing. */
const STORED = { level: 0 } as const;

export class ZipFileWriter {
  readonly #file: WriteStream;
  readonly #zip: ZipWriter<unknown>;

  /** @param path a file that must not exist yet */
  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: "wx" });
    this.#zip = new ZipWriter(Writable.toWeb(this.#file));
  }

  /** Adds one file. Entries are added one after the other. */
  async add(
    name: string,
    content: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
    options: { compress: boolean },
  ): Promise<void> {
    const bytes = Readable.from(content, { objectMode: false });
    // Node's and the DOM's stream types describe the same thing and do not match in TypeScript.
    const stream = Readable.toWeb(bytes) as unknown as ReadableStream<Uint8Array>;
    await this.#zip.add(name, stream, options.compress ? {} : STORED);
  }

  /** Writes the directory; the file is complete and on disk when this resolves. */
  async close(): Promise<void> {
    await this.#zip.close();
    await finished(this.#file, { readable: false });
  }

  /** Gives up; the caller removes the file. */
  abandon(): void {
    this.#file.destroy();
  }
}

export type ZipFile = {
  /** The names of all files, folders left out. */
  names: string[];
  has(name: string): boolean;
  /** The uncompressed bytes of a file. */
  read(name: string): Readable;
  close(): Promise<void>;
};

/** @throws when the file is not a zip */
export async function openZipFile(path: string): Promise<ZipFile> {
  const file = await open(path, "r");
  const zip = new ZipReader(new FileReader(file));
  const entries = new Map<string, FileEntry>();
  try {
    for (const entry of await zip.getEntries()) {
      if (!entry.directory) entries.set(entry.filename, entry);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read: (name) => readEntry(entries.get(name)),
    close: async () => {
      await zip.close();
      await file.close();
    },
  };
}

function readEntry(entry: FileEntry | undefined): Readable {
  if (entry === undefined) return Readable.from([]);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stream = Readable.fromWeb(readable as Parameters<typeof Readable.fromWeb>[0]);
  // A damaged entry fails whoever reads it.
  entry.getData(writable).catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return stream;
}

/** Reads ranges of a file without loading it. */
class FileReader extends Reader<FileHandle> {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    super(file);
    this.#file = file;
  }

  override async init(): Promise<void> {
    const { size } = await this.#file.stat();
    this.size = size;
    await super.init?.();
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    await this.#file.read(bytes, 0, bytes.length, index);
    return bytes;
  }
}
