// Pushed schemas: whether they are well formed, how they differ from what is there, and bringing them about.
import { jsonToConvex } from "convex/values";
import {
  encodeId,
  isIdentifier,
  isObjectValue,
  validateValue,
  type TableNames,
  type ValidatorJSON,
} from "../values/index.ts";
import type { Index, StoredIndexDefinition, Store, Table } from "../store/index.ts";
import { withoutSystemFields, type ObjectValue } from "./documentRules.ts";
import { DatabaseError, SchemaError } from "./errors.ts";
import { addToNewIndex } from "./indexing.ts";
import { parseDocument } from "./reader.ts";
import { SYSTEM_TABLES } from "./systemTables.ts";
import type { IndexInfo, SchemaCheck, SchemaJSON, TableSchemaJSON } from "./types.ts";

const MAX_INDEXES_PER_TABLE = 64;
const MAX_INDEX_FIELDS = 16;
const MAX_FILTER_FIELDS = 16;
const MIN_DIMENSIONS = 2;
const MAX_DIMENSIONS = 4096;
export const MAX_TABLES = 10_000;
/** The app's tables and the backend's own. */
export const MAX_ALL_TABLES = MAX_TABLES + SYSTEM_TABLES.length;

type DeclaredIndex = {
  name: string;
  definition: Exclude<StoredIndexDefinition, { kind: "by_id" }>;
};

/** The schema that writes are checked against. */
export class ActiveSchema {
  readonly json: SchemaJSON | null;
  readonly #documentTypes = new Map<string, ValidatorJSON>();

  constructor(json: SchemaJSON | null) {
    this.json = json;
    if (json?.schemaValidation !== true) return;
    for (const table of json.tables) {
      const { documentType } = table;
      if (documentType && documentType.type !== "any") {
        this.#documentTypes.set(table.tableName, documentType);
      }
    }
  }

  documentType(tableName: string): ValidatorJSON | undefined {
    return this.#documentTypes.get(tableName);
  }

  /** @throws DatabaseError when the document does not match its table's type */
  checkWrite(tableName: string, document: ObjectValue, tables: TableNames): void {
    const type = this.#documentTypes.get(tableName);
    if (type === undefined) return;
    const problem = validateValue(type, withoutSystemFields(document), tables);
    if (problem === null) return;
    throw new DatabaseError(
      "SchemaEnforcementError",
      `Failed to insert or update a document in table "${tableName}" because it does not match the schema: ${problem}`,
    );
  }
}

/** What has to change for `next`; nothing is changed yet. */
export type SchemaPlan = {
  addedTables: string[];
  addedIndexes: { table: string; declared: DeclaredIndex }[];
  removedIndexes: Index[];
  /** Only `staged` differs: the entries stay. */
  changedIndexes: { index: Index; definition: StoredIndexDefinition }[];
};

export function planSchema(store: Store, next: SchemaJSON | null): SchemaPlan {
  const plan: SchemaPlan = {
    addedTables: [],
    addedIndexes: [],
    removedIndexes: [],
    changedIndexes: [],
  };
  const declared = new Map((next?.tables ?? []).map((table) => [table.tableName, table]));
  for (const table of declared.values()) {
    if (store.catalog.byName(table.tableName) === undefined) plan.addedTables.push(table.tableName);
    planTable(plan, store.catalog.byName(table.tableName), table);
  }
  for (const table of store.catalog.tables()) {
    if (declared.has(table.name) || table.name.startsWith("_")) continue;
    plan.removedIndexes.push(...table.indexes.filter(isDeclarable));
  }
  return plan;
}

function planTable(plan: SchemaPlan, table: Table | undefined, declared: TableSchemaJSON): void {
  const remaining = new Map(
    (table?.indexes ?? []).filter(isDeclarable).map((index) => [index.name, index]),
  );
  for (const index of declaredIndexes(declared)) {
    const existing = remaining.get(index.name);
    if (existing !== undefined && isSameButStaging(existing.definition, index.definition)) {
      remaining.delete(index.name);
      if (JSON.stringify(existing.definition) !== JSON.stringify(index.definition)) {
        plan.changedIndexes.push({ index: existing, definition: index.definition });
      }
      continue;
    }
    plan.addedIndexes.push({ table: declared.tableName, declared: index });
  }
  plan.removedIndexes.push(...remaining.values());
}

function isDeclarable(index: Index): boolean {
  return index.name !== "by_id" && index.name !== "by_creation_time";
}

function isSameButStaging(a: StoredIndexDefinition, b: StoredIndexDefinition): boolean {
  return JSON.stringify({ ...a, staged: false }) === JSON.stringify({ ...b, staged: false });
}

