// What one running query or mutation remembers: what it read, wrote and used, and how to undo its writes.
import type { Store, Table } from "../store/index.ts";
import { StoreError, TABLES_PSEUDO_INDEX } from "../store/index.ts";
import { encodeIndexKey, successorOfKey, type TableNames } from "../values/index.ts";
import { DatabaseError } from "./errors.ts";
import type { CursorSeal } from "./query/cursor.ts";
import type { QueryPipeline, Present } from "./query/operators.ts";
import type { Source } from "./query/source.ts";
import type { KeptAnswer, TransactionLimits, ReadRange, ReadSet, WriteKey } from "./types.ts";
import { Usage } from "./limits.ts";
import type { ActiveSchema } from "./schema.ts";

/** What a transaction needs of the database that began it. */
export interface TransactionHost {
  readonly store: Store;
  schema(): ActiveSchema;
  readonly cursorSeal: CursorSeal;
  /** Strictly increasing, at least `nowMs`. */
  nextCreationTime(nowMs: number): number;
  /** The timestamp of a commit that happens now. */
  assignCommitTs(): bigint;
  countChanged(table: Table): void;
  /** Tables or indexes were added, removed or renamed. */
  catalogChanged(): void;
  /** The catalog in memory may be ahead of SQLite after a rollback: read it again. */
  catalogRolledBack(): void;
  /** The whole batch is lost: SQLite gave up its transaction. */
  batchBroken(error: unknown): void;
  transactionEnded(): void;
}

/** How JSON text shows an unresolved commit timestamp; inside a string the quotes would be escaped. */
export const COMMIT_TS_JSON = '{"$commitTs":null}';

export type OpenStream = { pipeline: QueryPipeline; present: Present };

type Mark = {
  name: string;
  writes: number;
  countChanges: number;
  catalogChanges: number;
  used: TransactionLimits;
};

export class TransactionState {
  readonly host: TransactionHost;
  readonly kind: "query" | "mutation";
  readonly beginTs: bigint;
  readonly nowMs: number;
  readonly usage: Usage;
  readonly streams = new Map<number, OpenStream>();
  readonly tables: TableNames & { numberOf(name: string): number | undefined };
  writes: WriteKey[] = [];
  /** Documents came or went in such numbers that `writes` does not list them. */
  changedWholeTables = false;
  /** Grows with every write and rollback: chunks of documents read before are stale. */
  writeCount = 0;
  /** Documents with an unresolved commit timestamp in them. */
  readonly awaitingCommitTs: { table: Table; internalId: Uint8Array }[] = [];
  /** Written when the timestamp of the commit is known. */
  answer: KeptAnswer | null = null;
  #status: "open" | "ended" = "open";
  #failure: Error | null = null;
  #points: ReadRange[] = [];
  #sources: Source[] = [];
  #countChanges: { table: Table; delta: number }[] = [];
  #catalogChanges = 0;
  #marks: Mark[] = [];
  #nextMark = 1;
  #nextStreamId = 0;

  constructor(
    host: TransactionHost,
    kind: "query" | "mutation",
    beginTs: bigint,
    nowMs: number,
    limits: TransactionLimits,
  ) {
    this.host = host;
    this.kind = kind;
    this.beginTs = beginTs;
    this.nowMs = nowMs;
    this.usage = new Usage(limits);
    this.tables = {
      nameOf: (number) => host.store.catalog.byNumber(number)?.name,
      numberOf: (name) => host.store.catalog.byName(name)?.number,
    };
  }

  // ---- Being alive ----

  get isOpen(): boolean {
    return this.#status === "open";
  }

