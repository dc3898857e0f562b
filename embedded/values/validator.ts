// Checks a value against a Convex validator, with Convex's own error texts (CONVEX-RUNTIME 3.4).
import type { Value } from "convex/values";
import { jsonToConvex } from "convex/values";
import { decodeId } from "./id.ts";
import { isCommitTsPlaceholder, isObjectValue, type JSONValue } from "./json.ts";
import { compareValues } from "./order.ts";
import { formatFieldName, formatFloat, formatValue } from "./format.ts";

export type ObjectFieldJSON = { fieldType: ValidatorJSON; optional: boolean };
export type ValidatorJSON =
  | { type: "null" | "number" | "bigint" | "boolean" | "string" | "bytes" | "any" | "commitTs" }
  | { type: "literal"; value: JSONValue }
  | { type: "id"; tableName: string }
  | { type: "array"; value: ValidatorJSON }
  | { type: "record"; keys: ValidatorJSON; values: ObjectFieldJSON }
  | { type: "object"; value: Record<string, ObjectFieldJSON> }
  | { type: "union"; value: ValidatorJSON[] };

/** The mapping that `v.id("table")` is checked against. */
export interface TableNames {
  /** The name of the table with this number; undefined when there is none. */
  nameOf(tableNumber: number): string | undefined;
}

/** @returns null when `value` fits, else Convex's text without the "ArgumentValidationError: " in front */
export function validateValue(
  validator: ValidatorJSON,
  value: Value | undefined,
  tables: TableNames,
): string | null {
  return check(validator, value, tables, "");
}

function check(
  validator: ValidatorJSON,
  value: Value | undefined,
  tables: TableNames,
  path: string,
): string | null {
  if (value === undefined) return mismatch(validator, value, path);
  switch (validator.type) {
    case "any":
      return null;
    case "null":
      return value === null ? null : mismatch(validator, value, path);
    case "number":
      return typeof value === "number" ? null : mismatch(validator, value, path);
    case "bigint":
    case "commitTs":
      return typeof value === "bigint" || isCommitTsPlaceholder(value)
        ? null
        : mismatch(validator, value, path);
    case "boolean":
    case "string":
      return typeof value === validator.type ? null : mismatch(validator, value, path);
    case "bytes":
      return value instanceof ArrayBuffer ? null : mismatch(validator, value, path);
    case "literal":
      return checkLiteral(validator, value, path);
    case "id":
      return checkId(validator, value, tables, path);
    case "array":
      return checkArray(validator, value, tables, path);
    case "record":
      return checkRecord(validator, value, tables, path);
    case "object":
      return checkObject(validator, value, tables, path);
    case "union":
      return checkUnion(validator, value, tables, path);
    default:
      validator satisfies never;
      throw new Error(`Unknown validator: ${JSON.stringify(validator)}`);
  }
}

function checkLiteral(
  validator: Extract<ValidatorJSON, { type: "literal" }>,
  value: Value,
  path: string,
): string | null {
  if (compareValues(jsonToConvex(validator.value), value) === 0) return null;
  return `\`${formatValue(value)}\` does not match literal validator \`${validatorToString(validator)}\`.${context(path)}`;
}

function checkId(
  validator: Extract<ValidatorJSON, { type: "id" }>,
  value: Value,
  tables: TableNames,
  path: string,
): string | null {
  const decoded = typeof value === "string" ? decodeId(value) : null;
  const table = decoded === null ? undefined : tables.nameOf(decoded.tableNumber);
  if (table === undefined) return mismatch(validator, value, path);
  if (table === validator.tableName) return null;
  const found = table.startsWith("_") ? "a system table" : `table \`${table}\``;
  return `Found ID "${value as string}" from ${found}, which does not match the table name in validator \`${validatorToString(validator)}\`.${context(path)}`;
}

function checkArray(
  validator: Extract<ValidatorJSON, { type: "array" }>,
  value: Value,
  tables: TableNames,
  path: string,
): string | null {
  if (!Array.isArray(value)) return mismatch(validator, value, path);
  for (const [i, item] of value.entries()) {
    const problem = check(validator.value, item, tables, `${path}[${i}]`);
    if (problem !== null) return problem;
  }
  return null;
}