/** Makes the tables and indexes of a plan. The caller holds a transaction and keeps `next` as active. */
export function carryOut(
  store: Store,
  plan: SchemaPlan,
  createTable: (name: string) => void,
): SchemaCheck {
  const removedIndexes = plan.removedIndexes.map((index) => describeIndex(index));
  for (const index of plan.removedIndexes) store.catalog.removeIndex(index);
  for (const { index, definition } of plan.changedIndexes) {
    store.catalog.redefineIndex(index, definition);
  }
  for (const name of plan.addedTables) createTable(name);
  const addedIndexes = plan.addedIndexes.map(({ table: tableName, declared }) => {
    const table = store.catalog.byName(tableName);
    if (table === undefined) throw new Error(`Table ${tableName} was not made`);
    const index = store.catalog.addIndex(table, declared.name, declared.definition);
    fillIndex(store, index);
    return describeIndex(index);
  });
  return { addedTables: plan.addedTables, addedIndexes, removedIndexes };
}

/** What a plan would do, for a check that changes nothing. */
export function describePlan(plan: SchemaPlan): SchemaCheck {
  return {
    addedTables: plan.addedTables,
    addedIndexes: plan.addedIndexes.map(({ table, declared }) => ({
      index: 0,
      table,
      name: declared.name,
      ...declared.definition,
    })),
    removedIndexes: plan.removedIndexes.map((index) => describeIndex(index)),
  };
}

export function describeIndex(index: Index): IndexInfo {
  const { definition } = index;
  const named = { index: index.id, table: index.table.name, name: index.name };
  if (definition.kind === "by_id") {
    return { ...named, kind: "database", fields: ["_id"], staged: false };
  }
  return { ...named, ...definition };
}

/** In pieces, because SQLite rows cannot be read and written at the same time on one connection. */
export function fillIndex(store: Store, index: Index): void {
  for (const documents of store.documents.scanInChunks(index.table)) {
    for (const { row, internalId, json } of documents) {
      addToNewIndex(store, index, { row, internalId, document: parseDocument(json) });
    }
  }
}

/**
 * Checks all documents of all tables whose type is not the one they were checked against before.
 *
 * @throws SchemaError naming the first document that does not match
 */
export function checkExistingDocuments(
  store: Store,
  active: ActiveSchema,
  next: ActiveSchema,
  tables: TableNames,
): void {
  for (const table of store.catalog.tables()) {
    const type = next.documentType(table.name);
    if (type === undefined) continue;
    if (JSON.stringify(active.documentType(table.name)) === JSON.stringify(type)) continue;
    for (const documents of store.documents.scanInChunks(table)) {
      for (const { internalId, json } of documents) {
        const document = jsonToConvex(parseDocument(json));
        const body = isObjectValue(document) ? withoutSystemFields(document) : document;
        const problem = validateValue(type, body, tables);
        if (problem === null) continue;
        const id = encodeId(table.number, internalId);
        throw new SchemaError(
          "SchemaMismatch",
          `Document with ID "${id}" in table "${table.name}" does not match the schema: ${problem}`,
        );
      }
    }
  }
}

// ---- Form -----------------------------------------------------------------------------------------

function declaredIndexes(table: TableSchemaJSON): DeclaredIndex[] {
  const list: DeclaredIndex[] = [];
  const add = (name: string, definition: DeclaredIndex["definition"]): void => {
    list.push({ name, definition });
  };
  for (const staged of [false, true]) {
    for (const index of (staged ? table.stagedDbIndexes : table.indexes) ?? []) {
      add(index.indexDescriptor, { kind: "database", fields: index.fields, staged });
    }
    for (const index of (staged ? table.stagedSearchIndexes : table.searchIndexes) ?? []) {
      const { searchField, filterFields } = index;
      add(index.indexDescriptor, {
        kind: "search",
        searchField,
        filterFields: [...filterFields].sort(),
        staged,
      });
    }
    for (const index of (staged ? table.stagedVectorIndexes : table.vectorIndexes) ?? []) {
      const { vectorField, dimensions, filterFields } = index;
      add(index.indexDescriptor, {
        kind: "vector",
        vectorField,
        dimensions,
        filterFields: [...filterFields].sort(),
        staged,
      });
    }
  }
  return list;
}

/** @throws SchemaError for names, fields and numbers of indexes that Convex would refuse */
export function checkSchemaForm(schema: SchemaJSON): void {
  const names = new Set<string>();
  for (const table of schema.tables) {
    const { tableName } = table;
    if (!isIdentifier(tableName) || tableName.startsWith("_")) {
      throw new SchemaError("InvalidTableName", `Invalid table name "${tableName}" in the schema.`);
    }
    if (names.has(tableName)) {
      throw new SchemaError("DuplicateTable", `Table "${tableName}" is in the schema twice.`);
    }
    names.add(tableName);
    checkDocumentType(tableName, table.documentType ?? null);
    checkIndexes(tableName, declaredIndexes(table));
  }
}

