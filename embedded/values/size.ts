// Size and nesting of values as Convex counts them against its limits (CONVEX-RUNTIME 4.1, 4.7).
import { getConvexSize, type Value } from "convex/values";
import { isObjectValue } from "./json.ts";

/** Bytes: scalars 1 or 9, strings and bytes 2 + length, containers 2 + contents (names + 1). */
export function valueSize(value: Value): number {
  return getConvexSize(value);
}

/** Scalars 0, containers 1 + the deepest of their contents. */
export function valueNesting(value: Value): number {
  if (Array.isArray(value)) {
    let deepest = 0;
    for (const item of value) deepest = Math.max(deepest, valueNesting(item));
    return 1 + deepest;
  }
  if (!isObjectValue(value)) return 0;
  let deepest = 0;
  for (const item of Object.values(value)) {
    if (item !== undefined) deepest = Math.max(deepest, valueNesting(item));
  }
  return 1 + deepest;
}
