// One SQLite connection: how it is opened, its prepared statements, and its errors in plain words.
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** SQLite result codes that mean "no room": SQLITE_FULL, and SQLITE_IOERR_WRITE as some systems report it. */
const SQLITE_FULL = 13;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

export type StoreErrorCode = "DiskFull" | "DatabaseCorrupt" | "StorageFailure";

/** SQLite could not do what was asked; the transaction in which it happened must be rolled back. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.name = "StoreError";
    this.code = code;
  }
}

/** A prepared statement whose rows are arrays in the order of the selected columns. */
export class Statement<Row extends unknown[]> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    statement.setReturnArrays(true);
    this.#statement = statement;
  }

  get(...parameters: SQLInputValue[]): Row | undefined {
    try {
      // The caller names the columns' types beside the SQL.
      return this.#statement.get(...parameters) as unknown as Row | undefined;
    } catch (error) {
      throw toStoreError(error);
    }
  }

  all(...parameters: SQLInputValue[]): Row[] {
    try {
      return this.#statement.all(...parameters) as unknown as Row[];
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Rows one by one. No write may happen on this connection until the loop has ended. */
  *iterate(...parameters: SQLInputValue[]): Generator<Row> {
    try {
      for (const row of this.#statement.iterate(...parameters)) yield row as unknown as Row;
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** For a statement that gives no rows. `get` carries it out without making an object of counts that nobody reads. */
  run(...parameters: SQLInputValue[]): void {
    try {
      this.#statement.get(...parameters);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** @returns the row id */
  insert(...parameters: SQLInputValue[]): number {
    try {
      return Number(this.#statement.run(...parameters).lastInsertRowid);
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

export type ConnectionOptions = {
  readOnly?: boolean;
  /** The file does not grow beyond this: what would need more fails as on a full disk. */
  maxBytes?: number;
};

export class Connection {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Statement<unknown[]>>();

  constructor(path: string, options: ConnectionOptions = {}) {
    this.path = path;
    try {
      this.#database = new DatabaseSync(path, {
        readOnly: options.readOnly ?? false,
        timeout: 5_000,
      });
      this.#database.exec(`
        PRAGMA cache_size = -65536;
        PRAGMA temp_store = MEMORY;
        PRAGMA mmap_size = 268435456;
      `);
      if (options.readOnly !== true) {
        // FULL: a commit is on the disk before it is acknowledged, also when the power fails.
        this.#database.exec(`
          PRAGMA journal_mode = WAL;
          PRAGMA synchronous = FULL;
          PRAGMA wal_autocheckpoint = 2000;
          PRAGMA journal_size_limit = 67108864;
        `);
      }
      if (options.maxBytes !== undefined) this.#limitTo(options.maxBytes);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  #limitTo(maxBytes: number): void {
    const pageSize = this.#database.prepare("PRAGMA page_size").get()?.page_size;
    const pages = Math.max(1, Math.floor(maxBytes / Number(pageSize)));
    // SQLite takes no parameters in pragmas.
    this.#database.exec(`PRAGMA max_page_count = ${String(pages)}`);
  }

  /** The prepared statement for this text, made once. */
  statement<Row extends unknown[] = never>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      try {
        statement = new Statement(this.#database.prepare(sql));
      } catch (error) {
        throw toStoreError(error);
      }
      this.#statements.set(sql, statement);
    }
    return statement as unknown as Statement<Row>;
  }

  exec(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** A single statement without parameters that is run often: kept prepared. */
  run(sql: string): void {
    this.statement(sql).run();
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/**
 * Copies the last commit of a database into a new file, while other connections read and write. The copying happens
 * beside the calling thread; until it is done the write-ahead log keeps growing.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  try {
    const source = new DatabaseSync(from, { readOnly: true, timeout: 5_000 });
    try {
      // Its own transaction holds one moment: without it, each write in between would begin the copy anew.
      source.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
      await backup(source, to, { rate: 1000 });
    } finally {
      source.close();
    }
  } catch (error) {
    throw toStoreError(error);
  }
}

function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || !("errcode" in error)) return error;
  const code = Number(error.errcode) & 0xff;
  if (code === SQLITE_FULL) {
    return new StoreError(
      "DiskFull",
      "The disk (or the space allowed for the database) is full: nothing was written. Free some space and try again.",
      error,
    );
  }
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new StoreError(
      "DatabaseCorrupt",
      `The database file is damaged or is not a database: ${error.message}. Restore it from a backup.`,
      error,
    );
  }
  return new StoreError("StorageFailure", `SQLite failed: ${error.message}`, error);
}
