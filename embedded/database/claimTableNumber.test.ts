import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Database } from "./index.ts";
import type { SchemaJSON, Transaction } from "./index.ts";

const schema: SchemaJSON = {
  tables: [
    { tableName: "first", indexes: [{ indexDescriptor: "by_a", fields: ["a"] }] },
    { tableName: "second", indexes: [] },
  ],
  schemaValidation: false,
};
let database: Database;
beforeEach(() => {
  database = Database.open({ path: ":memory:" });
  database.applySchema(schema);
});
afterEach(() => {
  database.close();
});

async function mutate<T>(body: (tx: Transaction) => T): Promise<T> {
  return await database.batch(() => {
    const tx = database.beginMutation({ system: true });
    const result = body(tx);
    tx.commit();
    return result;
  });
}
const numberOf = (name: string) =>
  database.tableNames().find((table) => table.name === name)?.number;

describe("importing ids that were made elsewhere", () => {
  it("swaps the numbers of empty tables and keeps their indexes", async () => {
    const [first, second] = [numberOf("first"), numberOf("second")] as [number, number];
    expect(await mutate((tx) => tx.claimTableNumber("first", second))).toBe(true);
    expect(numberOf("first")).toBe(second);
    expect(await mutate((tx) => tx.claimTableNumber("second", first))).toBe(true);
    expect(numberOf("second")).toBe(first);

    await mutate((tx) => tx.insert("first", { a: 2 }));
    await mutate((tx) => tx.insert("first", { a: 1 }));
    const tx = database.beginQuery();
    const found = tx.collect({
      source: { type: "IndexRange", indexName: "first.by_a", range: [], order: "asc" },
      operators: [],
    });
    expect(found.map((document) => document.a)).toEqual([1, 2]);
    tx.rollback();
  });

  it("makes a missing table with the number", async () => {
    expect(await mutate((tx) => tx.claimTableNumber("third", 12_345))).toBe(true);
    expect(numberOf("third")).toBe(12_345);
  });

  it("refuses when documents have ids with either number", async () => {
    const [first, second] = [numberOf("first"), numberOf("second")] as [number, number];
    await mutate((tx) => tx.insert("first", { a: 1 }));
    expect(await mutate((tx) => tx.claimTableNumber("first", 12_345))).toBe(false);
    expect(await mutate((tx) => tx.claimTableNumber("second", first))).toBe(false);
    expect([numberOf("first"), numberOf("second")]).toEqual([first, second]);
  });

  it("is undone with its mutation", async () => {
    const second = numberOf("second") ?? 0;
    await database.batch(() => {
      const tx = database.beginMutation({ system: true });
      tx.claimTableNumber("first", second);
      tx.rollback();
    });
    expect(numberOf("second")).toBe(second);
    await mutate((tx) => tx.insert("second", { b: 1 }));
  });
});
