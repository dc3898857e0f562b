// The writing half of a transaction: insert, patch, replace, remove, and the imports of system transactions.
import { convexToJson, jsonToConvex } from "convex/values";
import {
  encodeId,
  encodeIndexKey,
  isJSONObject,
  isObjectValue,
  type JSONObject,
  type JSONValue,
} from "../values/index.ts";
import { TABLES_PSEUDO_INDEX, type StoredDocument, type Table } from "../store/index.ts";
import {
  checkDocument,
  checkTableName,
  decodeDocumentArgument,
  type CheckedDocument,
  type ObjectValue,
} from "./documentRules.ts";
import { DatabaseError } from "./errors.ts";
import { reindex, type IndexedVersion } from "./indexing.ts";
import { decodeIdArgument, parseDocument, type Reader } from "./reader.ts";
import { MAX_ALL_TABLES, MAX_TABLES } from "./schema.ts";
import { HiddenTableWriter, importedDocument } from "./hiddenTables.ts";
import { newInternalId } from "./internalIds.ts";
import { COMMIT_TS_JSON, type TransactionState } from "./transactionState.ts";
import { TransactionAnswers } from "./answers.ts";
import type { HiddenTables, KeptAnswers } from "./types.ts";

type Found = { id: string; table: Table; internalId: Uint8Array; stored: StoredDocument };

export class Writer {
  readonly #state: TransactionState;
  readonly #reader: Reader;
  readonly #isSystem: boolean;

  constructor(state: TransactionState, reader: Reader, isSystem: boolean) {
    this.#state = state;
    this.#reader = reader;
    this.#isSystem = isSystem;
  }

  insert(tableName: string, json: JSONObject): string {
    const state = this.#state;
    state.checkWritable();
    this.#checkWritableTable(tableName);
    const body = decodeDocumentArgument(json, "insert");
    const internalId = newInternalId(state.nowMs);
    const creationTime = state.host.nextCreationTime(state.nowMs);
    const existing = state.host.store.catalog.byName(tableName);
    // The number of a table that is yet to be made is known beforehand; making it comes after all checks.
    const number = existing?.number ?? state.host.store.catalog.nextTableNumber();
    const id = encodeId(number, internalId);
    const document = checkDocument(body, id, creationTime, tableName);
    if (existing !== undefined) {
      state.host.schema().checkWrite(tableName, document.value, state.tables);
    }
    this.#countWrite(document.sizeBytes);
    this.#insertChecked(existing ?? this.createTable(tableName, number), internalId, document);
    return id;
  }