  /** @throws when the transaction has ended or is damaged by a storage failure */
  checkUsable(): void {
    if (this.#status === "ended") {
      throw new DatabaseError(
        "TransactionEnded",
        "This function has already finished: its database operations are refused.",
      );
    }
    if (this.#failure !== null) throw this.#failure;
  }

  checkWritable(): void {
    this.checkUsable();
    if (this.kind === "query") {
      throw new DatabaseError("ReadOnlyTransaction", "Queries cannot write to the database.");
    }
  }

  end(): void {
    this.#status = "ended";
    this.streams.clear();
    this.host.transactionEnded();
  }

  /**
   * Runs the SQLite part of a write. When SQLite fails half way, rows and index entries may disagree,
   * so nothing but a rollback is allowed afterwards.
   */
  storing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      const failure =
        error instanceof StoreError
          ? new DatabaseError(error.code, error.message, { cause: error })
          : error instanceof Error
            ? error
            : new Error(String(error));
      this.#failure = failure;
      if (!this.host.store.connection.isInTransaction) this.host.batchBroken(failure);
      throw failure;
    }
  }

  // ---- Reads ----

  addSource(source: Source): void {
    this.#sources.push(source);
  }

  addStream(stream: OpenStream): number {
    const id = this.#nextStreamId++;
    this.streams.set(id, stream);
    return id;
  }

  readPoint(index: number, key: Uint8Array): void {
    this.#points.push({ index, from: key, to: successorOfKey(key) });
  }

  /** Remembers that the absence of a table mattered. */
  readMissingTable(nameOrNumber: string | number): void {
    this.readPoint(TABLES_PSEUDO_INDEX, encodeIndexKey([nameOrNumber]));
  }

  readRange(range: ReadRange): void {
    this.#points.push(range);
  }

  readSet(): ReadSet {
    return [...this.#points, ...this.#sources.flatMap((source) => source.readRanges())];
  }

  // ---- Writes ----

  countDocuments(table: Table, delta: number): void {
    table.documentCount += delta;
    this.#countChanges.push({ table, delta });
    this.host.countChanged(table);
  }

  wrote(index: number, key: Uint8Array): void {
    this.writes.push({ index, key });
  }

  /** Tables or indexes were added, removed or renamed. */
  catalogChanged(): void {
    this.#catalogChanges += 1;
    this.host.catalogChanged();
  }

  // ---- Savepoints ----

  mark(): number {
    const name = `s${this.#nextMark++}`;
    this.host.store.connection.exec(`SAVEPOINT ${name}`);
    this.#marks.push({
      name,
      writes: this.writes.length,
      countChanges: this.#countChanges.length,
      catalogChanges: this.#catalogChanges,
      used: { ...this.usage.used },
    });
    return this.#marks.length;
  }

  /** Undoes all since the mark; marks made after it are gone. */
  undoTo(depth: number): void {
    const mark = this.#markAt(depth);
    this.#marks.length = depth;
    this.writeCount += 1;
    this.host.store.connection.exec(`ROLLBACK TO ${mark.name}`);
    this.#restore(mark);
  }

  releaseTo(depth: number): void {
    const mark = this.#markAt(depth);
    this.#marks.length = depth - 1;
    this.host.store.connection.exec(`RELEASE ${mark.name}`);
  }

  /** Undoes everything. SQLite's own rollback is the caller's. */
  undoAll(): void {
    this.#marks = [];
    this.#restore({
      name: "",
      writes: 0,
      countChanges: 0,
      catalogChanges: 0,
      used: { ...this.usage.used, documentsWritten: 0, bytesWritten: 0, functionsScheduled: 0 },
    });
  }

  #restore(mark: Mark): void {
    this.writes.length = mark.writes;
    for (const { table, delta } of this.#countChanges.splice(mark.countChanges)) {
      table.documentCount -= delta;
    }
    const { used } = this.usage;
    used.documentsWritten = mark.used.documentsWritten;
    used.bytesWritten = mark.used.bytesWritten;
    used.functionsScheduled = mark.used.functionsScheduled;
    used.scheduledFunctionArgsBytes = mark.used.scheduledFunctionArgsBytes;
    if (this.#catalogChanges > mark.catalogChanges) {
      this.#catalogChanges = mark.catalogChanges;
      this.host.catalogRolledBack();
    }
  }

  #markAt(depth: number): Mark {
    const mark = this.#marks[depth - 1];
    if (mark === undefined) throw new Error(`No savepoint at depth ${depth}`);
    return mark;
  }
}
