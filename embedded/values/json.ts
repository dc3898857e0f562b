// The JSON types every layer above speaks: Convex values travel as Convex JSON (CONVEX-RUNTIME 4.1).
import type { Value } from "convex/values";

export type JSONValue = null | boolean | number | string | JSONValue[] | JSONObject;
// An interface-like alias, because type aliases may not refer to themselves through an index signature otherwise.
export interface JSONObject {
  [key: string]: JSONValue;
}

/** True for `{...}`; false for arrays, null and scalars. */
export function isJSONObject(value: unknown): value is JSONObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string that must be one, such as a field of a document that the backend wrote itself. */
export function textOf(value: JSONValue | undefined): string {
  if (typeof value === "string") return value;
  throw new TypeError(`Expected a string, got ${JSON.stringify(value)?.slice(0, 100)}.`);
}

/** True for a Convex object value: not null, an array, bytes or the commit-timestamp placeholder. */
export function isObjectValue(
  value: Value | undefined,
): value is { [key: string]: Value | undefined } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ArrayBuffer) &&
    !isCommitTsPlaceholder(value)
  );
}

/** The value `db.vars.commitTs`; recognised by class name because bundles carry their own copy of the class. */
export function isCommitTsPlaceholder(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { constructor?: { name?: string } }).constructor?.name === "CommitTsPlaceholder"
  );
}
