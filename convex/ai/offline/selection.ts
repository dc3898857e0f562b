// Chooses from many statements the few that together say most: each next one is worth what it adds
// to those already chosen (greedy maximum coverage), so nothing is said twice.

import { countWords } from "../../../domain/words.ts";
import { clausesOf } from "./clauses.ts";
import { trimmed } from "./points.ts";
import { lengthValue, standsAlone } from "./sentenceValue.ts";
import { containment, overlap, type Token, type Unit } from "./terms.ts";
import type { Keyphrase } from "./keyphrases.ts";

/** A statement that could stand in the notes. */
export type Candidate = {
  text: string;
  startMs: number;
  /** The sentence it was made from. */
  unit: number;
  terms: Set<string>;
  /** Terms, and pairs of terms that stand side by side: what choosing it adds. */
  features: Set<string>;
  words: number;
  /** How well it stands alone, about 0 to 2. */
  value: number;
};

/** More shared terms than this say the same thing. */
const SAME_CONTENT = { overlap: 0.5, containment: 0.75 };
/** What a term is worth the second time; more mentions are worth nothing. */
const SECOND_MENTION = 0.1;
/** What earlier sections of the window said already is worth less, but may be needed again. */
const SAID_EARLIER = 0.5;
/** Once there are this many statements, those that hardly stand alone are left out. */
const ENOUGH = 3;
const HARDLY_STANDS_ALONE = 0.5;
/** A sentence that can't be cut may stand whole up to here; it is chosen last. */
const LONGEST_WORDS = 60;

/** The statements that a stretch offers: its sentences, and the clauses of its long ones. */
export function candidatesOf(units: Unit[], language: string | undefined): Candidate[] {
  return units.flatMap((unit) =>
    clausesOf(unit.text, language).flatMap((clause) => {
      const text = trimmed(clause.text, language);
      const words = countWords(text);
      if (words < 4 || words > LONGEST_WORDS) return [];
      const end = clause.at + clause.text.length;
      const tokens = unit.tokens.filter((token) => token.at >= clause.at && token.at < end);
      const terms = new Set(tokens.flatMap((token) => token.term ?? []));
      if (terms.size === 0) return [];
      const share = clause.at / Math.max(1, unit.text.length);
      return [
        {
          text,
          startMs: Math.round(unit.startMs + (unit.endMs - unit.startMs) * share),
          unit: unit.index,
          terms,
          features: new Set([...terms, ...pairsOf(tokens)]),
          words,
          value: standsAlone(text, language) * lengthValue(words),
        },
      ];
    }),
  );
}

/** Content words that follow each other: "capillary attraction" is more than its two words. */
function pairsOf(tokens: Token[]): string[] {
  return tokens.slice(1).flatMap((token, index) => {
    const before = tokens[index]?.term;
    return before === undefined || token.term === undefined ? [] : [`${before} ${token.term}`];
  });
}

/**
 * What each term and pair of a stretch is worth: by how much the stretch speaks of it.
 *
 * @param worth.phrases how much more the terms of keyphrases count: much for a gist, which is about
 *   what the whole is about
 * @param worth.pairs what a pair that comes back counts beside its words: much for points, each of
 *   which adds something of its own
 */
export function termWeights(
  units: Unit[],
  keyphrases: Keyphrase[],
  worth: { phrases: number; pairs: number },
): Map<string, number> {
  const counts = new Map<string, number>();
  const pairs = new Map<string, number>();
  for (const unit of units) {
    for (const term of unit.terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const pair of pairsOf(unit.tokens)) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const weights = new Map<string, number>();
  for (const [pair, count] of pairs) {
    if (count > 1) weights.set(pair, worth.pairs * Math.log2(1 + count));
  }
  for (const [term, count] of counts) {
    // What is in nearly every sentence tells sentences apart as little as what is in one.
    const everywhere = count / Math.max(1, units.length) > 0.4 ? 0.5 : 1;
    weights.set(term, Math.log2(1 + count) * everywhere);
  }
  const heaviest = keyphrases[0]?.weight ?? 1;
  for (const phrase of keyphrases.slice(0, 12)) {
    for (const term of phrase.terms) {
      const known = weights.get(term);
      const bonus = (worth.phrases * phrase.weight) / heaviest / phrase.terms.length ** 0.5;
      if (known !== undefined) weights.set(term, known + bonus);
    }
  }
  return weights;
}

export type Choice = {
  count: number;
  weights: Map<string, number>;
  /** Statements that must not be said again. */
  not?: Candidate[];
  /** What was said in other sections already. */
  said?: Set<string>;
  /** Adds to a candidate's worth, e.g. at a moment that the listener marked. */
  bonus?: (candidate: Candidate) => number;
  /** How much standing alone counts against content; 1 unless said otherwise. */
  clarity?: number;
};

/** The best statements, in the order in which they were said. */
export function choose(candidates: Candidate[], choice: Choice): Candidate[] {
  return inOrder(ranked(candidates, choice));
}

/** In the order in which they were said. */
export function inOrder(statements: Candidate[]): Candidate[] {
  return [...statements].sort((a, b) => a.startMs - b.startMs || a.unit - b.unit);
}

/** The best statements, best first. */
export function ranked(candidates: Candidate[], choice: Choice): Candidate[] {
  const chosen: Candidate[] = [];
  const mentions = new Map<string, number>();
  let rest = candidates.filter((candidate) => !repeats(candidate, choice.not ?? []));
  while (chosen.length < choice.count && rest.length > 0) {
    let best: { candidate: Candidate; worth: number } | undefined;
    for (const candidate of rest) {
      const bonus = choice.bonus?.(candidate) ?? 0;
      const isWeak = candidate.value < HARDLY_STANDS_ALONE && bonus === 0;
      if (chosen.length >= ENOUGH && isWeak) continue;
      const worth =
        gain(candidate, choice, mentions) * candidate.value ** (choice.clarity ?? 1) * (1 + bonus);
      if (!best || worth > best.worth) best = { candidate, worth };
    }
    if (!best || best.worth <= 0) break;
    const taken = best.candidate;
    chosen.push(taken);
    for (const feature of taken.features) mentions.set(feature, (mentions.get(feature) ?? 0) + 1);
    rest = rest.filter(
      (candidate) => candidate.unit !== taken.unit && !repeats(candidate, [taken]),
    );
  }
  return chosen;
}

function gain(
  candidate: Candidate,
  { weights, said }: Choice,
  mentions: Map<string, number>,
): number {
  let sum = 0;
  for (const feature of candidate.features) {
    const weight = weights.get(feature);
    if (weight === undefined) continue;
    const before = mentions.get(feature) ?? 0;
    const fresh = before === 0 ? 1 : before === 1 ? SECOND_MENTION : 0;
    sum += weight * fresh * (said?.has(feature) === true ? SAID_EARLIER : 1);
  }
  return sum / (6 + candidate.words) ** 0.6;
}

/** True when one of the others says the same. */
export function repeats(
  candidate: Pick<Candidate, "terms">,
  others: Pick<Candidate, "terms">[],
): boolean {
  return others.some(
    (other) =>
      overlap(candidate.terms, other.terms) > SAME_CONTENT.overlap ||
      (Math.min(candidate.terms.size, other.terms.size) > 2 &&
        containment(candidate.terms, other.terms) > SAME_CONTENT.containment),
  );
}
