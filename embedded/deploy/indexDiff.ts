// What a new schema changes about indexes, in the shape that the CLI prints ("Added table indexes: ...").
import type { SchemaJSON, TableSchemaJSON } from "../database/index.ts";
import type { IndexConfig, IndexDiff } from "./protocol.ts";

/** One index of a schema evaluation; `numDocs` is the size of its table now. */
export type IndexPrediction = IndexConfig & {
  change: "added" | "identical" | "enabled" | "disabled" | "dropped";
  needsBackfill: boolean;
  numDocs: number;
};

/** @param previous the schema that is active; null before the first push and without a schema */
export function diffIndexes(previous: SchemaJSON | null, next: SchemaJSON | null): IndexDiff {
  const diff: IndexDiff = {
    added_indexes: [],
    removed_indexes: [],
    enabled_indexes: [],
    disabled_indexes: [],
  };
  const before = indexesByName(previous);
  const after = indexesByName(next);
  for (const [name, index] of after) {
    const old = before.get(name);
    if (old === undefined || !sameDefinition(old, index)) diff.added_indexes.push(index);
    else if (old.staged === true && index.staged !== true) diff.enabled_indexes.push(index);
    else if (old.staged !== true && index.staged === true) diff.disabled_indexes.push(index);
  }
  for (const [name, index] of before) {
    const kept = after.get(name);
    if (kept === undefined || !sameDefinition(index, kept)) diff.removed_indexes.push(index);
  }
  return diff;
}

/** The same, as one prediction for each index that is there before or after. */
export function predictIndexes(
  previous: SchemaJSON | null,
  next: SchemaJSON | null,
  documentCount: (table: string) => number,
): IndexPrediction[] {
  const diff = diffIndexes(previous, next);
  const predictions: IndexPrediction[] = [];
  const predict = (indexes: IndexConfig[], change: IndexPrediction["change"]) => {
    for (const index of indexes) {
      const numDocs = documentCount(index.name.split(".")[0] ?? "");
      predictions.push({
        ...index,
        change,
        needsBackfill: change === "added" && numDocs > 0,
        numDocs,
      });
    }
  };
  predict(diff.added_indexes, "added");
  predict(diff.removed_indexes, "dropped");
  predict(diff.enabled_indexes, "enabled");
  predict(diff.disabled_indexes, "disabled");
  const changed = new Set(predictions.map((index) => index.name));
  const untouched = [...indexesByName(next).values()].filter((index) => !changed.has(index.name));
  predict(untouched, "identical");
  return predictions;
}

function indexesByName(schema: SchemaJSON | null): Map<string, IndexConfig> {
  const all = (schema?.tables ?? []).flatMap((table) => tableIndexes(table));
  return new Map(all.map((index) => [index.name, index]));
}

function tableIndexes(table: TableSchemaJSON): IndexConfig[] {
  const name = (descriptor: string) => `${table.tableName}.${descriptor}`;
  const withStaged = <T>(active: T[] | undefined, staged: T[] | undefined) => [
    ...(active ?? []).map((index) => ({ index, staged: {} })),
    ...(staged ?? []).map((index) => ({ index, staged: { staged: true } })),
  ];
  return [
    ...withStaged(table.indexes, table.stagedDbIndexes).map(({ index, staged }) => ({
      name: name(index.indexDescriptor),
      type: "database" as const,
      // Every index ends with the creation time; Convex lists it, too.
      fields: [...index.fields.filter((field) => field !== "_creationTime"), "_creationTime"],
      ...staged,
    })),
    ...withStaged(table.searchIndexes, table.stagedSearchIndexes).map(({ index, staged }) => ({
      name: name(index.indexDescriptor),
      type: "search" as const,
      searchField: index.searchField,
      filterFields: index.filterFields,
      ...staged,
    })),
    ...withStaged(table.vectorIndexes, table.stagedVectorIndexes).map(({ index, staged }) => ({
      name: name(index.indexDescriptor),
      type: "vector" as const,
      dimensions: index.dimensions,
      vectorField: index.vectorField,
      filterFields: index.filterFields,
      ...staged,
    })),
  ];
}

function sameDefinition(a: IndexConfig, b: IndexConfig): boolean {
  return definition(a) === definition(b);
}

function definition(index: IndexConfig): string {
  const sorted = (fields: string[]) => [...fields].sort();
  switch (index.type) {
    case "database":
      return JSON.stringify([index.type, index.fields]);
    case "search":
      return JSON.stringify([index.type, index.searchField, sorted(index.filterFields)]);
    case "vector":
      return JSON.stringify([
        index.type,
        index.dimensions,
        index.vectorField,
        sorted(index.filterFields),
      ]);
  }
}
