// Which tables and indexes exist: SQLite holds it, this keeps it in memory, with document counts.
import type { Connection } from "./connection.ts";

export type StoredIndexDefinition =
  | { kind: "by_id" }
  | { kind: "database"; fields: string[]; staged: boolean }
  | { kind: "search"; searchField: string; filterFields: string[]; staged: boolean }
  | {
      kind: "vector";
      vectorField: string;
      dimensions: number;
      filterFields: string[];
      staged: boolean;
    };

/** Index number 0 stands for the list of tables itself, so that reading a missing table can be invalidated. */
export const TABLES_PSEUDO_INDEX = 0;
const FIRST_USER_TABLE_NUMBER = 10_001;

export class Index {
  readonly id: number;
  readonly table: Table;
  readonly name: string;
  definition: StoredIndexDefinition;

  constructor(id: number, table: Table, name: string, definition: StoredIndexDefinition) {
    this.id = id;
    this.table = table;
    this.name = name;
    this.definition = definition;
  }

  /** "messages.by_channel" */
  get fullName(): string {
    return `${this.table.name}.${this.name}`;
  }
}

export class Table {
  readonly number: number;
  readonly name: string;
  /** Kept by every insert and delete; written to SQLite once per batch. */
  documentCount = 0;
  indexes: Index[] = [];

  constructor(number: number, name: string) {
    this.number = number;
    this.name = name;
  }

  index(name: string): Index | undefined {
    return this.indexes.find((index) => index.name === name);
  }

  get byId(): Index {
    return this.#required("by_id");
  }

  /** Stays with the table's documents when the table gets another name or number. */
  get identity(): number {
    return this.byId.id;
  }

  get byCreationTime(): Index {
    return this.#required("by_creation_time");
  }

  #required(name: string): Index {
    const index = this.index(name);
    if (index === undefined) throw new Error(`Table ${this.name} has no index ${name}`);
    return index;
  }
}

