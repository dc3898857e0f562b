// What the layers above see of the database: the exported types, with the contract in their comments.
import type { JSONObject, JSONValue, TableNames, ValidatorJSON } from "../values/index.ts";

// ---- Schema, as `defineSchema(...).export()` writes it ------------------------------------------

export type IndexJSON = { indexDescriptor: string; fields: string[] };
export type SearchIndexJSON = {
  indexDescriptor: string;
  searchField: string;
  filterFields: string[];
};
export type VectorIndexJSON = {
  indexDescriptor: string;
  vectorField: string;
  dimensions: number;
  filterFields: string[];
};
export type TableSchemaJSON = {
  tableName: string;
  indexes: IndexJSON[];
  stagedDbIndexes?: IndexJSON[];
  searchIndexes?: SearchIndexJSON[];
  stagedSearchIndexes?: SearchIndexJSON[];
  vectorIndexes?: VectorIndexJSON[];
  stagedVectorIndexes?: VectorIndexJSON[];
  /** Null or missing accepts every document. */
  documentType?: ValidatorJSON | null;
};
export type SchemaJSON = { tables: TableSchemaJSON[]; schemaValidation: boolean };

export type IndexDefinition =
  | { kind: "database"; fields: string[]; staged: boolean }
  | { kind: "search"; searchField: string; filterFields: string[]; staged: boolean }
  | {
      kind: "vector";
      vectorField: string;
      dimensions: number;
      filterFields: string[];
      staged: boolean;
    };
export type IndexInfo = { index: number; table: string; name: string } & IndexDefinition;
export type SchemaCheck = {
  addedTables: string[];
  addedIndexes: IndexInfo[]; // `index` is 0 in a check: nothing has a number yet
  removedIndexes: IndexInfo[];
};
export type SchemaChange = SchemaCheck;

export type TableInfo = { name: string; number: number; documentCount: number };

// ---- Transactions -------------------------------------------------------------------------------

/** Convex's limits for one function execution (CONVEX-RUNTIME 4.7); nested calls count together. */
export type TransactionLimits = {
  documentsRead: number;
  bytesRead: number;
  databaseQueries: number;
  documentsWritten: number;
  bytesWritten: number;
  functionsScheduled: number;
  scheduledFunctionArgsBytes: number;
};
/** What `1.0/getTransactionMetrics` answers. */
export type TransactionMetrics = {
  [limit in keyof TransactionLimits]: { used: number; remaining: number };
};

export type TransactionOptions = {
  limits?: Partial<TransactionLimits>;
  /** May touch tables whose names start with "_" and has no limits. */
  system?: boolean;
};

/** `from` is included, `to` is not; null means no upper end. Keys compare as bytes. */
export type ReadRange = { index: number; from: Uint8Array; to: Uint8Array | null };
export type ReadSet = ReadRange[];
export type WriteKey = { index: number; key: Uint8Array };
/**
 * One committed mutation. `writes` has, for each index of each written table, the old and the new key; not those of
 * `changedWholeTables`: then any table may have become another.
 */
export type Commit = { ts: bigint; writes: WriteKey[]; changedWholeTables?: true };

/** Opaque; belongs to the transaction that made it. */
export type Savepoint = { readonly depth: number };

// ---- Queries, as `convex/server` sends them ------------------------------------------------------

export type RangeExpressionJSON = {
  type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  fieldPath: string;
  value: JSONValue; // {"$undefined": null} for a missing field
};
export type SearchFilterJSON =
  | { type: "Search"; fieldPath: string; value: string }
  | { type: "Eq"; fieldPath: string; value: JSONValue };
export type Order = "asc" | "desc";
export type QuerySourceJSON =
  | { type: "FullTableScan"; tableName: string; order: Order | null }
  | {
      type: "IndexRange";
      indexName: string;
      range: readonly RangeExpressionJSON[];
      order: Order | null;
    }
  | { type: "Search"; indexName: string; filters: readonly SearchFilterJSON[] };
export type QueryOperatorJSON = { filter: JSONValue } | { limit: number };
export type QueryJSON = { source: QuerySourceJSON; operators: readonly QueryOperatorJSON[] };

