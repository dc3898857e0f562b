// The database: Convex documents, indexes, queries and transactions over one SQLite file.
export { Database } from "./database.ts";
export { DatabaseError, SchemaError } from "./errors.ts";
export { DATABASE_FILE } from "./file.ts";
export { DEFAULT_LIMITS } from "./limits.ts";
export { SYSTEM_TABLES, type SystemTable } from "./systemTables.ts";
export type * from "./types.ts";
