// The database itself: opening, batches of mutations, schema changes.
import type { TableNames } from "../values/index.ts";
import { openStore, StoreError, type Store, type Table } from "../store/index.ts";
import { DatabaseError } from "./errors.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { CursorSeal } from "./query/cursor.ts";
import {
  ActiveSchema,
  carryOut,
  checkExistingDocuments,
  checkSchemaForm,
  describeIndex,
  describePlan,
  fillIndex,
  planSchema,
} from "./schema.ts";
import { SYSTEM_TABLES, type SystemTable } from "./systemTables.ts";
import { Reader } from "./reader.ts";
import { TransactionView } from "./transaction.ts";
import { TransactionState, type TransactionHost } from "./transactionState.ts";
import type {
  DatabaseOptions,
  IndexInfo,
  SchemaChange,
  SchemaCheck,
  SchemaJSON,
  TableInfo,
  Transaction,
  TransactionOptions,
} from "./types.ts";
import { Writer } from "./writer.ts";

const NANOSECONDS_PER_MS = 1_000_000n;
const BEGIN_MUTATION = "SAVEPOINT mutation";
const KEEP_MUTATION = "RELEASE mutation";
const UNDO_MUTATION = "ROLLBACK TO mutation";

export class Database {
  readonly #path: string;
  readonly #now: () => number;
  readonly #store: Store;
  readonly #cursorSeal: CursorSeal;
  /** A second connection that sees only what is committed; opened when first needed. */
  #snapshotStore: Store | null = null;
  #catalogVersion = 0;
  #snapshotCatalogVersion = 0;
  #schema: ActiveSchema;
  #lastTs: bigint;
  #durableTs: bigint;
  #lastCreationTime: number;
  #batch: Batch | null = null;
  #mutation: TransactionState | null = null;
  /** What transactions need of this database, the same for all of a kind. */
  readonly #hosts: { [kind in "query" | "mutation" | "snapshot"]?: TransactionHost } = {};

  static open(options: DatabaseOptions): Database {
    try {
      return new Database(options);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  private constructor(options: DatabaseOptions) {
    this.#path = options.path;
    this.#now = options.now ?? Date.now;
    this.#store = openStore(
      options.path,
      options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes },
    );
    const { documents } = this.#store;
    const clock = documents.loadClock();
    this.#lastTs = clock.lastTs;
    this.#durableTs = clock.lastTs;
    this.#lastCreationTime = clock.lastCreationTime;
    this.#schema = this.#loadSchema();
    this.#cursorSeal = new CursorSeal(documents.getSetting("cursor_key") as Uint8Array);
    this.#createSystemTables();
  }

  close(): void {
    this.#snapshotStore?.connection.close();
    this.#store.connection.close();
  }

  /** The newest commit in nanoseconds. */
  latestTs(): bigint {
    return this.#lastTs;
  }

