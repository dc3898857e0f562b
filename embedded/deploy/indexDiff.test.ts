import { describe, expect, it } from "vitest";
import type { SchemaJSON, TableSchemaJSON } from "../database/index.ts";
import { diffIndexes, predictIndexes } from "./indexDiff.ts";

const schema = (table: Partial<TableSchemaJSON>): SchemaJSON => ({
  tables: [{ tableName: "messages", indexes: [], documentType: { type: "any" }, ...table }],
  schemaValidation: true,
});
const byAuthor = { indexDescriptor: "by_author", fields: ["author"] };
const byAuthorAndTime = { indexDescriptor: "by_author", fields: ["author", "time"] };
const search = { indexDescriptor: "search_body", searchField: "body", filterFields: ["a", "b"] };
const names = (indexes: { name: string }[]) => indexes.map((index) => index.name);

describe("what a push says about indexes", () => {
  it("lists all of them as added at the first push, with the creation time at the end", () => {
    const diff = diffIndexes(null, schema({ indexes: [byAuthor], searchIndexes: [search] }));
    expect(diff.removed_indexes).toEqual([]);
    expect(diff.added_indexes).toEqual([
      { name: "messages.by_author", type: "database", fields: ["author", "_creationTime"] },
      {
        name: "messages.search_body",
        type: "search",
        searchField: "body",
        filterFields: ["a", "b"],
      },
    ]);
  });

  it("says nothing when only the order of filter fields changed", () => {
    const next = schema({ searchIndexes: [{ ...search, filterFields: ["b", "a"] }] });
    const diff = diffIndexes(schema({ searchIndexes: [search] }), next);
    expect(diff.added_indexes).toEqual([]);
    expect(diff.removed_indexes).toEqual([]);
  });

  it("shows an index with other fields as removed and added", () => {
    const diff = diffIndexes(
      schema({ indexes: [byAuthor] }),
      schema({ indexes: [byAuthorAndTime] }),
    );
    expect(names(diff.removed_indexes)).toEqual(["messages.by_author"]);
    expect(names(diff.added_indexes)).toEqual(["messages.by_author"]);
  });

  it("tells enabling and staging from adding and removing", () => {
    const staged = schema({ stagedDbIndexes: [byAuthor] });
    const active = schema({ indexes: [byAuthor] });
    expect(names(diffIndexes(staged, active).enabled_indexes)).toEqual(["messages.by_author"]);
    expect(names(diffIndexes(active, staged).disabled_indexes)).toEqual(["messages.by_author"]);
  });

  it("lists every index as removed when the schema goes away", () => {
    expect(names(diffIndexes(schema({ indexes: [byAuthor] }), null).removed_indexes)).toEqual([
      "messages.by_author",
    ]);
  });
});

describe("a schema evaluation", () => {
  it("gives each index its change and its table's size", () => {
    const before = schema({ indexes: [byAuthor], searchIndexes: [search] });
    const after = schema({ indexes: [byAuthorAndTime], searchIndexes: [search] });
    const predictions = predictIndexes(before, after, () => 7);
    expect(
      predictions.map(({ name, change, needsBackfill, numDocs }) => [
        name,
        change,
        needsBackfill,
        numDocs,
      ]),
    ).toEqual([
      ["messages.by_author", "added", true, 7],
      ["messages.by_author", "dropped", false, 7],
      ["messages.search_body", "identical", false, 7],
    ]);
  });
});
