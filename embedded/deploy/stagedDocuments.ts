// Reads what `importStaging.ts` wrote: the plan, and the documents of a table from any place on.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { decodeId, encodeId, type JSONObject, type JSONValue } from "../values/index.ts";
import { PLAN_FILE, type ImportPlan } from "./importStaging.ts";

const READ_CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

export function importFolder(dataDir: string, importId: string): string {
  return join(dataDir, "imports", importId);
}

export function readPlan(folder: string): ImportPlan {
  // Written by `stageImport`.
  return JSON.parse(readFileSync(join(folder, PLAN_FILE), "utf8")) as ImportPlan;
}

/**
 * The documents of a staged file, a line each.
 *
 * @param offset where a line begins, in bytes
 * @returns each document with the offset of the line after it
 */
export function* readStaged(
  path: string,
  offset = 0,
): Generator<{ document: JSONObject; nextOffset: number }> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(READ_CHUNK_BYTES);
    let unread = Buffer.alloc(0);
    /** Where `unread` begins in the file. */
    let position = offset;
    for (;;) {
      const length = readSync(file, chunk, 0, chunk.length, position + unread.length);
      if (length === 0) return;
      unread = Buffer.concat([unread, chunk.subarray(0, length)]);
      let begin = 0;
      for (;;) {
        const end = unread.indexOf(NEWLINE, begin);
        if (end === -1) break;
        const text = unread.toString("utf8", begin, end);
        begin = end + 1;
        yield { document: JSON.parse(text) as JSONObject, nextOffset: position + begin };
      }
      position += begin;
      unread = unread.subarray(begin);
    }
  } finally {
    closeSync(file);
  }
}

/** Every string that is an id of a renumbered table becomes the id with the number here. */
export function translateIds<T extends JSONValue>(
  value: T,
  renumbered: ReadonlyMap<number, number>,
): T {
  // The shape stays, so the type does.
  return renumbered.size === 0 ? value : (translate(value, renumbered) as T);
}

function translate(value: JSONValue, renumbered: ReadonlyMap<number, number>): JSONValue {
  if (typeof value === "string") return translateId(value, renumbered);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => translate(item, renumbered));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, translate(field, renumbered)]),
  );
}

function translateId(text: string, renumbered: ReadonlyMap<number, number>): string {
  if (text.length < 31 || text.length > 37) return text;
  const id = decodeId(text);
  const number = id === null ? undefined : renumbered.get(id.tableNumber);
  return id === null || number === undefined ? text : encodeId(number, id.internalId);
}
