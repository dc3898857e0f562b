// Full-text search: which documents match, in which order, and which keys the result depends on (CONVEX-RUNTIME 4.6).
import type { Value } from "convex/values";
import { compareKeys, encodeIndexKey, successorOfPrefix } from "../../values/index.ts";
import type { Index, Posting, Store } from "../../store/index.ts";
import { DatabaseError } from "../errors.ts";
import { joinFilterKeys, splitFilterKeys } from "../fields.ts";
import { filteredWordKey, tokenize, wordKey } from "../textIndexing.ts";
import type { QueryJSON, ReadRange, SearchFilterJSON } from "../types.ts";
import { valueOrUndefined } from "./ranges.ts";
import type { Position, Source, SourceDocument } from "./source.ts";

const MAX_TERMS = 16;
const MAX_FILTERS = 8;
const MAX_RESULTS = 1024;

// The usual constants of BM25: how soon repetitions stop counting, how much long texts are discounted.
const SATURATION = 1.2;
const LENGTH_DISCOUNT = 0.75;

type SearchDefinition = { searchField: string; filterFields: string[] };
type Term = { text: string; isPrefix: boolean };
type Search = { terms: Term[]; filters: Map<string, Value | undefined> };

/** What a cursor of a search is bound to beside the query itself. */
export function searchFields(index: Index): string[] {
  const { searchField, filterFields } = searchDefinition(index);
  return [searchField, ...filterFields];
}

/**
 * Ranks all matches at once and hands the documents out one by one.
 *
 * @param start first rank to return; null or rank 0 for the best match
 * @param end rank after the last one to return
 */
export function openSearch(
  store: Store,
  index: Index,
  query: QueryJSON,
  start: Position | null,
  end: Position | null,
): Source {
  if (query.source.type !== "Search") throw new Error("Not a search query");
  const definition = searchDefinition(index);
  const search = parseSearch(index, definition, query.source.filters);
  const ranked = rank(store, index, definition, search);
  return new RankedSource(
    store,
    index,
    ranked,
    readRanges(index, definition, search),
    start?.kind === "rank" ? start.rank : 0,
    end?.kind === "rank" ? end.rank : Infinity,
  );
}

function searchDefinition(index: Index): SearchDefinition {
  if (index.definition.kind === "search") return index.definition;
  throw new DatabaseError(
    "InvalidSearchIndex",
    `Index ${index.fullName} is not a search index and cannot be queried with withSearchIndex.`,
  );
}

function parseSearch(
  index: Index,
  definition: SearchDefinition,
  filters: readonly SearchFilterJSON[],
): Search {
  const searches = filters.filter((filter) => filter.type === "Search");
  const [search, ...others] = searches;
  const name = index.fullName;
  if (search === undefined) {
    throw new DatabaseError(
      "MissingSearchFilterError",
      `Search query against ${name} does not contain any search filters. You must include a search filter like \`q.search("${definition.searchField}", searchText)\`.`,
    );
  }
  if (others.length > 0) {
    throw new DatabaseError(
      "DuplicateSearchFiltersError",
      `Search query against ${name} contains multiple search filters against "${search.fieldPath}". Only one is allowed.`,
    );
  }
  if (search.fieldPath !== definition.searchField) {
    throw new DatabaseError(
      "IncorrectSearchField",
      `Search query against ${name} contains a search filter against "${search.fieldPath}", which doesn't match the indexed \`searchField\` "${definition.searchField}".`,
    );
  }
  return { terms: parseTerms(search.value), filters: parseFilters(name, definition, filters) };
}

/** The last word matches as a prefix, the others exactly. */
function parseTerms(text: string): Term[] {
  const words = tokenize(text).slice(0, MAX_TERMS);
  return words.map((word, i) => ({ text: word, isPrefix: i === words.length - 1 }));
}

function parseFilters(
  name: string,
  definition: SearchDefinition,
  filters: readonly SearchFilterJSON[],
): Map<string, Value | undefined> {
  const values = new Map<string, Value | undefined>();
  const equalities = filters.filter((filter) => filter.type === "Eq");
  if (equalities.length > MAX_FILTERS) {
    throw new DatabaseError(
      "TooManySearchFilters",
      `Search query against ${name} has too many filter conditions. Max: ${MAX_FILTERS} Actual: ${equalities.length}`,
    );
  }
  for (const { fieldPath, value } of equalities) {
    if (!definition.filterFields.includes(fieldPath)) {
      throw new DatabaseError(
        "IncorrectFilterFieldError",
        `Search query against ${name} contains an equality filter on "${fieldPath}" but that field isn't indexed for filtering in \`filterFields\`.`,
      );
    }
    if (values.has(fieldPath)) {
      throw new DatabaseError(
        "DuplicateFilterConditionError",
        `Search query against ${name} contains multiple filters on "${fieldPath}". Only one is allowed.`,
      );
    }
    values.set(fieldPath, valueOrUndefined(value));
  }
  return values;
}

// ---- Ranking -------------------------------------------------------------------------------------

type Candidate = { row: number; length: number; frequencies: number[] };

