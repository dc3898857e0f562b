// The phrases a text is about: runs of content words that come back, counted with care for phrases
// inside of longer phrases (the C-value method of Frantzi, Ananiadou and Mima, 2000).

import { isWeakWord } from "./stopwords.ts";
import type { Corpus, Token, Unit } from "./terms.ts";

export type Keyphrase = {
  /** The commonest way it is written. */
  text: string;
  /** Its terms, joined: equal for all ways of writing it. */
  key: string;
  terms: string[];
  count: number;
  weight: number;
};

type Candidate = {
  key: string;
  terms: string[];
  count: number;
  spellings: Map<string, number>;
  proper: number;
  nounShare: number;
};

const LONGEST_PHRASE = 4;
const CONNECTORS = new Set([
  "of",
  "of the",
  "of a",
  "of an",
  "de",
  "du",
  "des",
  "de la",
  "del",
  "di",
  "della",
  "da",
  "do",
  "van",
  "von",
  "der",
]);
const BEFORE_NOUNS = new Set(
  "a an the this that these those my your his her its our their some any no every each of in on with by from into upon through for between about without under over and or called".split(
    " ",
  ),
);
const BEFORE_VERBS = new Set(
  "to i you we they he she it will would can could may might must shall should not don't didn't doesn't let us cannot never always i'll we'll you'll they'll who which".split(
    " ",
  ),
);
const FORMS_OF_BE = new Set(
  "is are was were be been being am becomes became seems very so too more most quite rather as how".split(
    " ",
  ),
);
const TAKES_OBJECT = /^(?:the|a|an|it|them|him|her|us|me|you|up|out|away|down)$/u;

/**
 * The keyphrases of some units, heaviest first.
 *
 * @param background units that the text is part of; what is common in all of it weighs less
 */
export function keyphrasesOf(corpus: Corpus, units: Unit[], background?: TermCounts): Keyphrase[] {
  const candidates = collect(corpus, units);
  const longer = countsInsideLonger(candidates);
  const phrases: Keyphrase[] = [];
  for (const candidate of candidates.values()) {
    const single = candidate.terms.length === 1;
    if (candidate.count < (single ? 2 : 2) && candidate.proper === 0) continue;
    const inside = longer.get(candidate.key);
    const own = candidate.count - (inside ? inside.count / inside.phrases : 0);
    if (own <= 0.5) continue;
    const text = commonest(candidate.spellings);
    const weight =
      Math.log2(1 + candidate.terms.length) *
      own ** 0.85 *
      (0.15 + 0.85 * candidate.nounShare) *
      strength(text) *
      (candidate.proper / candidate.count > 0.6 ? 1.25 : 1) *
      (background ? lift(candidate.terms, units, background) : 1);
    phrases.push({
      text,
      key: candidate.key,
      terms: candidate.terms,
      count: candidate.count,
      weight,
    });
  }
  return phrases.sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1));
}

/** Less for phrases that could be said in any talk. */
function strength(phrase: string): number {
  const words = phrase.toLowerCase().split(/\s+/u);
  const isWeak = (word: string | undefined) =>
    word !== undefined && (isWeakWord(word) || isWeakWord(word.replace(/s$/u, "")));
  const telling = words.filter((word) => !CONNECTORS.has(word));
  if (telling.every(isWeak)) return 0.2;
  return isWeak(telling[0]) || isWeak(telling.at(-1)) ? 0.6 : 1;
}

/** How often each term occurs in a text, and how many there are. */
export type TermCounts = { counts: Map<string, number>; total: number };

/** Counts of every term in some units. */
export function termCounts(units: Unit[]): TermCounts {
  const counts = new Map<string, number>();
  let total = 0;
  for (const unit of units) {
    for (const { term } of unit.tokens) {
      if (term === undefined) continue;
      counts.set(term, (counts.get(term) ?? 0) + 1);
      total += 1;
    }
  }
  return { counts, total };
}

/** How much commoner terms are here than in the whole, damped: from about 0.6 to 2. */
function lift(terms: string[], units: Unit[], background: TermCounts): number {
  const here = cachedCounts(units);
  let sum = 0;
  for (const term of terms) {
    const inside = (here.counts.get(term) ?? 0) / Math.max(1, here.total);
    const outside = (background.counts.get(term) ?? 1) / Math.max(1, background.total);
    sum += Math.min(4, inside / outside) ** 0.5;
  }
  return sum / terms.length;
}

const countsCache = new WeakMap<Unit[], TermCounts>();
function cachedCounts(units: Unit[]): TermCounts {
  const known = countsCache.get(units);
  if (known) return known;
  const made = termCounts(units);
  countsCache.set(units, made);
  return made;
}

function collect(corpus: Corpus, units: Unit[]): Map<string, Candidate> {
  const candidates = new Map<string, Candidate>();
  for (const unit of units) {
    for (let start = 0; start < unit.tokens.length; start += 1) {
      if (unit.tokens[start]?.term === undefined) continue;
      collectFrom(corpus, unit, start, candidates);
    }
  }
  for (const candidate of candidates.values()) candidate.nounShare /= candidate.count;
  return candidates;
}

