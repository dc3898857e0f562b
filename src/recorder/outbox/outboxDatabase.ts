/**
 * The outbox's database and the way to it. Browsers close a page's connection at times, phones above all when the page
 * was in the background for long: the next transaction then opens it again, so that a recording goes on being stored.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import type { LocalLecture, Piece, StoredMark, StoredTextChunk } from "./ledger.ts";

export interface OutboxSchema extends DBSchema {
  lectures: { key: string; value: LocalLecture };
  pieces: { key: [string, number]; value: Piece };
  /** The bytes, in the order in which they came: [lecture, piece, slice]. */
  slices: { key: [string, number, number]; value: ArrayBuffer | Blob };
  textChunks: { key: [string, number]; value: StoredTextChunk };
  marks: { key: [string, string]; value: StoredMark };
  /** Chosen files that are not cut to their end yet, so that closing the page does not lose them. */
  files: { key: string; value: File | FileSystemFileHandle };
}

export type StoreName = "lectures" | "pieces" | "slices" | "textChunks" | "marks" | "files";

type Transaction<Names extends StoreName[], Mode extends IDBTransactionMode> = IDBPTransaction<
  OutboxSchema,
  Names,
  Mode
>;

/** "strict" waits until the disk has it: a dead battery may take the last second, not the last minute. */
const durable = { durability: "strict" } as const;

export class OutboxDatabase {
  readonly #name: string;
  #connection: Promise<IDBPDatabase<OutboxSchema>> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Opens it, unless it is open. */
  connect(): Promise<IDBPDatabase<OutboxSchema>> {
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  /** A transaction that only reads. Use it before anything else is awaited: it ends when nothing is asked of it. */
  async look<const Names extends StoreName[]>(
    ...names: Names
  ): Promise<Transaction<Names, "readonly">> {
    return this.#begin((database) => database.transaction(names));
  }

  /** A transaction that writes. Use it before anything else is awaited: it ends when nothing is asked of it. */
  async change<const Names extends StoreName[]>(
    ...names: Names
  ): Promise<Transaction<Names, "readwrite">> {
    return this.#begin((database) => database.transaction(names, "readwrite", durable));
  }

  async close(): Promise<void> {
    const database = await this.#connection;
    database?.close();
  }

  async #begin<Begun>(begin: (database: IDBPDatabase<OutboxSchema>) => Begun): Promise<Begun> {
    try {
      return begin(await this.connect());
    } catch (error) {
      if (!isClosed(error)) throw error;
      this.#connection = undefined;
      return begin(await this.connect());
    }
  }

  #open(): Promise<IDBPDatabase<OutboxSchema>> {
    return openDB<OutboxSchema>(this.#name, 1, {
      upgrade(upgraded) {
        upgraded.createObjectStore("lectures", { keyPath: "clientKey" });
        upgraded.createObjectStore("pieces", { keyPath: ["clientKey", "index"] });
        upgraded.createObjectStore("slices");
        upgraded.createObjectStore("textChunks", { keyPath: ["clientKey", "index"] });
        upgraded.createObjectStore("marks", { keyPath: ["clientKey", "markKey"] });
        upgraded.createObjectStore("files");
      },
      // A newer version of the app in another tab wants to change the shape: let it.
      blocking: (_current, _next, event) => (event.target as IDBDatabase).close(),
      terminated: () => (this.#connection = undefined),
    });
  }
}

/** What every browser throws when a transaction is begun on a connection that was closed. */
function isClosed(error: unknown): boolean {
  return error instanceof DOMException && error.name === "InvalidStateError";
}