/** Rows of the matching documents, best first, newest first among equals. */
function rank(store: Store, index: Index, definition: SearchDefinition, search: Search): number[] {
  const candidates = findCandidates(store, index, definition, search);
  // Only matching documents count in the statistics: so a result depends on nothing outside its read set.
  const averageLength = mean(candidates.map((candidate) => candidate.length));
  const rarity = search.terms.map((_, term) => {
    const matching = candidates.filter(({ frequencies }) => (frequencies[term] ?? 0) > 0).length;
    return Math.log(1 + (candidates.length - matching + 0.5) / (matching + 0.5));
  });
  const scored = candidates.map((candidate) => ({
    row: candidate.row,
    score: score(candidate, rarity, averageLength),
  }));
  scored.sort((a, b) => b.score - a.score || b.row - a.row);
  return scored.map(({ row }) => row);
}

function score(candidate: Candidate, rarity: readonly number[], averageLength: number): number {
  const discount =
    1 - LENGTH_DISCOUNT + LENGTH_DISCOUNT * (candidate.length / Math.max(1, averageLength));
  let total = 0;
  for (const [term, frequency] of candidate.frequencies.entries()) {
    const weight = (frequency * (SATURATION + 1)) / (frequency + SATURATION * discount);
    total += (rarity[term] ?? 0) * weight;
  }
  return total;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);
}

function findCandidates(
  store: Store,
  index: Index,
  definition: SearchDefinition,
  search: Search,
): Candidate[] {
  const candidates = new Map<number, Candidate>();
  for (const [term, { text, isPrefix }] of search.terms.entries()) {
    const words = isPrefix ? store.texts.tokensWithPrefix(index, text) : [text];
    for (const word of words) {
      for (const posting of matchingPostings(store, index, definition, search, word)) {
        let candidate = candidates.get(posting.row);
        if (candidate === undefined) {
          candidate = { row: posting.row, length: posting.length, frequencies: [] };
          for (let i = 0; i < search.terms.length; i++) candidate.frequencies.push(0);
          candidates.set(posting.row, candidate);
        }
        candidate.frequencies[term] = (candidate.frequencies[term] ?? 0) + posting.frequency;
      }
    }
  }
  return [...candidates.values()];
}

function matchingPostings(
  store: Store,
  index: Index,
  definition: SearchDefinition,
  { filters }: Search,
  word: string,
): Posting[] {
  const wanted = definition.filterFields.map((field) =>
    filters.has(field) ? encodeIndexKey([filters.get(field)]) : null,
  );
  const isComplete = wanted.length > 0 && wanted.every((key) => key !== null);
  if (isComplete) return store.texts.postings(index, word, joinFilterKeys(wanted));
  const postings = store.texts.postings(index, word, null);
  if (wanted.every((key) => key === null)) return postings;
  return postings.filter((posting) => {
    const parts = splitFilterKeys(posting.filters);
    return wanted.every((key, i) => {
      const part = parts[i];
      return key === null || (part !== undefined && compareKeys(key, part) === 0);
    });
  });
}

// ---- What the result depends on -------------------------------------------------------------------

function readRanges(index: Index, definition: SearchDefinition, search: Search): ReadRange[] {
  const allFiltersGiven =
    definition.filterFields.length > 0 &&
    definition.filterFields.every((field) => search.filters.has(field));
  const values = definition.filterFields.map((field) => search.filters.get(field));
  return search.terms.map(({ text, isPrefix }) => {
    const from = allFiltersGiven ? filteredWordKey(values, text) : wordKey(text);
    // A string's key ends in a zero byte; without it, it is the prefix of the keys of all longer words.
    const prefix = isPrefix ? from.slice(0, -1) : from;
    return { index: index.id, from: prefix, to: successorOfPrefix(prefix) };
  });
}

class RankedSource implements Source {
  readonly #store: Store;
  readonly #index: Index;
  readonly #rows: readonly number[];
  readonly #ranges: ReadRange[];
  readonly #endRank: number;
  #rank: number;

  constructor(
    store: Store,
    index: Index,
    rows: readonly number[],
    ranges: ReadRange[],
    startRank: number,
    endRank: number,
  ) {
    this.#store = store;
    this.#index = index;
    this.#rows = rows;
    this.#ranges = ranges;
    this.#rank = startRank;
    this.#endRank = endRank;
  }

  next(): SourceDocument | null {
    while (this.#rank < Math.min(this.#rows.length, this.#endRank)) {
      if (this.#rank >= MAX_RESULTS) {
        throw new DatabaseError(
          "SearchQueryScannedTooManyDocumentsError",
          `Search query scanned too many documents (fetched ${MAX_RESULTS}). Use a smaller limit, paginate on fewer documents, or add a stricter filter.`,
        );
      }
      const row = this.#rows[this.#rank] ?? 0;
      this.#rank += 1;
      const document = this.#store.documents.getByRow(this.#index.table, row);
      // Deleted by this transaction after the search began.
      if (document === null) continue;
      return {
        position: { kind: "rank", rank: this.#rank },
        sizeBytes: document.sizeBytes,
        json: document.json,
      };
    }
    return null;
  }

  readRanges(): ReadRange[] {
    return this.#ranges;
  }
}
