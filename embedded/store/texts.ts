// Postings of full-text indexes as rows: the only file that reads and writes the `t<I>` tables.
import type { Index } from "./catalog.ts";
import type { Connection, Statement } from "./connection.ts";

/** The words of one document's search field, and its filter fields as one comparable key. */
export type TextPostings = {
  frequencies: ReadonlyMap<string, number>;
  /** Number of words in the field. */
  length: number;
  filters: Uint8Array;
};
export type Posting = {
  token: string;
  filters: Uint8Array;
  row: number;
  frequency: number;
  length: number;
};

type Statements = {
  insert: Statement<never>;
  remove: Statement<never>;
  exact: Statement<[string, Uint8Array, number, number, number]>;
  exactFiltered: Statement<[string, Uint8Array, number, number, number]>;
  nextToken: Statement<[string]>;
};

export class TextStore {
  readonly #connection: Connection;
  readonly #indexes = new WeakMap<Index, Statements>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(index: Index, row: number, postings: TextPostings): void {
    const { insert } = this.#statements(index);
    for (const [token, frequency] of postings.frequencies) {
      insert.run(token, postings.filters, row, frequency, postings.length);
    }
  }

  remove(index: Index, row: number, postings: TextPostings): void {
    const { remove } = this.#statements(index);
    for (const token of postings.frequencies.keys()) remove.run(token, postings.filters, row);
  }

  /** Documents with exactly this word; only those with these filter values when given. */
  postings(index: Index, token: string, filters: Uint8Array | null): Posting[] {
    const statements = this.#statements(index);
    const rows =
      filters === null ? statements.exact.all(token) : statements.exactFiltered.all(token, filters);
    return rows.map(([word, wordFilters, row, frequency, length]) => ({
      token: word,
      filters: wordFilters,
      row,
      frequency,
      length,
    }));
  }

  /** The words in the index that start with `prefix`, in order, each found by one seek. */
  *tokensWithPrefix(index: Index, prefix: string): Generator<string> {
    const { nextToken } = this.#statements(index);
    let token = nextToken.get(prefix)?.[0];
    while (token?.startsWith(prefix) === true) {
      yield token;
      token = nextToken.get(`${token}\u0000`)?.[0];
    }
  }

  #statements(index: Index): Statements {
    const known = this.#indexes.get(index);
    if (known !== undefined) return known;
    const name = `t${index.id}`;
    const columns = "token, filters, row, frequency, length";
    const statements: Statements = {
      insert: this.#connection.statement(`INSERT INTO ${name} (${columns}) VALUES (?, ?, ?, ?, ?)`),
      remove: this.#connection.statement(
        `DELETE FROM ${name} WHERE token = ? AND filters = ? AND row = ?`,
      ),
      exact: this.#connection.statement(`SELECT ${columns} FROM ${name} WHERE token = ?`),
      exactFiltered: this.#connection.statement(
        `SELECT ${columns} FROM ${name} WHERE token = ? AND filters = ?`,
      ),
      nextToken: this.#connection.statement(
        `SELECT token FROM ${name} WHERE token >= ? ORDER BY token LIMIT 1`,
      ),
    };
    this.#indexes.set(index, statements);
    return statements;
  }
}
