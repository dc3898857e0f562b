// From `withIndex("by_channel", q => q.eq(...).gt(...))` to an interval of index keys, or Convex's error.
import { jsonToConvex, type Value } from "convex/values";
import {
  compareValues,
  decodeId,
  encodeId,
  encodeIndexKey,
  formatValue,
  INTERNAL_ID_LENGTH,
  isJSONObject,
  keyAfterValues,
  successorOfKey,
  successorOfPrefix,
  type JSONValue,
} from "../../values/index.ts";
import type { Index } from "../../store/index.ts";
import { DatabaseError } from "../errors.ts";
import type { RangeExpressionJSON } from "../types.ts";

/** `from` is included, `to` is not; null means no upper end. Empty when `from >= to`. */
export type KeyInterval = { from: Uint8Array; to: Uint8Array | null };
export const EVERYTHING: KeyInterval = { from: new Uint8Array(0), to: null };

type Bound = { fieldPath: string; value: Value | undefined; isInclusive: boolean };
type Bounds = {
  equalities: Map<string, Value | undefined>;
  lower: Bound | null;
  upper: Bound | null;
};

/** The fields of an index as error texts list them; `_id` comes last without being named. */
export function indexedFields(index: Index): string[] {
  const { definition } = index;
  if (definition.kind === "by_id") return [];
  if (definition.kind === "database") return [...definition.fields, "_creationTime"];
  throw new DatabaseError(
    "InvalidIndexQuery",
    `Index ${index.fullName} is a ${definition.kind} index and cannot be queried with withIndex.`,
  );
}

/** @throws DatabaseError when the expressions do not use the index's fields in order */
export function indexInterval(index: Index, range: readonly RangeExpressionJSON[]): KeyInterval {
  if (range.length === 0) return EVERYTHING;
  const bounds = collectBounds(index, range);
  checkFieldOrder(index, bounds);
  const fields = [...indexedFields(index), "_id"];
  const prefix: (Value | undefined)[] = [];
  for (const field of fields) {
    if (!bounds.equalities.has(field)) break;
    prefix.push(bounds.equalities.get(field));
  }
  // The id is in keys as raw bytes, not as an encoded value.
  if (fields.length === prefix.length) return idInterval(index, prefix);
  if (fields.length === prefix.length + 1 && (bounds.lower ?? bounds.upper) !== null) {
    return idBoundsInterval(index, prefix, bounds);
  }
  return valueInterval(prefix, bounds);
}

function valueInterval(prefix: (Value | undefined)[], bounds: Bounds): KeyInterval {
  let from = encodeIndexKey(prefix);
  let to = prefix.length === 0 ? null : keyAfterValues(prefix);
  if (bounds.lower !== null) {
    const values = [...prefix, bounds.lower.value];
    const key = encodeIndexKey(values);
    from = bounds.lower.isInclusive ? key : (keyAfterValues(values) ?? key);
  }
  if (bounds.upper !== null) {
    const values = [...prefix, bounds.upper.value];
    to = bounds.upper.isInclusive ? keyAfterValues(values) : encodeIndexKey(values);
  }
  return { from, to };
}

function idInterval(index: Index, prefix: (Value | undefined)[]): KeyInterval {
  const position = idPosition(index, prefix.at(-1));
  const base = encodeIndexKey(prefix.slice(0, -1));
  const from = append(base, position.key);
  return { from, to: position.isExact ? successorOfKey(from) : from };
}

function idBoundsInterval(
  index: Index,
  prefix: (Value | undefined)[],
  bounds: Bounds,
): KeyInterval {
  const base = encodeIndexKey(prefix);
  let from = base;
  let to = prefix.length === 0 ? null : successorOfPrefix(base);
  if (bounds.lower !== null) {
    const position = idPosition(index, bounds.lower.value);
    const key = append(base, position.key);
    from = position.isExact && !bounds.lower.isInclusive ? successorOfKey(key) : key;
  }
  if (bounds.upper !== null) {
    const position = idPosition(index, bounds.upper.value);
    const key = append(base, position.key);
    to = position.isExact && bounds.upper.isInclusive ? successorOfKey(key) : key;
  }
  return { from, to };
}

