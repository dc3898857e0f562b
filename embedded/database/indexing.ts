// Keeps every index of a table in step with a written document, and says which keys the write touched.
import { compareKeys, type JSONObject } from "../values/index.ts";
import type { Index, Store, Table } from "../store/index.ts";
import { databaseIndexKey } from "./fields.ts";
import { textEntry, type TextEntry } from "./textIndexing.ts";
import { vectorEntry } from "./vectorIndexing.ts";

/** A document as it stands in (or leaves) the indexes. */
export type IndexedVersion = { row: number; internalId: Uint8Array; document: JSONObject };
/** Receives, for each index, the key that a write changed, in the sense of read sets. */
export type Announce = (index: number, key: Uint8Array) => void;

/** Brings all indexes from one version of a document to the next; null stands for "is not there". */
export function reindex(
  store: Store,
  table: Table,
  before: IndexedVersion | null,
  after: IndexedVersion | null,
  announce: Announce,
): void {
  for (const index of table.indexes) reindexOne(store, index, before, after, announce);
}

/** Fills a new index with a document that is already in the table. */
export function addToNewIndex(store: Store, index: Index, version: IndexedVersion): void {
  reindexOne(store, index, null, version, () => undefined);
}

function reindexOne(
  store: Store,
  index: Index,
  before: IndexedVersion | null,
  after: IndexedVersion | null,
  announce: Announce,
): void {
  const { definition } = index;
  switch (definition.kind) {
    case "by_id": {
      const version = after ?? before;
      if (version !== null) announce(index.id, version.internalId);
      return;
    }
    case "database":
      return reindexDatabase(store, index, definition.fields, before, after, announce);
    case "search":
      return reindexText(
        store,
        index,
        before && { row: before.row, entry: textEntry(definition, before.document) },
        after && { row: after.row, entry: textEntry(definition, after.document) },
        announce,
      );
    case "vector": {
      if (before !== null) store.vectors.remove(index, before.row);
      const entry = after && vectorEntry(definition, after.document);
      if (after && entry) store.vectors.add(index, after.row, after.internalId, entry);
      return; // vector searches are not reactive: they run in actions only
    }
    default:
      definition satisfies never;
  }
}

function reindexDatabase(
  store: Store,
  index: Index,
  fields: readonly string[],
  before: IndexedVersion | null,
  after: IndexedVersion | null,
  announce: Announce,
): void {
  const oldKey = before && databaseIndexKey(fields, before.document, before.internalId);
  const newKey = after && databaseIndexKey(fields, after.document, after.internalId);
  const isSame = oldKey !== null && newKey !== null && compareKeys(oldKey, newKey) === 0;
  if (oldKey !== null) {
    if (!isSame) store.documents.removeEntry(index, oldKey);
    announce(index.id, oldKey);
  }
  if (newKey !== null && after !== null && !isSame) {
    store.documents.addEntry(index, newKey, after.row);
    announce(index.id, newKey);
  }
}

type TextVersion = { row: number; entry: TextEntry | null } | null;

function reindexText(
  store: Store,
  index: Index,
  before: TextVersion,
  after: TextVersion,
  announce: Announce,
): void {
  const isSame = before?.entry?.fingerprint === after?.entry?.fingerprint;
  for (const version of isSame ? [after] : [before, after]) {
    for (const key of version?.entry?.announcedKeys() ?? []) announce(index.id, key);
  }
  if (isSame) return;
  if (before?.entry) store.texts.remove(index, before.row, before.entry);
  if (after?.entry) store.texts.add(index, after.row, after.entry);
}
