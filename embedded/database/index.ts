// The database: Convex documents, indexes, queries and transactions over one SQLite file.
export { Database } from "./database.ts";
export { DatabaseError } from "./errors.ts";
export { DATABASE_FILE } from "./file.ts";
export { copyDatabase } from "../store/index.ts";
export { SYSTEM_TABLES } from "./systemTables.ts";
export type * from "./types.ts";