  patch(id: string, json: JSONObject, tableName: string | undefined): JSONObject {
    const found = this.#find(id, tableName, "patch", "Update");
    if (!isJSONObject(json)) decodeDocumentArgument(json, "patch"); // throws with the fitting text
    const kept: JSONObject = {};
    const removed = new Set<string>();
    for (const [name, value] of Object.entries(json)) {
      if (isJSONObject(value) && "$undefined" in value) removed.add(name);
      else kept[name] = value;
    }
    const changes = decodeDocumentArgument(kept, "patch");
    const merged: ObjectValue = { ...this.#decodeStored(found), ...changes };
    for (const name of removed) {
      if (name === "_id" || name === "_creationTime") {
        throw new DatabaseError(
          "InvalidArgument",
          `Invalid argument \`value\` for \`db.patch\`: the system field '${name}' cannot be removed`,
        );
      }
      Reflect.deleteProperty(merged, name);
    }
    return this.#update(found, merged);
  }

  replace(id: string, json: JSONObject, tableName: string | undefined): JSONObject {
    const found = this.#find(id, tableName, "replace", "Replace");
    return this.#update(found, decodeDocumentArgument(json, "replace"));
  }

  remove(id: string, tableName: string | undefined): JSONObject {
    const state = this.#state;
    const { table, internalId, stored } = this.#find(id, tableName, "delete", "Delete");
    const document = parseDocument(stored.json);
    this.#countWrite(0);
    state.writeCount += 1;
    state.storing(() => {
      const before = { row: stored.row, internalId, document };
      reindex(state.host.store, table, before, null, (index, key) => {
        state.wrote(index, key);
      });
      state.host.store.documents.remove(table, stored.row);
    });
    state.countDocuments(table, -1);
    return document;
  }

  importDocument(tableName: string, json: JSONObject): string {
    const state = this.#state;
    state.checkWritable();
    this.#checkSystem();
    const table = state.host.store.catalog.byName(tableName) ?? this.createTable(tableName);
    const { number } = table;
    const imported = importedDocument(state, table, json, {
      ...{ name: tableName, number, tables: state.tables },
    });
    this.#insertChecked(table, imported.internalId, imported.document);
    return imported.id;
  }

  hiddenTables(): HiddenTables {
    this.#state.checkWritable();
    this.#checkSystem();
    return new HiddenTableWriter(this.#state);
  }

  answers(): KeptAnswers {
    this.#checkSystem();
    return new TransactionAnswers(this.#state);
  }

  clearTable(tableName: string): number {
    const state = this.#state;
    state.checkWritable();
    this.#checkSystem();
    const table = state.host.store.catalog.byName(tableName);
    if (table === undefined) return 0;
    const { store } = state.host;
    const count = table.documentCount;
    state.writeCount += 1;
    state.storing(() => {
      for (const chunk of store.documents.scanInChunks(table)) {
        for (const { row, internalId, json } of chunk) {
          const before: IndexedVersion = { row, internalId, document: parseDocument(json) };
          reindex(store, table, before, null, (index, key) => {
            state.wrote(index, key);
          });
        }
      }
      store.documents.clear(table);
    });
    state.countDocuments(table, -count);
    return count;
  }

  createTable(tableName: string, number?: number): Table {
    const state = this.#state;
    const { catalog } = state.host.store;
    checkTableName(tableName);
    if (catalog.size >= MAX_ALL_TABLES) {
      throw new DatabaseError("TooManyTables", `Number of tables cannot exceed ${MAX_TABLES}.`);
    }
    state.catalogChanged();
    const table = state.storing(() =>
      catalog.addTable(number ?? catalog.nextTableNumber(), tableName),
    );
    state.wrote(TABLES_PSEUDO_INDEX, encodeIndexKey([tableName]));
    state.wrote(TABLES_PSEUDO_INDEX, encodeIndexKey([table.number]));
    return table;
  }

  /** Puts the commit's timestamp where documents and the answer wait for it. */
  resolveCommitTs(ts: bigint): void {
    const state = this.#state;
    const { answer, host, nowMs } = state;
    if (answer !== null) state.storing(() => host.store.answers.add({ ...answer, ts }, nowMs));
    if (state.awaitingCommitTs.length === 0) return;
    const resolved = JSON.stringify(convexToJson(ts));
    for (const { table, internalId } of state.awaitingCommitTs) {
      const stored = state.host.store.documents.get(table, internalId);
      if (stored === null || !stored.json.includes(COMMIT_TS_JSON)) continue;
      const text = stored.json.replaceAll(COMMIT_TS_JSON, resolved);
      this.#store(table, internalId, stored, text, parseDocument(text), stored.sizeBytes);
    }
  }

  // ---- Steps ----

  #find(id: string, tableName: string | undefined, operation: string, verb: string): Found {
    const state = this.#state;
    state.checkWritable();
    const { tableNumber, internalId } = decodeIdArgument(id, operation);
    const table = state.host.store.catalog.byNumber(tableNumber);
    if (table !== undefined) {
      this.#reader.checkTableOfId(table, { table: tableName }, operation);
      if (table.name.startsWith("_") && !this.#isSystem) throw readOnlySystemTable();
      state.readPoint(table.byId.id, internalId);
    } else {
      state.readMissingTable(tableNumber);
    }
    const stored = table && state.host.store.documents.get(table, internalId);
    if (table === undefined || !stored) {
      throw new DatabaseError("NonexistentDocument", `${verb} on nonexistent document ID ${id}`);
    }
    if (!this.#isSystem) state.usage.documentRead(stored.sizeBytes);
    return { id, table, internalId, stored };
  }

  #decodeStored(found: Found): ObjectValue {
    const value = jsonToConvex(parseDocument(found.stored.json));
    if (!isObjectValue(value)) throw new Error(`Document ${found.id} is not an object`);
    return value;
  }

  #update(found: Found, body: ObjectValue): JSONObject {
    const state = this.#state;
    const { table, internalId, stored } = found;
    const creationTime = parseDocument(stored.json)["_creationTime"] as number; // every document has one
    const document = checkDocument(body, found.id, creationTime, table.name);
    state.host.schema().checkWrite(table.name, document.value, state.tables);
    if (document.text === stored.json) return document.json;
    this.#countWrite(document.sizeBytes);
    this.#store(table, internalId, stored, document.text, document.json, document.sizeBytes);
    this.#noteCommitTs(table, internalId, document.text);
    return document.json;
  }

  #store(
    table: Table,
    internalId: Uint8Array,
    stored: StoredDocument,
    text: string,
    json: JSONObject,
    sizeBytes: number,
  ): void {
    const state = this.#state;
    const { row } = stored;
    state.writeCount += 1;
    state.storing(() => {
      const before = { row, internalId, document: parseDocument(stored.json) };
      const after = { row, internalId, document: json };
      reindex(state.host.store, table, before, after, (index, key) => {
        state.wrote(index, key);
      });
      state.host.store.documents.update(table, row, sizeBytes, text);
    });
  }

  #insertChecked(table: Table, internalId: Uint8Array, document: CheckedDocument): void {
    const state = this.#state;
    const { store } = state.host;
    state.writeCount += 1;
    state.storing(() => {
      const { json, text, sizeBytes } = document;
      const row = store.documents.insert(table, internalId, sizeBytes, text);
      reindex(store, table, null, { row, internalId, document: json }, (index, key) => {
        state.wrote(index, key);
      });
    });
    state.countDocuments(table, 1);
    this.#noteCommitTs(table, internalId, document.text);
  }

  #noteCommitTs(table: Table, internalId: Uint8Array, text: string): void {
    if (text.includes(COMMIT_TS_JSON)) this.#state.awaitingCommitTs.push({ table, internalId });
  }

  #countWrite(sizeBytes: number): void {
    if (!this.#isSystem) this.#state.usage.documentWritten(sizeBytes);
  }

  #checkWritableTable(tableName: JSONValue): void {
    if (typeof tableName !== "string") {
      throw new DatabaseError("InvalidTableName", "Table names must be strings.");
    }
    if (!tableName.startsWith("_")) return checkTableName(tableName);
    if (!this.#isSystem) throw readOnlySystemTable();
    if (this.#state.host.store.catalog.byName(tableName) !== undefined) return;
    throw new DatabaseError(
      "UnknownSystemTable",
      `There is no system table ${tableName}: add it to database/systemTables.ts.`,
    );
  }

  #checkSystem(): void {
    if (this.#isSystem) return;
    throw new DatabaseError("SystemOnly", "Only system transactions may do this.");
  }
}

function readOnlySystemTable(): DatabaseError {
  return new DatabaseError(
    "SystemTableReadOnly",
    "System tables (prefixed with `_`) are read-only.",
  );
}
