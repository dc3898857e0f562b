// Tables that nobody sees, filled and emptied in many small transactions, shown and hidden in one (see types.ts).
import { convexToJson } from "convex/values";
import { decodeId, encodeId, encodeIndexKey, type JSONObject } from "../values/index.ts";
import {
  commonId,
  copyRows,
  removeSomeRows,
  TABLES_PSEUDO_INDEX,
  type Table,
} from "../store/index.ts";
import { checkDocument, decodeDocumentArgument, type CheckedDocument } from "./documentRules.ts";
import { DatabaseError } from "./errors.ts";
import { reindex } from "./indexing.ts";
import { newInternalId } from "./internalIds.ts";
import { MAX_TABLES } from "./schema.ts";
import { systemTablesByName } from "./systemTables.ts";
import { COMMIT_TS_JSON, type TransactionState } from "./transactionState.ts";
import type { HiddenTables, HiddenTarget } from "./types.ts";

export class HiddenTableWriter implements HiddenTables {
  readonly #state: TransactionState;

  constructor(state: TransactionState) {
    this.#state = state;
  }

  names(): string[] {
    return [...this.#catalog.tables()].map(({ name }) => name).filter(isHidden);
  }

  create(hidden: string, like: string, number = this.nextNumber()): number {
    const state = this.#state;
    state.checkWritable();
    if (!isHidden(hidden)) throw new Error(`${hidden} is no name for a hidden table`);
    if (this.#catalog.size >= MAX_TABLES) {
      throw new DatabaseError("TooManyTables", `Number of tables cannot exceed ${MAX_TABLES}.`);
    }
    this.#checkFree(hidden, number);
    state.catalogChanged();
    state.storing(() => {
      const table = this.#catalog.addTable(number, hidden);
      for (const { name, definition } of this.#catalog.byName(like)?.indexes ?? []) {
        if (table.index(name) === undefined) this.#catalog.addIndex(table, name, definition);
      }
    });
    return number;
  }

  add(hidden: string, json: JSONObject, target: HiddenTarget): string {
    const state = this.#state;
    state.checkWritable();
    const table = this.#existing(hidden);
    const { id, internalId, document } = importedDocument(state, table, json, target);
    if (document.text.includes(COMMIT_TS_JSON)) {
      throw new DatabaseError("InvalidDocument", `Document ${id} has a commit timestamp to come.`);
    }
    const { store } = state.host;
    state.writeCount += 1;
    state.storing(() => {
      const row = store.documents.insert(table, internalId, document.sizeBytes, document.text);
      const version = { row, internalId, document: document.json };
      // Nobody can have read it.
      reindex(store, table, null, version, () => undefined);
    });
    state.countDocuments(table, 1);
    return id;
  }

  rename(name: string, newName: string, number?: number): void {
    const state = this.#state;
    state.checkWritable();
    const table = this.#existing(name);
    if (newName !== name) this.#checkFree(newName, null);
    if (number !== undefined && number !== table.number) this.#checkFree(null, number);
    state.catalogChanged();
    state.writeCount += 1;
    const renamed = state.storing(() => this.#catalog.renameTable(table, newName, number));
    for (const changed of [name, newName, table.number, renamed.number]) {
      state.wrote(TABLES_PSEUDO_INDEX, encodeIndexKey([changed]));
    }
    state.changedWholeTables = true;
  }

  copyInto(fromName: string, toName: string): void {
    const state = this.#state;
    state.checkWritable();
    const [from, to] = [this.#existing(fromName), this.#existing(toName)];
    const { connection } = state.host.store;
    const twice = commonId(connection, from, to);
    if (twice !== null) {
      const shown = isHidden(to.name) ? from : to;
      throw duplicateId(encodeId(shown.number, twice));
    }
    state.writeCount += 1;
    state.storing(() => copyRows(connection, from, to));
    state.countDocuments(to, from.documentCount);
    // Something has to be written for the commit to get a time of its own.
    state.wrote(TABLES_PSEUDO_INDEX, encodeIndexKey([to.name]));
    state.changedWholeTables = true;
  }

  nextNumber(): number {
    return this.#catalog.nextTableNumber();
  }

  removeSome(hidden: string, count: number): boolean {
    const state = this.#state;
    state.checkWritable();
    const table = this.#catalog.byName(hidden);
    if (table === undefined) return false;
    if (!isHidden(hidden)) throw new Error(`${hidden} is no hidden table`);
    const { catalog, connection } = state.host.store;
    state.writeCount += 1;
    if (state.storing(() => removeSomeRows(connection, table, count))) return true;
    state.catalogChanged();
    state.storing(() => catalog.removeTable(table));
    return false;
  }

  get #catalog() {
    return this.#state.host.store.catalog;
  }

  #existing(name: string): Table {
    const table = this.#catalog.byName(name);
    if (table !== undefined) return table;
    throw new DatabaseError("TableNotFound", `There is no table "${name}".`);
  }

  #checkFree(name: string | null, number: number | null): void {
    const holder =
      (name === null ? undefined : this.#catalog.byName(name)) ??
      (number === null ? undefined : this.#catalog.byNumber(number));
    if (holder === undefined) return;
    throw new DatabaseError(
      "TableNumberConflict",
      `Table "${holder.name}" with number ${holder.number} is in the way of another one.`,
    );
  }
}

function isHidden(name: string): boolean {
  return name.startsWith("_") && !systemTablesByName.has(name);
}

/**
 * Checks a document that brings its own `_id` and `_creationTime`, or gets them.
 *
 * @param table where it will be stored
 * @throws DatabaseError when it cannot be there, or is there already
 */
export function importedDocument(
  state: TransactionState,
  table: Table,
  json: JSONObject,
  target: HiddenTarget,
): { id: string; internalId: Uint8Array; document: CheckedDocument } {
  const body = decodeDocumentArgument(json, "insert");
  const givenId = body["_id"];
  const decoded = typeof givenId === "string" ? decodeId(givenId) : null;
  if (givenId !== undefined && decoded?.tableNumber !== target.number) {
    throw new DatabaseError(
      "InvalidId",
      `The _id ${JSON.stringify(convexToJson(givenId))} is not an id of table "${target.name}".`,
    );
  }
  const internalId = decoded?.internalId ?? newInternalId(state.nowMs);
  const id = encodeId(target.number, internalId);
  if (state.host.store.documents.get(table, internalId) !== null) throw duplicateId(id);
  const givenTime = body["_creationTime"];
  if (givenTime !== undefined && (typeof givenTime !== "number" || !Number.isFinite(givenTime))) {
    throw new DatabaseError("InvalidCreationTime", "_creationTime must be a finite float64.");
  }
  const creationTime = givenTime ?? state.host.nextCreationTime(state.nowMs);
  const document = checkDocument(body, id, creationTime, target.name);
  state.host.schema().checkWrite(target.name, document.value, target.tables);
  return { id, internalId, document };
}

function duplicateId(id: string): DatabaseError {
  return new DatabaseError("DuplicateId", `A document with _id ${id} exists already.`);
}
