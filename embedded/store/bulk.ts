// Rows of a whole table at once, with those of its indexes: copied into another table, or removed a piece at a time.
import type { Index, Table } from "./catalog.ts";
import type { Connection } from "./connection.ts";

/** An id that both tables hold; null when there is none. */
export function commonId(connection: Connection, one: Table, other: Table): Uint8Array | null {
  const statement = connection.statement<[Uint8Array]>(
    `SELECT a.id FROM d${one.number} a JOIN d${other.number} b ON b.id = a.id LIMIT 1`,
  );
  return statement.get()?.[0] ?? null;
}

/** Copies all rows into a table with the same indexes. The two must have no id in common. */
export function copyRows(connection: Connection, from: Table, to: Table): void {
  const last = connection.statement<[number | null]>(`SELECT max(row) FROM d${to.number}`).get();
  const offset = last?.[0] ?? 0;
  const copy = (target: string, columns: string, source: string): void => {
    connection.statement(`INSERT INTO ${target} SELECT ${columns} FROM ${source}`).run(offset);
  };
  copy(`d${to.number}`, "row + ?, id, size, json", `d${from.number}`);
  for (const index of from.indexes) {
    const twin = to.index(index.name);
    if (twin === undefined) throw new Error(`${to.name} has no index ${index.name}`);
    const [source, target] = [entriesTable(index), entriesTable(twin)];
    if (source === null || target === null) continue;
    copy(target, COLUMNS[index.definition.kind], source);
  }
}

/**
 * Removes up to `count` rows, of the documents or of one index.
 *
 * @returns whether there were any
 */
export function removeSomeRows(connection: Connection, table: Table, count: number): boolean {
  const pieces = table.indexes.map((index) => ({
    name: entriesTable(index),
    key: KEYS[index.definition.kind],
  }));
  for (const { name, key } of [...pieces, { name: `d${table.number}`, key: "row" }]) {
    if (name === null || connection.statement(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined)
      continue;
    const some = `SELECT ${key} FROM ${name} LIMIT ?`;
    connection.statement(`DELETE FROM ${name} WHERE (${key}) IN (${some})`).run(count);
    return true;
  }
  return false;
}

/** What is copied of an index's table: its columns, row numbers moved up. */
const COLUMNS = {
  by_id: "",
  database: "key, row + ?",
  search: "token, filters, row + ?, frequency, length",
  vector: "row + ?, id, filters, vector",
} as const;
const KEYS = { by_id: "", database: "key", search: "token, filters, row", vector: "row" } as const;

function entriesTable(index: Index): string | null {
  const prefix = { by_id: null, database: "i", search: "t", vector: "v" }[index.definition.kind];
  return prefix === null ? null : `${prefix}${index.id}`;
}
