// Tables that are filled unseen and then shown, hidden and removed: counts, indexes and ids go with them, also back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Database } from "./index.ts";
import type { Commit, SchemaJSON, Transaction } from "./index.ts";
import { mutate } from "./testing/mutate.ts";

const schema: SchemaJSON = {
  tables: [
    {
      tableName: "notes",
      indexes: [{ indexDescriptor: "by_n", fields: ["n"] }],
      searchIndexes: [{ indexDescriptor: "by_text", searchField: "text", filterFields: ["n"] }],
      vectorIndexes: [
        { indexDescriptor: "by_v", vectorField: "v", dimensions: 2, filterFields: [] },
      ],
    },
  ],
  schemaValidation: false,
};
const HIDDEN = "_unfinished_test";

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hidden-tables-"));
  database = open();
  database.applySchema(schema);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});
const open = () => Database.open({ path: join(folder, "data.sqlite3") });

const alone = <T>(body: (tx: Transaction) => T) => database.batch(() => mutate(database, body));
const table = (name: string) => database.tableNames().find((each) => each.name === name);
const note = (n: number) => ({ n, text: `word${String(n)} common`, v: [n, 1] });

async function fill(count: number, first = 100): Promise<number> {
  const number = await alone((tx) => tx.hiddenTables.create(HIDDEN, "notes"));
  const target = {
    name: "notes",
    number: table("notes")?.number ?? 0,
    tables: { nameOf: () => "notes" },
  };
  await alone((tx) => {
    for (let n = first; n < first + count; n++) tx.hiddenTables.add(HIDDEN, note(n), target);
  });
  return number;
}

function show(tx: Transaction): void {
  const { number } = table("notes") ?? { number: 0 };
  tx.hiddenTables.rename("notes", "_replaced_test", tx.hiddenTables.nextNumber());
  tx.hiddenTables.rename(HIDDEN, "notes", number);
}

/** What is found through every kind of index: by number, by word, by vector, and how many there are. */
function found() {
  const tx = database.beginQuery({ system: true });
  const numbers = (query: Parameters<Transaction["collect"]>[0]) =>
    tx
      .collect(query)
      .map(({ n }) => Number(n))
      .sort((a, b) => a - b);
  const result = {
    byIndex: numbers({
      source: { type: "IndexRange", indexName: "notes.by_n", range: [], order: "asc" },
      operators: [],
    }),
    bySearch: numbers({
      source: {
        type: "Search",
        indexName: "notes.by_text",
        filters: [{ type: "Search", fieldPath: "text", value: "common" }],
      },
      operators: [],
    }),
    byVector: tx.vectorSearch({ indexName: "notes.by_v", vector: [1, 1], limit: 256 }).length,
    count: tx.count("notes"),
  };
  tx.rollback();
  return result;
}
const all = (numbers: number[]) => ({
  ...{ byIndex: numbers, bySearch: numbers, byVector: numbers.length, count: numbers.length },
});

describe("a hidden table", () => {
  it("is seen by nobody, and shown by one commit", async () => {
    const id = await alone((tx) => tx.insert("notes", note(1)));
    await fill(3);
    expect(found()).toEqual(all([1]));
    const tx = database.beginQuery();
    expect(tx.tableNames()).toEqual(expect.not.arrayContaining([HIDDEN]));
    tx.rollback();

    let commit: Commit | null = null;
    await database.batch(() => {
      const showing = database.beginMutation({ system: true });
      show(showing);
      commit = showing.commit();
    });
    expect(commit).toMatchObject({ changedWholeTables: true });
    expect(found()).toEqual(all([100, 101, 102]));
    // The number stays, so ids that are kept elsewhere still name this table.
    const again = database.beginQuery();
    expect([again.get(id), again.normalizeId("notes", id)]).toEqual([null, id]);
    again.rollback();
    await alone((writing) => writing.insert("notes", note(7)));
    expect(found()).toEqual(all([7, 100, 101, 102]));
    database.close();
    database = open();
    expect(found()).toEqual(all([7, 100, 101, 102]));
  });

  it("stays hidden when the transaction that shows it fails; what else the batch did stays, too", async () => {
    await fill(3);
    await database.batch(() => {
      mutate(database, (tx) => tx.insert("notes", note(1)));
      mutate(database, show, "rollback");
      mutate(database, (tx) => tx.insert("notes", note(2)));
    });
    expect(found()).toEqual(all([1, 2]));
    await database.batch(() => {
      mutate(database, (tx) => tx.insert("notes", note(3)));
      mutate(database, show);
      mutate(database, (tx) => tx.insert("notes", note(4)));
    });
    expect(found()).toEqual(all([4, 100, 101, 102]));
    expect(table("_replaced_test")?.documentCount).toBe(3);
    database.close();
    database = open();
    expect(found()).toEqual(all([4, 100, 101, 102]));
    expect(table("_replaced_test")?.documentCount).toBe(3);
  });

  it("is not shown by a batch that fails", async () => {
    await alone((tx) => tx.insert("notes", note(1)));
    await fill(3);
    await expect(
      database.batch(() => {
        mutate(database, show);
        throw new Error("no disk");
      }),
    ).rejects.toThrow("no disk");
    expect(found()).toEqual(all([1]));
    await alone((tx) => tx.insert("notes", note(2)));
    expect(found()).toEqual(all([1, 2]));
  });

  it("is copied into a shown one", async () => {
    await alone((tx) => tx.insert("notes", note(1)));
    await fill(3);
    await alone((tx) => {
      tx.hiddenTables.copyInto(HIDDEN, "notes");
    });
    expect(found()).toEqual(all([1, 100, 101, 102]));
    const again = alone((tx) => {
      tx.hiddenTables.copyInto(HIDDEN, "notes");
    });
    await expect(again).rejects.toThrow(/A document with _id \w+ exists already/);
    expect(found()).toEqual(all([1, 100, 101, 102]));
  });

  it("is removed a piece at a time", async () => {
    await fill(10);
    let pieces = 0;
    while (await alone((tx) => tx.hiddenTables.removeSome(HIDDEN, 4))) pieces += 1;
    // Documents and creation times, numbers, vectors: 3 each; words: 20 of them.
    expect(pieces).toBe(4 * 3 + 5);
    expect(table(HIDDEN)).toBeUndefined();
  });

  it("is seen by the second connection from its showing on", async () => {
    await alone((tx) => tx.insert("notes", note(1)));
    const stale = () => {
      const tx = database.beginSnapshotQuery({ system: true });
      const count = tx.count("notes");
      tx.rollback();
      return count;
    };
    await fill(3);
    await database.batch(() => {
      mutate(database, show);
      expect(stale()).toBe(1);
    });
    await database.batch(() => {
      expect(stale()).toBe(3);
    });
  });

  it("takes no system table's name, and no other's", async () => {
    const create = (hidden: string) => alone((tx) => tx.hiddenTables.create(hidden, "notes"));
    await expect(create("notes")).rejects.toThrow("no name for a hidden table");
    await expect(create("_storage")).rejects.toThrow("no name for a hidden table");
    await create(HIDDEN);
    await expect(create(HIDDEN)).rejects.toThrow("in the way");
    await expect(
      alone((tx) => {
        tx.hiddenTables.rename(HIDDEN, "notes");
      }),
    ).rejects.toThrow("in the way");
    expect(found()).toEqual(all([]));
  });
});