/** Where a value stands among the ids of a table: at one of them, or before the smallest id above it. */
function idPosition(index: Index, value: Value | undefined): { key: Uint8Array; isExact: boolean } {
  const beyondAll = new Uint8Array(INTERNAL_ID_LENGTH + 1).fill(0xff);
  if (typeof value !== "string") {
    const isBelow = compareValues(value, "") < 0;
    return { key: isBelow ? new Uint8Array(0) : beyondAll, isExact: false };
  }
  const tableNumber = index.table.number;
  const decoded = decodeId(value);
  if (decoded !== null && decoded.tableNumber === tableNumber) {
    return { key: decoded.internalId, isExact: true };
  }
  // Ids as text are in the order of their bytes, so the place is found by bisection.
  let low = 0n;
  let high = 1n << 128n;
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (encodeId(tableNumber, bytesOf(middle)) < value) low = middle + 1n;
    else high = middle;
  }
  return { key: low === 1n << 128n ? beyondAll : bytesOf(low), isExact: false };
}

function bytesOf(number: bigint): Uint8Array {
  return new Uint8Array(
    Buffer.from(number.toString(16).padStart(INTERNAL_ID_LENGTH * 2, "0"), "hex"),
  );
}

function append(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

const COMPARATORS = { Eq: "==", Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" } as const;

function collectBounds(index: Index, range: readonly RangeExpressionJSON[]): Bounds {
  const bounds: Bounds = { equalities: new Map(), lower: null, upper: null };
  for (const expression of range) {
    const value = valueOrUndefined(expression.value);
    const { type, fieldPath } = expression;
    if (type === "Eq") {
      if (bounds.equalities.has(fieldPath)) throw alreadyDefined("equality", expression, value);
      bounds.equalities.set(fieldPath, value);
      continue;
    }
    const side = type === "Gt" || type === "Gte" ? "lower" : "upper";
    if (bounds[side] !== null) throw alreadyDefined(side, expression, value);
    bounds[side] = { fieldPath, value, isInclusive: type === "Gte" || type === "Lte" };
  }
  const { lower, upper } = bounds;
  if (lower !== null && upper !== null && lower.fieldPath !== upper.fieldPath) {
    throw new DatabaseError(
      "BoundsOnMultipleFields",
      `Upper and lower bounds in \`range\` can only be applied to a single index field. This query against index ${index.fullName} attempted to set a range bound on both "${lower.fieldPath}" and "${upper.fieldPath}". Consider using \`filter\` instead. See https://docs.convex.dev/using/indexes for more info.`,
    );
  }
  return bounds;
}

function alreadyDefined(
  what: string,
  expression: RangeExpressionJSON,
  value: Value | undefined,
): DatabaseError {
  const printed = value === undefined ? "undefined" : formatValue(value);
  return new DatabaseError(
    "AlreadyDefinedBound",
    `Already defined ${what} bound in index range. Can't add "${expression.fieldPath}" ${COMPARATORS[expression.type]} ${printed}.`,
  );
}

/** Equalities must be on the first fields, then the bounds on the next one. */
function checkFieldOrder(index: Index, bounds: Bounds): void {
  const listed = indexedFields(index);
  const fields = [...listed, "_id"];
  const boundField = (bounds.lower ?? bounds.upper)?.fieldPath;
  const used = [...bounds.equalities.keys()];
  if (boundField !== undefined) used.push(boundField);
  for (const field of used) {
    if (fields.includes(field)) continue;
    throw new DatabaseError(
      "FieldNotInIndex",
      `The index range included a comparison with "${field}", but ${index.fullName} with fields ${quotedList(listed)} doesn't index this field. For more information see https://docs.convex.dev/using/indexes.`,
    );
  }
  const inOrder = [...bounds.equalities.keys()].sort(
    (a, b) => fields.indexOf(a) - fields.indexOf(b),
  );
  if (boundField !== undefined) inOrder.push(boundField);
  const wrong = inOrder.find((field, position) => fields[position] !== field);
  if (wrong === undefined) return;
  throw new DatabaseError(
    "InvalidIndexRange",
    `Tried to query index ${index.fullName} but the query didn't use the index fields in order.\nIndex fields: ${quotedList(listed)}\nQuery fields: ${quotedList(used)}\nFirst incorrect field: "${wrong}"\nFor more information see https://docs.convex.dev/using/indexes.`,
  );
}

function quotedList(fields: readonly string[]): string {
  return `[${fields.map((field) => JSON.stringify(field)).join(", ")}]`;
}

/** Ranges and filters may name a missing field: `{"$undefined": null}`. */
export function valueOrUndefined(json: JSONValue): Value | undefined {
  if (isJSONObject(json) && "$undefined" in json) return undefined;
  return jsonToConvex(json);
}
