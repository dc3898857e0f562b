// Convex's limits on what a schema declares (CONVEX-RUNTIME 4.7), each at the limit and one past it.
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

  it("has names of at most 64 characters", () => {
    database.checkSchema(table({}, "t".repeat(64)));
    expect(() => database.checkSchema(table({}, "t".repeat(65)))).toThrow("Invalid table name");
  });
});
