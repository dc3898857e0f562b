// Documents and index entries as rows: the only file that reads and writes the `d<N>` and `i<I>` tables.
import type { Index, Table } from "./catalog.ts";
import type { Connection, Statement } from "./connection.ts";

/** `row` is SQLite's row number; `sizeBytes` the size as Convex counts it; `json` the whole document. */
export type StoredDocument = { row: number; sizeBytes: number; json: string };
/** A document found through an index, with its key there. */
export type IndexedDocument = { key: Uint8Array; sizeBytes: number; json: string };

type TableStatements = {
  get: Statement<[number, number, string]>;
  insert: Statement<never>;
  update: Statement<never>;
  remove: Statement<never>;
  byRow: Statement<[number, string]>;
};
type IndexStatements = {
  asc: Statement<[Uint8Array, number, string]>;
  desc: Statement<[Uint8Array, number, string]>;
  insert: Statement<never>;
  remove: Statement<never>;
};

/** Above every key: values' tags and ids are all shorter or smaller. */
const ABOVE_ALL_KEYS = new Uint8Array(32).fill(0xff);

export class DocumentStore {
  readonly #connection: Connection;
  readonly #tables = new WeakMap<Table, TableStatements>();
  readonly #indexes = new WeakMap<Index, IndexStatements>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get(table: Table, internalId: Uint8Array): StoredDocument | null {
    const found = this.#tableStatements(table).get.get(internalId);
    return found === undefined ? null : { row: found[0], sizeBytes: found[1], json: found[2] };
  }

  getByRow(table: Table, row: number): StoredDocument | null {
    const found = this.#tableStatements(table).byRow.get(row);
    return found === undefined ? null : { row, sizeBytes: found[0], json: found[1] };
  }

  /** @returns the row number */
  insert(table: Table, internalId: Uint8Array, sizeBytes: number, json: string): number {
    return this.#tableStatements(table).insert.insert(internalId, sizeBytes, json);
  }

  update(table: Table, row: number, sizeBytes: number, json: string): void {
    this.#tableStatements(table).update.run(sizeBytes, json, row);
  }

  remove(table: Table, row: number): void {
    this.#tableStatements(table).remove.run(row);
  }

  addEntry(index: Index, key: Uint8Array, row: number): void {
    this.#indexStatements(index).insert.run(key, row);
  }

  removeEntry(index: Index, key: Uint8Array): void {
    this.#indexStatements(index).remove.run(key);
  }

  /**
   * Up to `count` documents of `[from, to)` in the index's order, read in one go: no cursor stays open,
   * so writes may follow at once.
   */
  range(
    index: Index,
    from: Uint8Array,
    to: Uint8Array | null,
    order: "asc" | "desc",
    count: number,
  ): IndexedDocument[] {
    const statements = this.#indexStatements(index);
    const statement = order === "asc" ? statements.asc : statements.desc;
    return statement
      .all(from, to ?? ABOVE_ALL_KEYS, count)
      .map(([key, sizeBytes, json]) => ({ key, sizeBytes, json }));
  }

  /** All documents of a table, oldest row first, in chunks: between chunks the caller may write. */
  *scanInChunks(table: Table): Generator<{ row: number; internalId: Uint8Array; json: string }[]> {
    const statement = this.#connection.statement<[number, Uint8Array, string]>(
      `SELECT row, id, json FROM d${table.number} WHERE row > ? ORDER BY row LIMIT 200`,
    );
    let last = 0;
    for (;;) {
      const rows = statement.all(last);
      if (rows.length === 0) return;
      last = rows.at(-1)?.[0] ?? last;
      yield rows.map(([row, internalId, json]) => ({ row, internalId, json }));
    }
  }

  /** Empties a table and all its indexes. */
  clear(table: Table): void {
    this.#connection.exec(`DELETE FROM d${table.number}`);
    for (const index of table.indexes) {
      const prefix = { by_id: null, database: "i", search: "t", vector: "v" }[
        index.definition.kind
      ];
      if (prefix !== null) this.#connection.exec(`DELETE FROM ${prefix}${index.id}`);
    }
  }

  /** Writes the counters that changed in a batch. */
  saveCounters(lastTs: bigint, lastCreationTime: number, tables: Iterable<Table>): void {
    const save = this.#connection.statement("UPDATE counters SET value = ? WHERE id = ?");
    save.run(lastTs, 0);
    save.run(lastCreationTime, 1);
    for (const table of tables) save.run(table.documentCount, table.number);
  }

  loadClock(): { lastTs: bigint; lastCreationTime: number } {
    // As text: a timestamp does not fit into a JavaScript number.
    const load = this.#connection.statement<[string]>(
      "SELECT CAST(value AS TEXT) FROM counters WHERE id = ?",
    );
    return {
      lastTs: BigInt(load.get(0)?.[0] ?? "0"),
      lastCreationTime:
        this.#connection
          .statement<[number]>("SELECT value FROM counters WHERE id = 1")
          .get()?.[0] ?? 0,
    };
  }

  getSetting(name: string): string | Uint8Array | null {
    const statement = this.#connection.statement<[string | Uint8Array]>(
      "SELECT value FROM settings WHERE name = ?",
    );
    return statement.get(name)?.[0] ?? null;
  }

  setSetting(name: string, value: string | Uint8Array): void {
    this.#connection
      .statement("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")
      .run(name, value);
  }

  #tableStatements(table: Table): TableStatements {
    const known = this.#tables.get(table);
    if (known !== undefined) return known;
    const name = `d${table.number}`;
    const statements: TableStatements = {
      get: this.#connection.statement(`SELECT row, size, json FROM ${name} WHERE id = ?`),
      byRow: this.#connection.statement(`SELECT size, json FROM ${name} WHERE row = ?`),
      insert: this.#connection.statement(`INSERT INTO ${name} (id, size, json) VALUES (?, ?, ?)`),
      update: this.#connection.statement(`UPDATE ${name} SET size = ?, json = ? WHERE row = ?`),
      remove: this.#connection.statement(`DELETE FROM ${name} WHERE row = ?`),
    };
    this.#tables.set(table, statements);
    return statements;
  }

  #indexStatements(index: Index): IndexStatements {
    const known = this.#indexes.get(index);
    if (known !== undefined) return known;
    const documents = `d${index.table.number}`;
    const entries = `i${index.id}`;
    // CROSS JOIN fixes the order of the loops: the range of the index outside, each document by row inside.
    // "+ 0", since SQLite plans a statement anew whenever a bare LIMIT parameter is bound, which takes longer than to run it.
    const select = (order: "ASC" | "DESC"): string =>
      index.definition.kind === "by_id"
        ? `SELECT id, size, json FROM ${documents} WHERE id >= ? AND id < ? ORDER BY id ${order} LIMIT ? + 0`
        : `SELECT e.key, d.size, d.json FROM ${entries} e CROSS JOIN ${documents} d ON d.row = e.row WHERE e.key >= ? AND e.key < ? ORDER BY e.key ${order} LIMIT ? + 0`;
    const isStored = index.definition.kind === "database";
    const nothing = "SELECT 1 WHERE 0";
    const statements: IndexStatements = {
      asc: this.#connection.statement(select("ASC")),
      desc: this.#connection.statement(select("DESC")),
      insert: this.#connection.statement(
        isStored ? `INSERT INTO ${entries} VALUES (?, ?)` : nothing,
      ),
      remove: this.#connection.statement(
        isStored ? `DELETE FROM ${entries} WHERE key = ?` : nothing,
      ),
    };
    this.#indexes.set(index, statements);
    return statements;
  }
}
