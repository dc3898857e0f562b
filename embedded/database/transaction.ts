// A running query or mutation as the upper layers see it: reading, writing, savepoints, the end.
import type { JSONObject } from "../values/index.ts";
import { DatabaseError } from "./errors.ts";
import { vectorSearch } from "./query/vectorSearch.ts";
import { parseDocument, Reader } from "./reader.ts";
import type { TransactionState } from "./transactionState.ts";
import type {
  Commit,
  GetOptions,
  HiddenTables,
  KeptAnswers,
  QueryJSON,
  QueryPageArgs,
  QueryPageResult,
  ReadSet,
  Savepoint,
  Transaction,
  TransactionLimits,
  TransactionMetrics,
  VectorQueryJSON,
} from "./types.ts";
import { Writer } from "./writer.ts";

/** Ends a mutation in SQLite; the database's part of commit and rollback. */
export interface TransactionEnding {
  commit(): void;
  rollback(): void;
}

export class TransactionView implements Transaction {
  readonly #state: TransactionState;
  readonly #ending: TransactionEnding;
  readonly #reader: Reader;
  readonly #writer: Writer;
  #systemView: TransactionView | null;
  #hiddenTables: HiddenTables | null = null;
  #answers: KeptAnswers | null = null;

  constructor(state: TransactionState, ending: TransactionEnding, isSystem: boolean) {
    this.#state = state;
    this.#ending = ending;
    this.#reader = new Reader(state, isSystem);
    this.#writer = new Writer(state, this.#reader, isSystem);
    this.#systemView = isSystem ? this : null;
  }

  get kind(): "query" | "mutation" {
    return this.#state.kind;
  }
  get beginTs(): bigint {
    return this.#state.beginTs;
  }
  get nowMs(): number {
    return this.#state.nowMs;
  }
  get tables(): Transaction["tables"] {
    return this.#state.tables;
  }
  get asSystem(): Transaction {
    this.#systemView ??= new TransactionView(this.#state, this.#ending, true);
    return this.#systemView;
  }

  // ---- Reading ----

  get(id: string, options: GetOptions = {}): JSONObject | null {
    const json = this.#reader.getRaw(id, options);
    return json === null ? null : parseDocument(json);
  }

  getRaw(id: string, options: GetOptions = {}): string | null {
    return this.#reader.getRaw(id, options);
  }

  normalizeId(table: string, id: string): string | null {
    return this.#reader.normalizeId(table, id);
  }

  openStream(query: QueryJSON): number {
    return this.#reader.openStream(query);
  }

  streamNext(streamId: number): { value: JSONObject | null; done: boolean } {
    const next = this.#reader.streamNext(streamId);
    if (next === null) return { value: null, done: true };
    return { value: next.present(next.json), done: false };
  }

  streamNextRaw(streamId: number): string | null {
    const next = this.#reader.streamNext(streamId);
    if (next === null) return null;
    return next.present === parseDocument ? next.json : JSON.stringify(next.present(next.json));
  }

  streamClose(streamId: number): boolean {
    return this.#reader.streamClose(streamId);
  }

  collect(query: QueryJSON): JSONObject[] {
    const stream = this.openStream(query);
    const documents: JSONObject[] = [];
    for (;;) {
      const { value } = this.streamNext(stream);
      if (value === null) break;
      documents.push(value);
    }
    this.streamClose(stream);
    return documents;
  }

  queryPage(args: QueryPageArgs, journalCursor: string | null = null): QueryPageResult {
    return this.#reader.queryPage(args, journalCursor);
  }

  count(table: string): number {
    return this.#reader.count(table);
  }

  tableNames(): string[] {
    return this.#reader.tableNames();
  }

  vectorSearch(query: VectorQueryJSON): { _id: string; _score: number }[] {
    this.#state.checkUsable();
    const [tableName = "", indexName = ""] = query.indexName.split(".");
    const { store } = this.#state.host;
    const index = store.catalog.byName(tableName)?.index(indexName);
    if (index === undefined) {
      throw new DatabaseError("IndexNotFoundError", `Index ${query.indexName} not found.`);
    }
    return vectorSearch(store, index, query);
  }

  // ---- Writing ----

  insert(table: string, value: JSONObject): string {
    return this.#writer.insert(table, value);
  }

  patch(id: string, value: JSONObject, table?: string): JSONObject {
    return this.#writer.patch(id, value, table);
  }

  replace(id: string, value: JSONObject, table?: string): JSONObject {
    return this.#writer.replace(id, value, table);
  }

  remove(id: string, table?: string): JSONObject {
    return this.#writer.remove(id, table);
  }

  importDocument(table: string, document: JSONObject): string {
    return this.#writer.importDocument(table, document);
  }

  clearTable(table: string): number {
    return this.#writer.clearTable(table);
  }

  get hiddenTables(): HiddenTables {
    this.#hiddenTables ??= this.#writer.hiddenTables();
    return this.#hiddenTables;
  }

  get answers(): KeptAnswers {
    this.#answers ??= this.#writer.answers();
    return this.#answers;
  }

  // ---- Limits, savepoints, the end ----

  noteScheduled(argsBytes: number): void {
    this.#state.checkWritable();
    this.#state.usage.functionScheduled(argsBytes);
  }

  pushLimits(limits: Partial<TransactionLimits>): () => void {
    return this.#state.usage.push(limits);
  }

  metrics(): TransactionMetrics {
    return this.#state.usage.metrics();
  }

  readSet(): ReadSet {
    return this.#state.readSet();
  }

  savepoint(): Savepoint {
    this.#state.checkWritable();
    return { depth: this.#state.mark() };
  }

  rollbackTo(savepoint: Savepoint): void {
    this.#state.undoTo(savepoint.depth);
  }

  release(savepoint: Savepoint): void {
    this.#state.releaseTo(savepoint.depth);
  }

  commit(): Commit | null {
    this.#state.checkWritable();
    const hasWrites = this.#state.writes.length > 0 || this.#state.answer !== null;
    const ts = hasWrites ? this.#state.host.assignCommitTs() : 0n;
    if (hasWrites) this.#writer.resolveCommitTs(ts);
    this.#ending.commit();
    const writes = this.#state.writes;
    const { changedWholeTables } = this.#state;
    this.#state.end();
    if (!hasWrites) return null;
    return changedWholeTables ? { ts, writes, changedWholeTables } : { ts, writes };
  }

  rollback(): void {
    if (!this.#state.isOpen) return;
    if (this.#state.kind === "mutation") {
      this.#ending.rollback();
      this.#state.undoAll();
    }
    this.#state.end();
  }
}
