// Convex's limits on what a schema declares (CONVEX-RUNTIME 4.7), each at the limit and one past it.
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Database } from "./database.ts";
import type { SchemaJSON } from "./types.ts";

let database: Database;
beforeEach(() => {
  database = Database.open({ path: ":memory:" });
});
afterEach(() => database.close());

const names = (count: number) => Array.from({ length: count }, (_, i) => `f${String(i)}`);

function table(parts: Partial<SchemaJSON["tables"][number]>, tableName = "rows"): SchemaJSON {
  return { tables: [{ tableName, indexes: [], ...parts }], schemaValidation: true };
}

describe("a schema", () => {
  it("has at most 64 indexes on a table", () => {
    const indexes = (count: number) =>
      names(count).map((name) => ({ indexDescriptor: `by_${name}`, fields: [name] }));
    database.checkSchema(table({ indexes: indexes(64) }));
    expect(() => database.checkSchema(table({ indexes: indexes(65) }))).toThrow(
      'Table "rows" cannot have more than 64 indexes.',
    );
  });

  it("has at most 16 fields in an index", () => {
    const index = (count: number) => [{ indexDescriptor: "by_all", fields: names(count) }];
    database.checkSchema(table({ indexes: index(16) }));
    expect(() => database.checkSchema(table({ indexes: index(17) }))).toThrow(
      'Index "rows.by_all" cannot have more than 16 fields.',
    );
  });

  it("has at most 16 filters in a search index", () => {
    const index = (count: number) => [
      { indexDescriptor: "by_text", searchField: "text", filterFields: names(count) },
    ];
    database.checkSchema(table({ searchIndexes: index(16) }));
    expect(() => database.checkSchema(table({ searchIndexes: index(17) }))).toThrow(
      'Index "rows.by_text" cannot have more than 16 fields.',
    );
  });

  it("has vectors of 2 to 4,096 dimensions with at most 16 filters", () => {
    const index = (dimensions: number, filters: number) => [
      {
        ...{ indexDescriptor: "by_vector", vectorField: "vector", dimensions },
        filterFields: names(filters),
      },
    ];
    for (const [dimensions, filters] of [
      [2, 0],
      [4_096, 16],
    ] as const) {
      database.checkSchema(table({ vectorIndexes: index(dimensions, filters) }));
    }
    for (const dimensions of [1, 4_097]) {
      expect(() => database.checkSchema(table({ vectorIndexes: index(dimensions, 0) }))).toThrow(
        `Vector index "rows.by_vector" must have between 2 and 4096 dimensions, not ${String(dimensions)}.`,
      );
    }
    expect(() => database.checkSchema(table({ vectorIndexes: index(2, 17) }))).toThrow(
      'Index "rows.by_vector" cannot have more than 16 fields.',
    );
  });

  it("has names of at most 64 characters", () => {
    const index = (name: string) => [{ indexDescriptor: name, fields: ["f"] }];
    database.checkSchema(table({ indexes: index("i".repeat(64)) }, "t".repeat(64)));
    expect(() => database.checkSchema(table({}, "t".repeat(65)))).toThrow("Invalid table name");
    expect(() => database.checkSchema(table({ indexes: index("i".repeat(65)) }))).toThrow(
      'Invalid index name "rows.iiii',
    );
    // Underscores alone are no name.
    expect(() => database.checkSchema(table({}, "__"))).toThrow("Invalid table name");
  });

  it("has at most 10,000 tables, those that functions made without it among them", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "embedded-tables-"));
    const path = join(dataDir, "data.sqlite3");
    Database.open({ path }).close();
    noteTables(path, 9_999);
    const full = Database.open({ path });
    try {
      full.applySchema(table({}, "last"));
      expect(() => full.applySchema(table({}, "tooMany"))).toThrow(
        "Number of tables cannot exceed 10000.",
      );
      await full.batch(() => {
        const mutation = full.beginMutation();
        mutation.insert("last", {});
        expect(() => mutation.insert("tooMany", {})).toThrow(
          "Number of tables cannot exceed 10000.",
        );
        mutation.rollback();
      });
    } finally {
      full.close();
      rmSync(dataDir, { recursive: true });
    }
  });
});

/** Only what the catalog reads: to make each of so many tables whole would take SQLite minutes. */
function noteTables(path: string, count: number): void {
  const database = new DatabaseSync(path);
  database.exec(`
    BEGIN;
    WITH RECURSIVE made (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < ${String(count)})
      INSERT INTO tables SELECT 10000 + n, 'made' || n FROM made;
    INSERT INTO indexes (table_number, name, definition)
      SELECT number, 'by_id', '{"kind":"by_id"}' FROM tables WHERE number > 10000;
    COMMIT;
  `);
  database.close();
}
