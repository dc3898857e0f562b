// Fields of documents by dotted path, and a document's key in a database index.
import { jsonToConvex, type Value } from "convex/values";
import { encodeIndexKey, isJSONObject, type JSONObject, type JSONValue } from "../values/index.ts";

/** The JSON at `path`, undefined where a part is missing. Never looks inside `{"$integer": ...}` and its like. */
export function fieldJson(document: JSONObject, path: string): JSONValue | undefined {
  if (!path.includes(".")) {
    return Object.hasOwn(document, path) ? document[path] : undefined;
  }
  let value: JSONValue | undefined = document;
  for (const name of path.split(".")) {
    if (!isJSONObject(value) || name.startsWith("$") || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = value[name];
  }
  return value;
}

export function fieldValue(document: JSONObject, path: string): Value | undefined {
  const json = fieldJson(document, path);
  return json === undefined ? undefined : jsonToConvex(json);
}

/** The key of a document in a database index: its fields, then creation time, then internal id. */
export function databaseIndexKey(
  fields: readonly string[],
  document: JSONObject,
  internalId: Uint8Array,
): Uint8Array {
  const values: (Value | undefined)[] = fields.map((path) => fieldValue(document, path));
  values.push(fieldValue(document, "_creationTime"));
  return encodeIndexKey(values, internalId);
}

/**
 * The filter fields of a text or vector index as bytes: each encoded value after its length, so that single
 * ones can be compared.
 */
export function filterKeys(fields: readonly string[], document: JSONObject): Uint8Array {
  return joinFilterKeys(fields.map((path) => encodeIndexKey([fieldValue(document, path)])));
}

export function joinFilterKeys(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.alloc(parts.reduce((total, part) => total + 4 + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    offset = bytes.writeUInt32BE(part.length, offset);
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The way back: one encoded value for each filter field. */
export function splitFilterKeys(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + 4 + view.getUint32(offset);
    parts.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return parts;
}
