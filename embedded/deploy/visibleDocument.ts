// Which tables, and which of their fields, the CLI and the inspection page show.
import { SYSTEM_TABLES } from "../database/index.ts";
import type { JSONObject } from "../values/index.ts";

/** How a document of this table is shown; null for system tables that nobody outside is to see. */
export function visibleDocument(table: string): ((document: JSONObject) => JSONObject) | null {
  if (!table.startsWith("_")) return (document) => document;
  const fields = SYSTEM_TABLES.find((system) => system.name === table)?.visibleFields;
  if (fields === undefined) return null;
  const shown = new Set(["_id", "_creationTime", ...fields]);
  return (document) =>
    Object.fromEntries(Object.entries(document).filter(([name]) => shown.has(name)));
}