function collectFrom(
  corpus: Corpus,
  unit: Unit,
  start: number,
  into: Map<string, Candidate>,
): void {
  const terms: string[] = [];
  for (let end = start, connected = false; terms.length < LONGEST_PHRASE; end += 1) {
    const token = unit.tokens[end];
    if (!token) return;
    if (end > start && !touches(unit, unit.tokens[end - 1], token)) return;
    if (token.term === undefined) {
      const skip = connected ? 0 : connectorLength(unit, end);
      if (skip === 0) return;
      connected = true;
      end += skip - 1;
      continue;
    }
    terms.push(token.term);
    add(corpus, unit, start, end, terms, into);
  }
}

/** "history of a candle": one connecting word or two may stand inside of a phrase. */
function connectorLength(unit: Unit, at: number): number {
  const one = unit.tokens[at]?.text.toLowerCase() ?? "";
  const two = `${one} ${unit.tokens[at + 1]?.text.toLowerCase() ?? ""}`;
  if (CONNECTORS.has(two) && unit.tokens[at + 2]?.term !== undefined) return 2;
  return CONNECTORS.has(one) && unit.tokens[at + 1]?.term !== undefined ? 1 : 0;
}

function touches(unit: Unit, before: Token | undefined, after: Token): boolean {
  if (!before) return false;
  return unit.text.slice(before.at + before.text.length, after.at).trim() === "";
}

function add(
  corpus: Corpus,
  unit: Unit,
  start: number,
  end: number,
  terms: string[],
  into: Map<string, Candidate>,
): void {
  const first = unit.tokens[start];
  const last = unit.tokens[end];
  if (!first || !last) return;
  const key = terms.join(" ");
  const text = unit.text.slice(first.at, last.at + last.text.length);
  let candidate = into.get(key);
  if (!candidate) {
    candidate = { key, terms: [...terms], count: 0, spellings: new Map(), proper: 0, nounShare: 0 };
    into.set(key, candidate);
  }
  candidate.count += 1;
  // A capital means a name only away from a sentence's beginning, and on every word of it.
  const isProper =
    start > 0 &&
    unit.tokens
      .slice(start, end + 1)
      .every((token) => token.term === undefined || /^\p{Lu}\p{L}*\p{Ll}/u.test(token.text));
  if (isProper) candidate.proper += 1;
  const spelling = start === 0 && terms.length > 0 ? lowerFirst(text) : text;
  candidate.spellings.set(spelling, (candidate.spellings.get(spelling) ?? 0) + 1);
  candidate.nounShare += corpus.language === "en" ? nounness(unit, start, end) : 1;
}

/** How likely these words name something, by what stands around them; English only. */
function nounness(unit: Unit, start: number, end: number): number {
  const before = unit.tokens[start - 1]?.text.toLowerCase();
  const last = unit.tokens[end]?.text.toLowerCase() ?? "";
  if (before !== undefined && BEFORE_VERBS.has(before)) return 0;
  if (/(?:ly|ingly)$/u.test(last) && last.length > 4) return 0.1;
  const base = before !== undefined && BEFORE_NOUNS.has(before) ? 1 : start === 0 ? 0.6 : 0.7;
  const next = unit.tokens[end + 1];
  const after = next?.text.toLowerCase();
  const single = end === start;
  // "is bad", "was melted": what follows a form of "be" alone describes.
  if (single && before !== undefined && FORMS_OF_BE.has(before) && after !== "of") return 0.3;
  // "bad candles", "capillary attraction": followed by another content word it belongs to that.
  if (next?.term !== undefined && touches(unit, unit.tokens[end], next)) return base * 0.5;
  // "burns the wax", "melted it": what an article or pronoun follows at once is mostly a verb.
  const takesObject = after !== undefined && TAKES_OBJECT.test(after);
  if (/(?:ing|ed)$/u.test(last) && single) return base * 0.4;
  return takesObject ? base * 0.6 : base;
}

function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}

function countsInsideLonger(
  candidates: Map<string, Candidate>,
): Map<string, { count: number; phrases: number }> {
  const inside = new Map<string, { count: number; phrases: number }>();
  for (const { terms, count } of candidates.values()) {
    if (terms.length < 2 || count < 2) continue;
    for (let length = 1; length < terms.length; length += 1) {
      for (let at = 0; at + length <= terms.length; at += 1) {
        const key = terms.slice(at, at + length).join(" ");
        const known = inside.get(key) ?? { count: 0, phrases: 0 };
        inside.set(key, { count: known.count + count, phrases: known.phrases + 1 });
      }
    }
  }
  return inside;
}

function commonest(spellings: Map<string, number>): string {
  let best = "";
  let most = 0;
  for (const [spelling, count] of spellings) {
    if (count > most || (count === most && spelling < best)) {
      best = spelling;
      most = count;
    }
  }
  return best;
}