export type QueryPageArgs = {
  query: QueryJSON;
  cursor: string | null;
  endCursor?: string | null;
  pageSize: number;
  maximumRowsRead?: number | null;
  maximumBytesRead?: number | null;
};
/** `continueCursor` is also the function's journal. */
export type QueryPageResult = {
  page: JSONObject[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: "SplitRecommended" | "SplitRequired" | null;
};
export type VectorQueryJSON = {
  indexName: string;
  vector: number[];
  limit?: number;
  expressions?: JSONValue; // {$eq: [{$field}, {$literal}]} | {$or: [...]} | null
};

/**
 * One query or mutation. Everything takes and returns Convex JSON.
 * Errors are `DatabaseError` with Convex's texts; a failed call has changed nothing.
 */
export interface Transaction {
  readonly kind: "query" | "mutation";
  /** The snapshot: the newest commit that is visible (a mutation also sees its own writes). */
  readonly beginTs: bigint;
  /** Frozen `Date.now()` of the run, in ms. */
  readonly nowMs: number;
  readonly tables: TableNames & { numberOf(name: string): number | undefined };
  /** The same transaction with access to system tables and without limits, whatever its own options are. */
  readonly asSystem: Transaction;

  get(id: string, options?: GetOptions): JSONObject | null;
  /** As `get`, but the document's JSON text, unparsed. */
  getRaw(id: string, options?: GetOptions): string | null;
  insert(table: string, value: JSONObject): string;
  /** Top-level merge; `{ $undefined: null }` removes a field. Returns the new document. */
  patch(id: string, value: JSONObject, table?: string): JSONObject;
  replace(id: string, value: JSONObject, table?: string): JSONObject;
  /** Returns the old document. */
  remove(id: string, table?: string): JSONObject;
  normalizeId(table: string, id: string): string | null;

  openStream(query: QueryJSON): number;
  streamNext(streamId: number): { value: JSONObject | null; done: boolean };
  /** As `streamNext`: the next document's JSON text, or null at the end. */
  streamNextRaw(streamId: number): string | null;
  streamClose(streamId: number): boolean;
  /** `journalCursor`: the end of the page as of the last run; used when `args.endCursor` is not given. */
  queryPage(args: QueryPageArgs, journalCursor?: string | null): QueryPageResult;
  /** All documents of a query at once; shorthand for a stream. */
  collect(query: QueryJSON): JSONObject[];
  count(table: string): number;
  /** The tables that this transaction may see, by name. Part of the read set, so that a new table changes the answer. */
  tableNames(): string[];
  vectorSearch(query: VectorQueryJSON): { _id: string; _score: number }[];

  /** Counts a scheduled function against the limits. `argsBytes`: Convex size of its arguments. */
  noteScheduled(argsBytes: number): void;
  /** Tightens the limits to what is used now plus `limits`, until the returned function is called. */
  pushLimits(limits: Partial<TransactionLimits>): () => void;

  /** System transactions only: inserts with given `_id` and `_creationTime` (both optional). Returns the id. */
  importDocument(table: string, document: JSONObject): string;
  /** System transactions only: deletes all documents, keeps the table and its number. Returns how many. */
  clearTable(table: string): number;
  /** System transactions only. */
  readonly hiddenTables: HiddenTables;
  /** System transactions only. */
  readonly answers: KeptAnswers;

  savepoint(): Savepoint;
  /** Undoes every write since; the savepoint itself stays usable until released. Read sets stay. */
  rollbackTo(savepoint: Savepoint): void;
  release(savepoint: Savepoint): void;
  metrics(): TransactionMetrics;
  readSet(): ReadSet;
  /** Ends a mutation and keeps its writes. Null when nothing was written. Durable when its batch resolves. */
  commit(): Commit | null;
  /** Ends the transaction; a mutation's writes are undone. Harmless on one that has ended. */
  rollback(): void;
}

/** The table that documents of a hidden one are for: what they are checked against, and the number in their ids. */
export type HiddenTarget = { name: string; number: number; tables: TableNames };

/**
 * Tables beside those that anybody sees, so that much data can come and go in many small transactions and yet appear
 * or disappear in one. Their names start with "_" and are not those of system tables.
 */
export interface HiddenTables {
  /** The names of those that exist. */
  names(): string[];
  /** Makes an empty one, with the indexes of `like` if there is such a table. Returns its number. */
  create(hidden: string, like: string, number?: number): number;
  /** As `importDocument`, into a hidden table, for the one that it will become. Returns the id. */
  add(hidden: string, document: JSONObject, target: HiddenTarget): string;
  /**
   * Another name for a table, perhaps with another number: shows a hidden table, hides a shown one, or moves one out of
   * the way. The name and the number must be free.
   */
  rename(table: string, name: string, number?: number): void;
  /**
   * Copies all documents of a table into another one with the same indexes, whose number is or will be that in their ids.
   * One of the two is hidden.
   *
   * @throws DatabaseError when both have a document with the same id
   */
  copyInto(from: string, to: string): void;
  /** The number that the next new table would get. */
  nextNumber(): number;
  /** Removes up to `count` documents or index entries, and the table with the last. Returns whether there is more. */
  removeSome(hidden: string, count: number): boolean;
}

/** What a client's mutation answered. `logLinesJson`: the JSON of an array of strings. */
export type KeptAnswer = {
  session: string;
  /** Counts up within a session. */
  request: number;
  /** Empty in answers of the oldest versions, which anybody gets. */
  identity: string;
  resultJson: string;
  logLinesJson: string;
};

/** The answers kept for mutations that clients send again. No document, and in nobody's read set. */
export interface KeptAnswers {
  /** With the commit that it is part of; null when there is none. */
  find(session: string, request: number): (KeptAnswer & { ts: bigint }) | null;
  /** Kept with this transaction's commit, which has a timestamp of its own then, whatever else was written. Once only. */
  keep(answer: KeptAnswer): void;
  /** Removes up to `count` of those from days (UTC) that had ended at `beforeMs`. Returns how many there were. */
  forget(beforeMs: number, count: number): number;
}

/** `isSystem`: called through `ctx.db.system`. `table`: the table that the id must belong to. */
export type GetOptions = { table?: string | undefined; isSystem?: boolean | undefined };

export interface DatabaseOptions {
  /** A file path, or ":memory:". */
  path: string;
  /** Wall clock in ms. */
  now?: () => number;
  /** Beyond this size of the file writes fail as on a full disk. */
  maxBytes?: number;
}