  tableNames(): TableInfo[] {
    return [...this.#store.catalog.tables()].map(({ name, number, documentCount }) => ({
      name,
      number,
      documentCount,
    }));
  }

  indexInfo(index: number): IndexInfo | undefined {
    const found = this.#store.catalog.indexById(index);
    return found && describeIndex(found);
  }

  schema(): SchemaJSON | null {
    return this.#schema.json;
  }

  // ---- Transactions ----

  beginQuery(options: TransactionOptions = {}): Transaction {
    if (this.#batch !== null) {
      throw new DatabaseError(
        "BatchRunning",
        "A query cannot begin while a batch of mutations runs: it would see what is not durable yet.",
      );
    }
    return this.#begin("query", this.#store, this.#lastTs, options);
  }

  beginSnapshotQuery(options: TransactionOptions = {}): Transaction {
    // Outside a batch everything is committed; a database in memory has no second connection.
    if (this.#batch === null || this.#path === ":memory:") {
      return this.#begin("query", this.#store, this.#lastTs, options);
    }
    this.#snapshotStore ??= openStore(this.#path, { readOnly: true });
    if (this.#snapshotCatalogVersion !== this.#catalogVersion) {
      this.#snapshotStore.catalog.reload({ keepCounts: false });
      this.#snapshotCatalogVersion = this.#catalogVersion;
    }
    return this.#begin("query", this.#snapshotStore, this.#durableTs, options);
  }

  beginMutation(options: TransactionOptions = {}): Transaction {
    if (this.#batch === null) {
      throw new DatabaseError("NoBatch", "Mutations run inside Database.batch only.");
    }
    if (this.#mutation !== null) {
      throw new DatabaseError("MutationRunning", "Another mutation is running already.");
    }
    this.#batch.check();
    this.#store.connection.run(BEGIN_MUTATION);
    return this.#begin("mutation", this.#store, this.#lastTs, options);
  }

  #begin(
    kind: "query" | "mutation",
    store: Store,
    beginTs: bigint,
    options: TransactionOptions,
  ): Transaction {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const state = new TransactionState(
      this.#hostOf(kind, store),
      kind,
      beginTs,
      this.#now(),
      limits,
    );
    if (kind === "mutation") this.#mutation = state;
    const { connection } = store;
    const ending = {
      commit: () => {
        connection.run(KEEP_MUTATION);
      },
      rollback: () => {
        if (!connection.isInTransaction) return; // SQLite has rolled back everything already
        connection.run(UNDO_MUTATION);
        connection.run(KEEP_MUTATION);
      },
    };
    return new TransactionView(state, ending, options.system ?? false);
  }

  #hostOf(kind: "query" | "mutation", store: Store): TransactionHost {
    const key = store === this.#store ? kind : "snapshot";
    this.#hosts[key] ??= this.#makeHost(kind, store);
    return this.#hosts[key];
  }

  #makeHost(kind: "query" | "mutation", store: Store): TransactionHost {
    return {
      store,
      schema: () => this.#schema,
      cursorSeal: this.#cursorSeal,
      nextCreationTime: (nowMs) => {
        this.#lastCreationTime = Math.max(nowMs, nextFloat(this.#lastCreationTime));
        return this.#lastCreationTime;
      },
      assignCommitTs: () => this.#assignTs(),
      countChanged: (table) => this.#batch?.changedTables.add(table),
      catalogChanged: () => {
        if (this.#batch !== null) this.#batch.changedCatalog = true;
      },
      catalogRolledBack: () => {
        this.#store.catalog.reload({ keepCounts: true });
        this.#schema = this.#loadSchema();
      },
      batchBroken: (error) => this.#batch?.break(error),
      transactionEnded: () => {
        if (kind === "mutation") this.#mutation = null;
      },
    };
  }

  #assignTs(): bigint {
    const now = BigInt(Math.floor(this.#now())) * NANOSECONDS_PER_MS;
    this.#lastTs = now > this.#lastTs ? now : this.#lastTs + 1n;
    return this.#lastTs;
  }

  async batch<T>(body: () => T | Promise<T>): Promise<T> {
    this.#beginBatch();
    try {
      const result = await body();
      this.#commitBatch();
      return result;
    } catch (error) {
      this.#rollbackBatch();
      throw toDatabaseError(error);
    }
  }

  #beginBatch(): void {
    if (this.#batch !== null) {
      throw new DatabaseError("BatchRunning", "Another batch of mutations is running already.");
    }
    try {
      this.#store.connection.run("BEGIN IMMEDIATE");
    } catch (error) {
      throw toDatabaseError(error);
    }
    this.#batch = new Batch();
  }

  #commitBatch(): void {
    const batch = this.#batch;
    if (batch === null) throw new Error("No batch is running");
    batch.check();
    if (this.#mutation !== null) {
      throw new DatabaseError(
        "MutationRunning",
        "A batch ended while a mutation was still running.",
      );
    }
    if (this.#lastTs !== this.#durableTs || batch.changedTables.size > 0) {
      const { catalog, documents } = this.#store;
      // A table that got another name or number since is another object now; one that was removed is none.
      const changed = [...batch.changedTables]
        .map(({ identity }) => catalog.indexById(identity)?.table)
        .filter((table) => table !== undefined);
      documents.saveCounters(this.#lastTs, this.#lastCreationTime, changed);
    }
    this.#store.connection.run("COMMIT");
    this.#durableTs = this.#lastTs;
    if (batch.changedCatalog) this.#catalogVersion += 1;
    this.#batch = null;
  }

  #rollbackBatch(): void {
    if (this.#batch === null) return;
    this.#batch = null;
    this.#mutation = null;
    if (this.#store.connection.isInTransaction) this.#store.connection.exec("ROLLBACK");
    this.#store.catalog.reload({ keepCounts: false });
    this.#schema = this.#loadSchema();
  }

  // ---- Schema ----

  checkSchema(schema: SchemaJSON | null): SchemaCheck {
    if (schema !== null) checkSchemaForm(schema);
    const next = new ActiveSchema(schema);
    checkExistingDocuments(this.#store, this.#schema, next, this.#tableNumbers());
    return describePlan(planSchema(this.#store, schema));
  }

  applySchema(schema: SchemaJSON | null): SchemaChange {
    if (this.#mutation !== null) return this.#applySchemaIn(this.#mutation, schema);
    if (this.#batch !== null) {
      throw new DatabaseError(
        "BatchRunning",
        "Inside a batch a schema is applied within a mutation.",
      );
    }
    this.#beginBatch();
    try {
      const mutation = this.beginMutation({ system: true });
      const change = this.applySchema(schema);
      mutation.commit();
      this.#commitBatch();
      return change;
    } catch (error) {
      this.#rollbackBatch();
      throw toDatabaseError(error);
    }
  }

  /** The schema change as part of a running mutation: undone with it. */
  #applySchemaIn(state: TransactionState, schema: SchemaJSON | null): SchemaChange {
    state.checkWritable();
    if (schema !== null) checkSchemaForm(schema);
    const next = new ActiveSchema(schema);
    checkExistingDocuments(this.#store, this.#schema, next, this.#tableNumbers());
    const plan = planSchema(this.#store, schema);
    state.catalogChanged();
    state.writeCount += 1;
    const writer = new Writer(state, new Reader(state, true), true);
    const change = state.storing(() => {
      const carriedOut = carryOut(this.#store, plan, (name) => writer.createTable(name));
      this.#store.documents.setSetting("schema", JSON.stringify(schema));
      return carriedOut;
    });
    this.#schema = next;
    return change;
  }

  #loadSchema(): ActiveSchema {
    const text = this.#store.documents.getSetting("schema");
    // Written by applySchema, which checked its form.
    return new ActiveSchema(typeof text === "string" ? (JSON.parse(text) as SchemaJSON) : null);
  }

  #tableNumbers(): TableNames {
    return { nameOf: (number) => this.#store.catalog.byNumber(number)?.name };
  }

  /** Makes the system tables and indexes that this version has and the file lacks. */
  #createSystemTables(): void {
    const { catalog, connection } = this.#store;
    const isComplete = SYSTEM_TABLES.every((declared) => {
      const table = catalog.byName(declared.name);
      return table !== undefined && declared.indexes.every(({ name }) => table.index(name));
    });
    if (isComplete) return;
    connection.exec("BEGIN IMMEDIATE");
    try {
      for (const declared of SYSTEM_TABLES) this.#createSystemTable(declared);
      connection.exec("COMMIT");
    } catch (error) {
      if (connection.isInTransaction) connection.exec("ROLLBACK");
      throw error;
    }
  }

  #createSystemTable(declared: SystemTable): void {
    const { catalog } = this.#store;
    const table = catalog.byName(declared.name) ?? catalog.addTable(declared.number, declared.name);
    for (const { name, fields } of declared.indexes) {
      if (table.index(name) !== undefined) continue;
      fillIndex(
        this.#store,
        catalog.addIndex(table, name, { kind: "database", fields, staged: false }),
      );
    }
  }
}

/** Mutations that are made durable by one commit. */
class Batch {
  readonly changedTables = new Set<Table>();
  /** Tables or indexes were added, removed or renamed: the second connection has to look again after the commit. */
  changedCatalog = false;
  #failure: { error: unknown } | null = null;

  break(error: unknown): void {
    this.#failure ??= { error };
  }

  /** @throws what broke the batch, if anything did */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

const floatBits = new DataView(new ArrayBuffer(8));

/** The next representable float64 above a non-negative one. */
function nextFloat(value: number): number {
  floatBits.setFloat64(0, value);
  const low = floatBits.getUint32(4);
  if (low < 0xffffffff) {
    floatBits.setUint32(4, low + 1);
  } else {
    floatBits.setUint32(4, 0);
    floatBits.setUint32(0, floatBits.getUint32(0) + 1);
  }
  return floatBits.getFloat64(0);
}

function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  return new DatabaseError(error.code, error.message, { cause: error });
}
