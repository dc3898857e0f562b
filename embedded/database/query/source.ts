// Where a query's documents come from: an interval of an index, read in growing chunks, or a search's ranking.
import { compareKeys, successorOfKey } from "../../values/index.ts";
import type { DocumentStore, Index, IndexedDocument } from "../../store/index.ts";
import type { Order, ReadRange } from "../types.ts";
import type { KeyInterval } from "./ranges.ts";

/** A place in a query's results: after the document with this key, or after the n-th of a search. */
export type Position =
  { kind: "end" } | { kind: "key"; key: Uint8Array } | { kind: "rank"; rank: number };

export type SourceDocument = { position: Position; sizeBytes: number; json: string };

export interface Source {
  /** The next document; null when there is none left. */
  next(): SourceDocument | null;
  /** What has been read so far, for the transaction's read set. */
  readRanges(): ReadRange[];
}

const FIRST_CHUNK = 16;
const LARGEST_CHUNK = 512;
/** Chunks of large documents are kept near this size in memory. */
const CHUNK_BYTES = 1 << 20;

/** What an index scan needs of its transaction. */
export type ScanContext = {
  documents: DocumentStore;
  /** Grows with every write of the transaction; chunks read before a write are stale. */
  writeCount(): number;
};

export class IndexScan implements Source {
  readonly #context: ScanContext;
  readonly #index: Index;
  readonly #interval: KeyInterval;
  readonly #order: Order;
  #chunk: IndexedDocument[] = [];
  #nextInChunk = 0;
  #chunkIsLast = false;
  #chunkSize: number;
  #readAtWriteCount = -1;
  #lastKey: Uint8Array | null = null;
  #isExhausted = false;
  #hasStarted = false;

  /** @param expected how many documents will probably be taken, if known */
  constructor(
    context: ScanContext,
    index: Index,
    interval: KeyInterval,
    order: Order,
    expected?: number,
  ) {
    this.#context = context;
    this.#index = index;
    this.#interval = interval;
    this.#order = order;
    this.#chunkSize = Math.max(1, Math.min(expected ?? FIRST_CHUNK, LARGEST_CHUNK));
  }

  next(): SourceDocument | null {
    this.#hasStarted = true;
    if (this.#isExhausted) return null;
    if (this.#readAtWriteCount !== this.#context.writeCount()) this.#dropChunk();
    let document = this.#chunk[this.#nextInChunk];
    if (document === undefined && !this.#chunkIsLast) {
      this.#fetch();
      document = this.#chunk[0];
    }
    if (document === undefined) {
      this.#isExhausted = true;
      return null;
    }
    this.#nextInChunk += 1;
    this.#lastKey = document.key;
    return {
      position: { kind: "key", key: document.key },
      sizeBytes: document.sizeBytes,
      json: document.json,
    };
  }

  readRanges(): ReadRange[] {
    if (!this.#hasStarted) return [];
    const { from, to } = this.#remaining();
    const index = this.#index.id;
    const whole = { index, from: this.#interval.from, to: this.#interval.to };
    if (this.#isExhausted) return isEmpty(whole) ? [] : [whole];
    if (this.#lastKey === null) return [];
    return this.#order === "asc" ? [{ ...whole, to: from }] : [{ ...whole, from: to ?? from }];
  }

  /** The part of the interval that has not been returned yet. */
  #remaining(): KeyInterval {
    const { from, to } = this.#interval;
    if (this.#lastKey === null) return { from, to };
    if (this.#order === "asc") return { from: successorOfKey(this.#lastKey), to };
    return { from, to: this.#lastKey };
  }

  #dropChunk(): void {
    this.#chunk = [];
    this.#nextInChunk = 0;
    this.#chunkIsLast = false;
    this.#readAtWriteCount = this.#context.writeCount();
  }

  #fetch(): void {
    const { from, to } = this.#remaining();
    const size = this.#chunkSize;
    this.#chunk = isEmpty({ from, to })
      ? []
      : this.#context.documents.range(this.#index, from, to, this.#order, size);
    this.#nextInChunk = 0;
    this.#chunkIsLast = this.#chunk.length < size;
    this.#chunkSize = nextChunkSize(size, this.#chunk);
  }
}

function isEmpty({ from, to }: KeyInterval): boolean {
  return to !== null && compareKeys(from, to) >= 0;
}

function nextChunkSize(size: number, chunk: readonly IndexedDocument[]): number {
  let bytes = 0;
  for (const document of chunk) bytes += document.json.length;
  const fitting = Math.ceil((CHUNK_BYTES * chunk.length) / Math.max(1, bytes));
  return Math.max(1, Math.min(size * 2, LARGEST_CHUNK, fitting));
}

/** A query of a table that does not exist: empty until the table is made. */
export class EmptySource implements Source {
  readonly #reads: ReadRange[];
  constructor(reads: ReadRange[]) {
    this.#reads = reads;
  }
  next(): null {
    return null;
  }
  readRanges(): ReadRange[] {
    return this.#reads;
  }
}
