// The store: SQLite files, tables, rows and keys. It knows nothing of transactions' rules or of queries.
export { copyDatabase, StoreError, type StoreErrorCode } from "./connection.ts";
export { Index, Table, TABLES_PSEUDO_INDEX, type StoredIndexDefinition } from "./catalog.ts";
export { commonId, copyRows, removeSomeRows } from "./bulk.ts";
export { DocumentStore, type IndexedDocument, type StoredDocument } from "./documents.ts";
export { type Posting, type TextPostings } from "./texts.ts";
export { type VectorEntry } from "./vectors.ts";
export { openStore, type Store } from "./store.ts";