export class Catalog {
  readonly #connection: Connection;
  #byName = new Map<string, Table>();
  #byNumber = new Map<number, Table>();
  #indexes = new Map<number, Index>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.reload({ keepCounts: false });
  }

  tables(): Iterable<Table> {
    return this.#byNumber.values();
  }

  get size(): number {
    return this.#byNumber.size;
  }

  byName(name: string): Table | undefined {
    return this.#byName.get(name);
  }

  byNumber(number: number): Table | undefined {
    return this.#byNumber.get(number);
  }

  indexById(id: number): Index | undefined {
    return this.#indexes.get(id);
  }

  /**
   * Reads everything again, after a rollback that may have undone changes to it. Tables that are still there
   * keep their objects, because running transactions hold on to them.
   *
   * @param options.keepCounts whether counts in memory are newer than those in SQLite (inside a batch)
   */
  reload(options: { keepCounts: boolean }): void {
    const before = new Map<number, Table>();
    for (const table of this.#byNumber.values()) before.set(table.identity, table);
    const indexesBefore = this.#indexes;
    this.#byName = new Map();
    this.#byNumber = new Map();
    this.#indexes = new Map();
    const tables = this.#connection.statement<[number, string, number, number]>(
      `SELECT number, t.name, coalesce((SELECT value FROM counters c WHERE c.id = number), 0), i.id
       FROM tables t JOIN indexes i ON i.table_number = number AND i.name = 'by_id' ORDER BY number`,
    );
    for (const [number, name, count, identity] of tables.all()) {
      const known = before.get(identity);
      const isSame = known?.number === number && known.name === name;
      const table = isSame ? known : new Table(number, name);
      table.documentCount = options.keepCounts && known ? known.documentCount : count;
      table.indexes = [];
      this.#add(table);
    }
    const indexes = this.#connection.statement<[number, number, string, string]>(
      "SELECT id, table_number, name, definition FROM indexes ORDER BY id",
    );
    for (const [id, tableNumber, name, definition] of indexes.all()) {
      const table = this.#byNumber.get(tableNumber);
      if (table === undefined) continue;
      // Written by addIndex below.
      const parsed = JSON.parse(definition) as StoredIndexDefinition;
      const known = indexesBefore.get(id);
      const index = known?.table === table ? known : new Index(id, table, name, parsed);
      index.definition = parsed;
      table.indexes.push(index);
      this.#indexes.set(id, index);
    }
  }

  /** Creates a table with its two standing indexes. */
  addTable(number: number, name: string): Table {
    const table = new Table(number, name);
    this.#connection.statement("INSERT INTO tables VALUES (?, ?)").run(number, name);
    this.#connection.statement("INSERT INTO counters VALUES (?, 0)").run(number);
    this.#connection.exec(
      `CREATE TABLE d${number} (row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, json TEXT NOT NULL)`,
    );
    this.#add(table);
    this.addIndex(table, "by_id", { kind: "by_id" });
    this.addIndex(table, "by_creation_time", { kind: "database", fields: [], staged: false });
    return table;
  }

  /** The number that the next new table gets: numbers are never used twice. */
  nextTableNumber(): number {
    const last = this.#connection
      .statement<[number | null]>("SELECT max(number) FROM tables")
      .get();
    return Math.max(FIRST_USER_TABLE_NUMBER, (last?.[0] ?? 0) + 1);
  }

  /** Adds an index without entries. */
  addIndex(table: Table, name: string, definition: StoredIndexDefinition): Index {
    const id = this.#connection
      .statement("INSERT INTO indexes (table_number, name, definition) VALUES (?, ?, ?)")
      .insert(table.number, name, JSON.stringify(definition));
    switch (definition.kind) {
      case "by_id": // the UNIQUE constraint of the documents' table serves
        break;
      case "database":
        this.#connection.exec(
          `CREATE TABLE i${id} (key BLOB PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID`,
        );
        break;
      case "search":
        this.#connection.exec(
          `CREATE TABLE t${id} (token TEXT, filters BLOB, row INTEGER, frequency INTEGER, length INTEGER, PRIMARY KEY (token, filters, row)) WITHOUT ROWID`,
        );
        break;
      case "vector":
        this.#connection.exec(
          `CREATE TABLE v${id} (row INTEGER PRIMARY KEY, id BLOB NOT NULL, filters BLOB NOT NULL, vector BLOB NOT NULL)`,
        );
        break;
      default:
        definition satisfies never;
    }
    const index = new Index(id, table, name, definition);
    table.indexes.push(index);
    this.#indexes.set(id, index);
    return index;
  }

  /** Changes what is said about an index; its entries stay as they are. */
  redefineIndex(index: Index, definition: StoredIndexDefinition): void {
    this.#connection
      .statement("UPDATE indexes SET definition = ? WHERE id = ?")
      .run(JSON.stringify(definition), index.id);
    index.definition = definition;
  }

  /** Removes an empty table with its indexes; its number is free again for whoever asks for it by name. */
  removeTable(table: Table): void {
    for (const index of [...table.indexes]) this.removeIndex(index);
    this.#connection.exec(`DROP TABLE d${table.number}`);
    this.#connection.statement("DELETE FROM counters WHERE id = ?").run(table.number);
    this.#connection.statement("DELETE FROM tables WHERE number = ?").run(table.number);
    this.#byName.delete(table.name);
    this.#byNumber.delete(table.number);
  }

  /**
   * Gives a table, with all that is in it, another name, another number, or both; whoever had them must be out of the
   * way. The ids inside of its documents stay as they are: they must have been written for the new number.
   *
   * @returns the object that stands for it from now on
   */
  renameTable(table: Table, name: string, number = table.number): Table {
    if (number === table.number) {
      this.#connection.statement("UPDATE tables SET name = ? WHERE number = ?").run(name, number);
    } else {
      const moved = [number, table.number] as const;
      // Indexes refer to their table's row, so there are two rows for a moment.
      this.#connection.statement("INSERT INTO tables VALUES (?, '')").run(number);
      this.#connection
        .statement("UPDATE indexes SET table_number = ? WHERE table_number = ?")
        .run(...moved);
      this.#connection.statement("DELETE FROM tables WHERE number = ?").run(table.number);
      this.#connection.statement("UPDATE tables SET name = ? WHERE number = ?").run(name, number);
      this.#connection.statement("UPDATE counters SET id = ? WHERE id = ?").run(...moved);
      this.#connection.exec(`ALTER TABLE d${table.number} RENAME TO d${number}`);
    }
    const renamed = new Table(number, name);
    renamed.documentCount = table.documentCount;
    renamed.indexes = table.indexes.map(
      (index) => new Index(index.id, renamed, index.name, index.definition),
    );
    for (const index of renamed.indexes) this.#indexes.set(index.id, index);
    if (this.#byName.get(table.name) === table) this.#byName.delete(table.name);
    if (this.#byNumber.get(table.number) === table) this.#byNumber.delete(table.number);
    this.#add(renamed);
    return renamed;
  }

  removeIndex(index: Index): void {
    const prefix = { by_id: null, database: "i", search: "t", vector: "v" }[index.definition.kind];
    if (prefix !== null) this.#connection.exec(`DROP TABLE ${prefix}${index.id}`);
    this.#connection.statement("DELETE FROM indexes WHERE id = ?").run(index.id);
    index.table.indexes = index.table.indexes.filter((other) => other !== index);
    this.#indexes.delete(index.id);
  }

  #add(table: Table): void {
    this.#byName.set(table.name, table);
    this.#byNumber.set(table.number, table);
  }
}
