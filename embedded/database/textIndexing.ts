// What a document contributes to a full-text index, and the keys by which searches and writes meet in read sets.
import type { Value } from "convex/values";
import { encodeIndexKey, type JSONObject } from "../values/index.ts";
import type { TextPostings } from "../store/index.ts";
import { fieldJson, fieldValue, filterKeys } from "./fields.ts";

export type TextDefinition = { searchField: string; filterFields: string[] };
export type TextEntry = TextPostings & {
  /** Equal for versions of a document that are found by the same searches with the same scores. */
  fingerprint: string;
  announcedKeys(): Iterable<Uint8Array>;
};

const MAX_TOKEN_BYTES = 32;

/** Words as Convex splits them: runs of letters and digits, lower case, those over 32 bytes left out. */
export function tokenize(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.filter((word) => Buffer.byteLength(word) <= MAX_TOKEN_BYTES);
}

/** Null when the search field is no string: such documents are in no search result. */
export function textEntry(definition: TextDefinition, document: JSONObject): TextEntry | null {
  const text = fieldJson(document, definition.searchField);
  if (typeof text !== "string") return null;
  const filterValues = definition.filterFields.map((path) => fieldValue(document, path));
  const filters = filterKeys(definition.filterFields, document);
  const frequencies = new Map<string, number>();
  const tokens = tokenize(text);
  for (const token of tokens) frequencies.set(token, (frequencies.get(token) ?? 0) + 1);
  return {
    frequencies,
    length: tokens.length,
    filters,
    fingerprint: `${Buffer.from(filters).toString("base64")} ${text}`,
    *announcedKeys() {
      for (const token of frequencies.keys()) {
        yield wordKey(token);
        if (filterValues.length > 0) yield filteredWordKey(filterValues, token);
      }
    },
  };
}

// A search index has two families of keys: by word, and by all filter values and word. A search that
// gives all filters reads the second, so that other owners' documents do not disturb it.
const BY_WORD = true;
const BY_FILTERS = false;

export function wordKey(token: string): Uint8Array {
  return encodeIndexKey([BY_WORD, token]);
}

export function filteredWordKey(
  filters: readonly (Value | undefined)[],
  token: string,
): Uint8Array {
  return encodeIndexKey([BY_FILTERS, ...filters, token]);
}
