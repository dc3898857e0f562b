// Vector search by looking at every vector: exact, and quick enough for the databases this backend is for.
import {
  compareKeys,
  encodeId,
  encodeIndexKey,
  isJSONObject,
  type JSONValue,
} from "../../values/index.ts";
import type { Index, Store } from "../../store/index.ts";
import { DatabaseError } from "../errors.ts";
import { splitFilterKeys } from "../fields.ts";
import type { VectorQueryJSON } from "../types.ts";
import { valueOrUndefined } from "./ranges.ts";

const DEFAULT_RESULTS = 10;
const MAX_RESULTS = 256;
const MAX_FILTER_TERMS = 64;

type VectorResult = { _id: string; _score: number };
/** Alternatives: a document passes when one of its fields has one of the values. */
type FilterTerm = { field: number; key: Uint8Array };

/** The nearest documents by cosine similarity, nearest first. */
export function vectorSearch(store: Store, index: Index, query: VectorQueryJSON): VectorResult[] {
  const { definition } = index;
  if (definition.kind !== "vector") {
    throw new DatabaseError("IndexNotFoundError", `Index ${index.fullName} not found.`);
  }
  const limit = checkLimit(query.limit ?? DEFAULT_RESULTS);
  if (query.vector.length !== definition.dimensions) {
    throw new DatabaseError(
      "VectorDimensionMismatch",
      `Expected a vector with dimensions ${definition.dimensions}, received ${query.vector.length}.`,
    );
  }
  const terms = parseFilter(query.expressions ?? null, index.fullName, definition.filterFields);
  const wanted = Float32Array.from(query.vector);
  const wantedLength = Math.hypot(...wanted);
  const results: VectorResult[] = [];
  for (const { internalId, entry } of store.vectors.scan(index)) {
    if (terms !== null && !passes(terms, entry.filters)) continue;
    const _score = cosine(wanted, wantedLength, entry.vector);
    results.push({ _id: encodeId(index.table.number, internalId), _score });
  }
  results.sort((a, b) => b._score - a._score || (a._id < b._id ? -1 : 1));
  return results.slice(0, limit);
}

function checkLimit(limit: number): number {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new DatabaseError(
      "InvalidVectorLimit",
      `Vector queries must fetch at least 1 result, requested ${limit}.`,
    );
  }
  if (limit > MAX_RESULTS) {
    throw new DatabaseError(
      "TooManyVectorResults",
      `Vector queries can fetch at most ${MAX_RESULTS} results, requested ${limit}.`,
    );
  }
  return limit;
}

function cosine(a: Float32Array, lengthOfA: number, b: Float32Array): number {
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < a.length; i++) {
    const x = b[i] ?? 0;
    dot += (a[i] ?? 0) * x;
    squares += x * x;
  }
  const lengths = lengthOfA * Math.sqrt(squares);
  return lengths === 0 ? 0 : dot / lengths;
}

/** `$eq` of a filter field and a literal, or `$or` of such; null filters nothing. */
function parseFilter(
  expression: JSONValue,
  indexName: string,
  filterFields: readonly string[],
): FilterTerm[] | null {
  if (expression === null) return null;
  const terms = flatten(expression).map(([left, right]) => {
    const path = isJSONObject(left) ? left["$field"] : undefined;
    const literal = isJSONObject(right) ? right["$literal"] : undefined;
    if (typeof path !== "string" || literal === undefined) throw malformed(expression);
    const field = filterFields.indexOf(path);
    if (field < 0) {
      throw new DatabaseError(
        "IncorrectFilterFieldError",
        `Vector query against ${indexName} contains an equality filter on "${path}" but that field isn't indexed for filtering in \`filterFields\`.`,
      );
    }
    return { field, key: encodeIndexKey([valueOrUndefined(literal)]) };
  });
  if (terms.length > MAX_FILTER_TERMS) {
    throw new DatabaseError(
      "TooManyVectorFilters",
      `Vector query against ${indexName} has too many filter conditions. Max: ${MAX_FILTER_TERMS} Actual: ${terms.length}`,
    );
  }
  return terms;
}

function flatten(expression: JSONValue): [JSONValue, JSONValue][] {
  if (!isJSONObject(expression)) throw malformed(expression);
  const { $eq: equality, $or: alternatives } = expression;
  if (Array.isArray(alternatives)) return alternatives.flatMap(flatten);
  if (!Array.isArray(equality) || equality.length !== 2) throw malformed(expression);
  return [[equality[0] ?? null, equality[1] ?? null]];
}

function passes(terms: readonly FilterTerm[], filters: Uint8Array): boolean {
  const parts = splitFilterKeys(filters);
  return terms.some(({ field, key }) => {
    const part = parts[field];
    return part !== undefined && compareKeys(part, key) === 0;
  });
}

function malformed(expression: JSONValue): DatabaseError {
  return new DatabaseError(
    "InvalidVectorFilter",
    `Vector queries can be filtered with \`q.eq\` and \`q.or\` only, not ${JSON.stringify(expression)}.`,
  );
}
