// One of the two backends that are compared, and how what they answer is made comparable.
import { convexToJson, type Value } from "convex/values";

export type Args = Record<string, Value>;
export type Call = { kind: "query" | "mutation" | "action"; path: string; args: Args };
export type Answer = { ok: true; value: Value } | { ok: false; error: string; data?: Value };

export interface Side {
  /** An empty database. */
  reset(): Promise<void>;
  call(call: Call): Promise<Answer>;
  /** Waits until every scheduled function that is due has finished. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What both sides mean by an error; their texts differ (see knownDifferences.md). */
const ERROR_CLASSES: [RegExp, string][] = [
  [/nonexistent document|non-existent doc|File .* not found/i, "no such document"],
  // The second is how `convex-test` stumbles over a null where an object is wanted.
  [/Cannot convert undefined or null to object/, "validation"],
  [
    /Validator error|ArgumentValidationError|ReturnsValidationError|does not match the schema/,
    "validation",
  ],
  [/unique\(\) query returned more than one result/, "not unique"],
  [/Unable to decode ID|Invalid argument `id`|Invalid storage ID/, "not an id"],
  [/but got ID in table|expected to be an Id</, "another table's id"],
  [/thrown on purpose (\d+)/, "thrown on purpose $1"],
];

export function errorClass(error: string): string {
  for (const [pattern, name] of ERROR_CLASSES) {
    const match = pattern.exec(error);
    if (match !== null) return name.replace("$1", match[1] ?? "");
  }
  return `other: ${error}`;
}

/** The ids that one side has shown so far, numbered in the order in which they appeared. */
export class Ids {
  readonly #labels = new Map<string, string>();

  label(id: string): string {
    let label = this.#labels.get(id);
    if (label === undefined) {
      label = `<document ${this.#labels.size}>`;
      this.#labels.set(id, label);
    }
    return label;
  }
}

/** The ids of `convex-test` (a number and the table's name) and of Convex. */
const ID = /^(?:\d{9,}[a-z_]+|[0-9a-hjkmnp-tv-z]{31,37})$/;

/** Ids by their labels, as plain JSON, without the times that only one side can know. */
export function comparable(value: Value, ids: Ids): unknown {
  const labelled = (given: unknown): unknown => {
    if (typeof given === "string") return ID.test(given) ? ids.label(given) : given;
    if (Array.isArray(given)) return given.map(labelled);
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(
      Object.entries(given)
        .filter(([key]) => key !== "_creationTime")
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, labelled(item)]),
    );
  };
  return labelled(convexToJson(value));
}
