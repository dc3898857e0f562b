// How long arrays and how wide objects may be, in arguments, results and documents alike (CONVEX-RUNTIME 4.7).
import type { Value } from "convex/values";
import { isObjectValue } from "./json.ts";

export const MAX_ARRAY_LENGTH = 8192;
export const MAX_OBJECT_FIELDS = 1024;

/** What is wrong with this one array or object, whatever is in it; null for everything else. */
export function lengthProblem(value: Value): { code: string; message: string } | null {
  if (Array.isArray(value)) {
    if (value.length <= MAX_ARRAY_LENGTH) return null;
    return {
      code: "ArrayTooLong",
      message: `Array length is too long (${value.length} > maximum length ${MAX_ARRAY_LENGTH})`,
    };
  }
  if (!isObjectValue(value)) return null;
  const fields = Object.keys(value).length;
  if (fields <= MAX_OBJECT_FIELDS) return null;
  return {
    code: "TooManyFields",
    message: `Object has too many fields (${fields} > maximum number ${MAX_OBJECT_FIELDS})`,
  };
}
