// What a document may look like, whatever its schema: names, sizes, nesting, system fields (CONVEX-RUNTIME 3.8, 4.7).
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import {
  formatValue,
  isIdentifier,
  isJSONObject,
  isObjectValue,
  lengthProblem,
  valueNesting,
  valueSize,
  type JSONObject,
  type JSONValue,
} from "../values/index.ts";
import { DatabaseError } from "./errors.ts";

export const MAX_DOCUMENT_BYTES = 1 << 20;
export const MAX_DOCUMENT_NESTING = 16;
/** What holds for any value (CONVEX-RUNTIME 4.7) is all that holds for the backend's own documents. */
const MAX_SYSTEM_DOCUMENT_BYTES = 32 << 20;
const MAX_SYSTEM_DOCUMENT_NESTING = 64;

export type ObjectValue = { [key: string]: Value | undefined };
/** A checked document with its system fields; `json` has its fields sorted by name at every level. */
export type CheckedDocument = {
  value: ObjectValue;
  json: JSONObject;
  text: string;
  sizeBytes: number;
};

/** The operation in whose arguments something is wrong, as in ``Invalid arguments for `db.insert` ``. */
export type WriteOperation = "insert" | "patch" | "replace";

/** Decodes the argument of a write. @throws DatabaseError when it is no object of Convex values */
export function decodeDocumentArgument(json: JSONValue, operation: WriteOperation): ObjectValue {
  const argument = operation === "insert" ? "arguments for" : "argument `value` for";
  if (!isJSONObject(json)) {
    throw new DatabaseError(
      "InvalidArgument",
      `Invalid ${argument} \`db.${operation}\`: Value must be an Object`,
    );
  }
  let value: Value;
  try {
    value = jsonToConvex(json);
    checkContents(value);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(
      error instanceof DatabaseError ? error.code : "InvalidArgument",
      `Invalid ${argument} \`db.${operation}\`: ${detail}`,
      { cause: error },
    );
  }
  if (!isObjectValue(value)) {
    throw new DatabaseError(
      "InvalidArgument",
      `Invalid ${argument} \`db.${operation}\`: Value must be an Object`,
    );
  }
  return value;
}

/** Limits that hold for every value anywhere: lengths of arrays, numbers of fields, well-formed strings. */
function checkContents(value: Value): void {
  if (typeof value === "string") {
    if (!value.isWellFormed()) {
      throw new DatabaseError("InvalidString", "Strings must not contain lone surrogates");
    }
    return;
  }
  const problem = lengthProblem(value);
  if (problem !== null) throw new DatabaseError(problem.code, problem.message);
  if (Array.isArray(value)) {
    for (const item of value) checkContents(item);
  } else if (isObjectValue(value)) {
    for (const field of Object.values(value)) {
      if (field !== undefined) checkContents(field);
    }
  }
}

/**
 * Puts the system fields in and checks the whole document.
 *
 * @param body the user's fields; its own `_id` and `_creationTime`, if any, must be the given ones
 */
export function checkDocument(
  body: ObjectValue,
  id: string,
  creationTime: number,
  tableName: string,
): CheckedDocument {
  checkSystemField(body, "_id", id);
  checkSystemField(body, "_creationTime", creationTime);
  const value: ObjectValue = { ...body, _id: id, _creationTime: creationTime };
  const strangers = Object.keys(body)
    .filter((name) => name.startsWith("_") && !isSystemField(name))
    .sort()
    .map(
      (name) =>
        `Field '${name}' starts with an underscore, which is only allowed for system fields like '_id'`,
    );
  if (strangers.length > 0) {
    throw new DatabaseError(
      "InvalidDocument",
      `Document(value: ${formatValue(value)}) isn't a valid document: ${strangers.join("\n ")}`,
    );
  }
  const sizeBytes = valueSize(value);
  const isSystem = tableName.startsWith("_");
  const maxBytes = isSystem ? MAX_SYSTEM_DOCUMENT_BYTES : MAX_DOCUMENT_BYTES;
  if (sizeBytes > maxBytes) {
    throw new DatabaseError(
      "ValueTooLarge",
      `Value is too large (${formatBinarySize(sizeBytes)} > maximum size ${maxBytes >> 20} MiB)`,
    );
  }
  const nesting = valueNesting(value);
  const maxNesting = isSystem ? MAX_SYSTEM_DOCUMENT_NESTING : MAX_DOCUMENT_NESTING;
  if (nesting > maxNesting) {
    throw new DatabaseError(
      "DocumentTooNested",
      `Document is too nested (nested ${nesting} levels deep > maximum nesting ${maxNesting})`,
    );
  }
  const json = convexToJson(value) as JSONObject; // an object's JSON is an object
  return { value, json, text: JSON.stringify(json), sizeBytes };
}

function checkSystemField(body: ObjectValue, name: "_id" | "_creationTime", expected: Value): void {
  const given = body[name];
  if (given === undefined || given === expected) return;
  const what = name === "_id" ? "Provided document ID" : "Provided creation time";
  throw new DatabaseError(
    "InvalidDocument",
    `${what} ${formatValue(expected)} doesn't match '${name}' field in ${formatValue(body)}`,
  );
}

function isSystemField(name: string): boolean {
  return name === "_id" || name === "_creationTime";
}

/** The document without its system fields: what schemas describe. */
export function withoutSystemFields(document: ObjectValue): ObjectValue {
  // Not by deleting from a copy, which makes of it a slow object.
  const body: ObjectValue = {};
  for (const name of Object.keys(document)) {
    if (!isSystemField(name)) body[name] = document[name];
  }
  return body;
}

/** @throws DatabaseError unless `name` may name a user's table */
export function checkTableName(name: string): void {
  if (!isIdentifier(name)) {
    throw new DatabaseError(
      "InvalidTableName",
      `Invalid table name "${name}": table names have at most 64 letters, digits and underscores and do not start with a digit.`,
    );
  }
}

/** "1.5 MiB": binary units, two decimals unless the number is whole. */
export function formatBinarySize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(amount) ? amount : amount.toFixed(2)} ${units[unit]}`;
}