function checkDocumentType(tableName: string, type: ValidatorJSON | null): void {
  if (type === null || type.type === "any") return;
  if (type.type === "union") {
    for (const member of type.value) checkDocumentType(tableName, member);
    return;
  }
  if (type.type !== "object") {
    throw new SchemaError(
      "InvalidDocumentType",
      `Invalid schema for table "${tableName}": documents must be an object, a union of objects or v.any().`,
    );
  }
  const reserved = Object.keys(type.value).find((name) => name.startsWith("_"));
  if (reserved !== undefined) {
    throw new SchemaError(
      "SystemFieldInSchema",
      `Invalid schema for table "${tableName}": field \`${reserved}\` starts with an underscore, which is reserved for system fields. \`_id\` and \`_creationTime\` are always there.`,
    );
  }
}

function checkIndexes(tableName: string, indexes: readonly DeclaredIndex[]): void {
  if (indexes.length > MAX_INDEXES_PER_TABLE) {
    throw new SchemaError(
      "TooManyIndexes",
      `Table "${tableName}" cannot have more than ${MAX_INDEXES_PER_TABLE} indexes.`,
    );
  }
  const byName = new Map<string, DeclaredIndex>();
  const byFields = new Map<string, string>();
  for (const index of indexes) {
    const fullName = `${tableName}.${index.name}`;
    if (!isIdentifier(index.name) || index.name.startsWith("_")) {
      throw new SchemaError("InvalidIndexName", `Invalid index name "${fullName}".`);
    }
    if (index.name === "by_id" || index.name === "by_creation_time") {
      throw new SchemaError(
        "ReservedIndexName",
        `In table "${tableName}" cannot name an index "${index.name}" because the name is reserved. Every table has it already.`,
      );
    }
    if (byName.has(index.name)) {
      throw new SchemaError(
        "DuplicateIndex",
        `Table "${tableName}" has two indexes "${index.name}".`,
      );
    }
    byName.set(index.name, index);
    checkIndex(fullName, index.definition);
    if (index.definition.kind !== "database") continue;
    const fields = index.definition.fields.join(", ");
    const twin = byFields.get(fields);
    if (twin !== undefined) {
      throw new SchemaError(
        "DuplicateIndexFields",
        `In table "${tableName}" the indexes "${twin}" and "${index.name}" have the same fields. Remove one of them.`,
      );
    }
    byFields.set(fields, index.name);
  }
}

function checkIndex(fullName: string, definition: DeclaredIndex["definition"]): void {
  switch (definition.kind) {
    case "database":
      if (definition.fields.length === 0) {
        throw new SchemaError("EmptyIndex", `Index "${fullName}" must have at least one field.`);
      }
      return checkFields(fullName, definition.fields, MAX_INDEX_FIELDS);
    case "search":
      checkFields(fullName, [definition.searchField], 1);
      return checkFields(fullName, definition.filterFields, MAX_FILTER_FIELDS);
    case "vector": {
      const { dimensions } = definition;
      if (
        !Number.isInteger(dimensions) ||
        dimensions < MIN_DIMENSIONS ||
        dimensions > MAX_DIMENSIONS
      ) {
        throw new SchemaError(
          "InvalidVectorDimension",
          `Vector index "${fullName}" must have between ${MIN_DIMENSIONS} and ${MAX_DIMENSIONS} dimensions, not ${dimensions}.`,
        );
      }
      checkFields(fullName, [definition.vectorField], 1);
      return checkFields(fullName, definition.filterFields, MAX_FILTER_FIELDS);
    }
    default:
      definition satisfies never;
  }
}

function checkFields(fullName: string, fields: readonly string[], most: number): void {
  if (fields.length > most) {
    throw new SchemaError(
      "TooManyIndexFields",
      `Index "${fullName}" cannot have more than ${most} fields.`,
    );
  }
  for (const [i, field] of fields.entries()) {
    if (fields.indexOf(field) !== i) {
      throw new SchemaError(
        "DuplicateField",
        `Index "${fullName}" has the field "${field}" twice.`,
      );
    }
    if (field === "_creationTime") {
      throw new SchemaError(
        "CreationTimeInIndex",
        `Index "${fullName}" must not name "_creationTime": it is added to the end of every index.`,
      );
    }
    if (
      field.split(".").some((name) => name === "" || name.startsWith("$")) ||
      field.startsWith("_")
    ) {
      throw new SchemaError(
        "InvalidIndexField",
        `Index "${fullName}" has an invalid field "${field}".`,
      );
    }
  }
}
