// What a document contributes to a vector index.
import { isJSONObject, type JSONObject } from "../values/index.ts";
import type { VectorEntry } from "../store/index.ts";
import { fieldJson, filterKeys } from "./fields.ts";

export type VectorDefinition = { vectorField: string; dimensions: number; filterFields: string[] };

/** Null when the field is no array of `dimensions` floats: such documents are in no search result. */
export function vectorEntry(
  definition: VectorDefinition,
  document: JSONObject,
): VectorEntry | null {
  const numbers = fieldJson(document, definition.vectorField);
  if (!Array.isArray(numbers) || numbers.length !== definition.dimensions) return null;
  const vector = new Float32Array(numbers.length);
  for (const [i, number] of numbers.entries()) {
    if (typeof number === "number") vector[i] = number;
    else if (!isJSONObject(number) || number["$float"] === undefined) return null;
  }
  return { vector, filters: filterKeys(definition.filterFields, document) };
}
