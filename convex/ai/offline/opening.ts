// Chooses the sentence that a summary begins with: it names what the lecture is about, it was said
// early, when speakers say so, and it needs no sentence before it.

import type { Candidate } from "./selection.ts";

/** How far into a lecture its introduction goes, as a share and in minutes; the shorter counts. */
const INTRODUCTION = { share: 0.06, minutes: 3 };
const MS_A_MINUTE = 60_000;
/** What naming the second phrase of a title is worth beside naming the first, and the third. */
const WORTH_OF_PHRASE = [1, 0.5, 0.35];
/** A sentence that is about the subject from its first words on, and one that says what it is. */
const BEGINS_WITH_SUBJECT = 1.25;
const SAYS_WHAT_IT_IS = 1.6;
const IS =
  /^(?:an? |the |der |die |das |la |le |l['’]|el |los |las |il |lo |os? |as? |een |het |de )?(?:[\p{L}\p{N}'’-]+ ){1,4}(?:is|are|means|ist|sind|est|sont|es|son|è|sono|é|são|zijn)\s/iu;
/** How much standing alone counts here: nothing stands before an opening. */
const CLARITY = 1.8;
/** What makes a sentence a detail or a remark about the talk, however early it comes. */
const HABITS: { pattern: RegExp; factor: number }[] = [
  {
    pattern: /\b(?:for (?:example|instance)|such as|e\.g\.|in particular|especially)\b|\p{N}{2}/iu,
    factor: 0.5,
  },
  // It says what is, in general, and not what is not.
  {
    pattern: /\b(?:history|story|study|science|subject|nature|origin|world|whole)\b/iu,
    factor: 1.4,
  },
  { pattern: /\b(?:not|neither|nor|never|cannot|\p{L}+n't)\b/iu, factor: 0.75 },
  { pattern: /\bthings?\b/iu, factor: 0.7 },
  { pattern: /\b(?:speak|talk|turn|proceed|mention|explain|show you|tell you)\b/iu, factor: 0.4 },
  // "Northward, the chalk may be followed ...": something else comes first.
  { pattern: /^(?!the |an? )\p{L}+(?: \p{L}+){0,3},/iu, factor: 0.7 },
  { pattern: /^\p{L}+ed\b/iu, factor: 0.5 },
];
/** Names of places and persons are details; the subject's own is not counted. */
const NAME = /(?<=[\p{L},;:] )\p{Lu}\p{L}+/gu;
const A_NAME = 0.7;

export type Subject = { phrases: string[][]; weights: Map<string, number> };

/**
 * The best opening among some statements, or undefined when none of them names the subject.
 *
 * @param subject.phrases of the title, as terms, the most important first
 * @param subject.weights what each term is worth in the whole
 * @param endMs where the lecture ends, as far as it is known
 */
export function openingOf(
  candidates: Candidate[],
  subject: Subject,
  endMs: number,
): Candidate | undefined {
  let best: { candidate: Candidate; worth: number } | undefined;
  for (const candidate of candidates) {
    const worth = worthOf(candidate, subject, endMs);
    if (worth > 0 && (!best || worth > best.worth)) best = { candidate, worth };
  }
  return best?.candidate;
}

function worthOf(candidate: Candidate, { phrases, weights }: Subject, endMs: number): number {
  return (
    naming(candidate, { phrases, weights }) *
    candidate.value ** CLARITY *
    formOf(candidate, phrases[0] ?? []) *
    earliness(candidate.startMs, endMs) *
    generality(candidate, phrases.flat())
  );
}

/** How much a statement names the subject: 1 for all of the title's first phrase. */
export function naming({ terms }: Candidate, { phrases, weights }: Subject): number {
  return phrases.reduce((sum, phrase, rank) => {
    return sum + (WORTH_OF_PHRASE[rank] ?? 0) * shareOf(phrase, terms, weights);
  }, 0);
}

function generality({ text }: Candidate, subject: string[]): number {
  const isOwn = (name: string) => subject.some((term) => name.toLowerCase().startsWith(term));
  const names = (text.match(NAME) ?? []).filter((name) => !isOwn(name)).length;
  const habits = HABITS.filter(({ pattern }) => pattern.test(text));
  return habits.reduce((product, { factor }) => product * factor, A_NAME ** names);
}

/** How much of a phrase is named, by what its words are worth: of a candle's history, the candle. */
function shareOf(phrase: string[], terms: Set<string>, weights: Map<string, number>): number {
  const worth = (part: string[]) =>
    part.reduce((sum, term) => sum + (weights.get(term) ?? 0.1) ** 2, 0);
  const named = worth(phrase.filter((term) => terms.has(term)));
  return phrase.length === 0 ? 0 : named / worth(phrase);
}

/** Terms stand in the order in which they are said. */
function formOf({ terms, text }: Candidate, subject: string[]): number {
  const first = [...terms].slice(0, subject.length + 1);
  const begins = first.some((term) => subject.includes(term));
  if (!begins) return 1;
  const isNamedFirst = subject.every((term, at) => first[at] === term);
  return isNamedFirst && IS.test(text) ? SAYS_WHAT_IT_IS : BEGINS_WITH_SUBJECT;
}

function earliness(startMs: number, endMs: number): number {
  const share = startMs / Math.max(1, endMs) / INTRODUCTION.share;
  const minutes = startMs / MS_A_MINUTE / INTRODUCTION.minutes;
  return 1 / (1 + Math.min(share, minutes));
}