function checkRecord(
  validator: Extract<ValidatorJSON, { type: "record" }>,
  value: Value,
  tables: TableNames,
  path: string,
): string | null {
  if (!isObjectValue(value)) return mismatch(validator, value, path);
  for (const name of Object.keys(value).sort()) {
    const problem =
      check(validator.keys, name, tables, `${path}.keys()`) ??
      check(validator.values.fieldType, value[name], tables, `${path}.values()`);
    if (problem !== null) return problem;
  }
  return null;
}

/** Declared fields first, then extra ones, both in sorted order. */
function checkObject(
  validator: Extract<ValidatorJSON, { type: "object" }>,
  value: Value,
  tables: TableNames,
  path: string,
): string | null {
  if (!isObjectValue(value)) return mismatch(validator, value, path);
  const fields = validator.value;
  for (const name of sortedNames(fields)) {
    const field = fields[name];
    if (field === undefined) continue;
    const fieldValue = Object.hasOwn(value, name) ? value[name] : undefined;
    if (fieldValue === undefined) {
      if (field.optional) continue;
      return `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.${details(validator, value, path, "Object")}`;
    }
    const problem = check(field.fieldType, fieldValue, tables, `${path}.${name}`);
    if (problem !== null) return problem;
  }
  const extra = Object.keys(value).filter(
    (name) => value[name] !== undefined && !Object.hasOwn(fields, name),
  );
  const [first] = extra.sort();
  if (first === undefined) return null;
  return `Object contains extra field \`${first}\` that is not in the validator.${details(validator, value, path, "Object")}`;
}

const knownSortedNames = new WeakMap<object, readonly string[]>();

/** Sorted once: a validator never changes. */
function sortedNames(fields: Record<string, ObjectFieldJSON>): readonly string[] {
  let names = knownSortedNames.get(fields);
  if (names === undefined) {
    names = Object.keys(fields).sort();
    knownSortedNames.set(fields, names);
  }
  return names;
}

/** Larger unions tell nothing about their members; a union of one behaves as its member. */
function checkUnion(
  validator: Extract<ValidatorJSON, { type: "union" }>,
  value: Value,
  tables: TableNames,
  path: string,
): string | null {
  const [only, ...others] = validator.value;
  if (only !== undefined && others.length === 0) return check(only, value, tables, path);
  const fits = validator.value.some((member) => check(member, value, tables, path) === null);
  return fits ? null : mismatch(validator, value, path);
}

function mismatch(validator: ValidatorJSON, value: Value | undefined, path: string): string {
  return `Value does not match validator.${details(validator, value, path, "Value")}`;
}

function details(
  validator: ValidatorJSON,
  value: Value | undefined,
  path: string,
  label: "Object" | "Value",
): string {
  const printed = value === undefined ? "undefined" : formatValue(value);
  return `\n${context(path)}\n${label}: ${printed}\nValidator: ${validatorToString(validator)}`;
}

function context(path: string): string {
  return path === "" ? "" : `Path: ${path}`;
}

/** The validator as source text, for error messages: `v.object({a: v.string()})`. */
export function validatorToString(validator: ValidatorJSON): string {
  switch (validator.type) {
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    case "null":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
    case "commitTs":
      return `v.${validator.type}()`;
    case "literal":
      return `v.literal(${formatLiteral(jsonToConvex(validator.value))})`;
    case "id":
      return `v.id("${validator.tableName}")`;
    case "array":
      return `v.array(${validatorToString(validator.value)})`;
    case "record":
      return `v.record(${validatorToString(validator.keys)}, ${fieldToString(validator.values)})`;
    case "union":
      return `v.union(${validator.value.map(validatorToString).join(", ")})`;
    case "object": {
      const fields = Object.entries(validator.value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, field]) => `${formatFieldName(name)}: ${fieldToString(field)}`);
      return `v.object({${fields.join(", ")}})`;
    }
    default:
      validator satisfies never;
      throw new Error(`Unknown validator: ${JSON.stringify(validator)}`);
  }
}

function fieldToString(field: ObjectFieldJSON): string {
  const text = validatorToString(field.fieldType);
  return field.optional ? `v.optional(${text})` : text;
}

function formatLiteral(value: Value): string {
  return typeof value === "number" ? formatFloat(value) : formatValue(value);
}
