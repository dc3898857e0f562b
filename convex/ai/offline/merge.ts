// The finished notes from drafts alone: title, summary, takeaways, definitions once each, sections
// in order. Works for drafts of either writer.

import { MAX_TITLE_LENGTH, NOTES_LIMITS } from "../../../domain/limits.ts";
import type {
  Definition,
  KeyTakeaway,
  NotesContent,
  Point,
  Section,
  SectionDraft,
} from "../../../domain/notes.ts";
import { countWords } from "../../../domain/words.ts";
import type { MergeRequest } from "../types.ts";
import { keyOfTerm } from "./terminology.ts";
import { titleFrom, titlePhrases, type WeightedPhrase } from "./headings.ts";
import { naming, openingOf, type Subject } from "./opening.ts";
import { lengthValue, standsAlone, wholeness } from "./sentenceValue.ts";
import { choose, inOrder, ranked, repeats, type Candidate } from "./selection.ts";
import { corpusOf } from "./terms.ts";
import { joinTexts } from "../../../domain/sentences.ts";

const SUMMARY_WORDS = 120;
/** What naming the subject adds to a sentence's worth for the summary. */
const ABOUT_THE_SUBJECT = 0.4;
/** A section this short beside one with the same heading is part of it. */
const SAME_TOPIC_GAP_MS = 30_000;

/** The notes of a whole lecture. */
export function mergeDrafts(request: MergeRequest): NotesContent {
  const drafts = [...request.drafts].sort((a, b) => a.startMs - b.startMs);
  const phrases = phrasesOf(drafts);
  const { gist, takeaways, language } = statementsOf(drafts, request.language);
  const weights = weightsOf(phrases, language);
  const named = drafts[0]?.subject;
  // "Causes of the French Revolution": what the speaker calls it is its title.
  const chosenTitle = named === undefined ? titlePhrases(phrases) : [{ text: named, weight: 1 }];
  const subject = {
    phrases: chosenTitle.map(({ text }) => keyOfTerm(text, language).split(" ")),
    weights,
  };
  const opening = openingOf(gist, subject, drafts.at(-1)?.endMs ?? 0);
  const summary = summaryOf(gist, subject, opening);
  const title = request.titleHint?.trim();
  return {
    title: (title ? title : titleOf(chosenTitle, drafts, language)).slice(0, MAX_TITLE_LENGTH),
    summary: summary.text,
    sections: joinSections(drafts.flatMap((draft) => draft.sections)),
    keyTakeaways: takeawaysOf(takeaways, weights, summary.sentences, drafts.length),
    definitions: definitionsOnce(
      drafts.flatMap((draft) => draft.definitions),
      language,
    ),
  };
}

/** The phrases of all drafts: each counts by its share of its own window, and by its windows. */
function phrasesOf(drafts: SectionDraft[]): WeightedPhrase[] {
  const sums = new Map<string, WeightedPhrase>();
  for (const draft of drafts) {
    const heaviest = Math.max(1e-9, ...draft.keyphrases.map((phrase) => phrase.weight));
    for (const { text, weight } of draft.keyphrases) {
      const key = keyOfTerm(text, "en");
      const known = sums.get(key);
      const share = weight / heaviest;
      if (known) known.weight += share;
      else sums.set(key, { text, weight: share });
    }
  }
  return [...sums.values()].sort((a, b) => b.weight - a.weight || (a.text < b.text ? -1 : 1));
}

function statementsOf(
  drafts: SectionDraft[],
  language: string | undefined,
): { gist: Candidate[]; takeaways: Candidate[]; language: string | undefined } {
  const gist = drafts.flatMap((draft) => draft.gist);
  const takeaways = drafts.flatMap((draft) => draft.keyTakeaways);
  const corpus = corpusOf(
    [...gist, ...takeaways].map(({ text, startMs }) => ({ text, startMs, endMs: startMs })),
    language,
  );
  const candidates = corpus.units.map((unit): Candidate => {
    const words = countWords(unit.text);
    return {
      text: unit.text,
      startMs: unit.startMs,
      unit: unit.index,
      terms: unit.terms,
      features: unit.terms,
      words,
      value:
        standsAlone(unit.text, corpus.language) *
        wholeness(unit.text, corpus.language) *
        lengthValue(words),
    };
  });
  return {
    gist: candidates.slice(0, gist.length),
    takeaways: candidates.slice(gist.length),
    language: corpus.language,
  };
}

function weightsOf(phrases: WeightedPhrase[], language: string | undefined): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { text, weight } of phrases) {
    const terms = keyOfTerm(text, language).split(" ").filter(Boolean);
    for (const term of terms) {
      weights.set(term, (weights.get(term) ?? 0) + weight / terms.length ** 0.5);
    }
  }
  return new Map([...weights].map(([term, weight]) => [term, weight ** 0.7 + 0.2]));
}

/**
 * The sentences that together say most, up to about 120 words, in the lecture's order after the one
 * that says what it is about.
 */
function summaryOf(
  gist: Candidate[],
  subject: Subject,
  opening: Candidate | undefined,
): { text: string; sentences: Candidate[] } {
  const first = { ...subject, phrases: subject.phrases.slice(0, 1) };
  const best = ranked(gist, {
    count: 12,
    weights: subject.weights,
    bonus: (candidate) => ABOUT_THE_SUBJECT * naming(candidate, first),
    ...(opening ? { not: [opening], said: opening.features } : {}),
  });
  const sentences: Candidate[] = [];
  let words = opening?.words ?? 0;
  for (const sentence of best) {
    const isEnough = words >= NOTES_LIMITS.summaryWords.min;
    if (isEnough && words + sentence.words > SUMMARY_WORDS) continue;
    if (words + sentence.words > NOTES_LIMITS.summaryWords.max) continue;
    sentences.push(sentence);
    words += sentence.words;
  }
  const told = [...(opening ? [opening] : []), ...inOrder(sentences)];
  const text = told.map((sentence) => sentence.text).reduce(joinTexts, "");
  return { text: text.slice(0, NOTES_LIMITS.summaryLength), sentences: told };
}

function takeawaysOf(
  takeaways: Candidate[],
  weights: Map<string, number>,
  summary: Candidate[],
  draftCount: number,
): KeyTakeaway[] {
  const { min, max } = NOTES_LIMITS.keyTakeaways;
  const count = Math.min(max, Math.max(min, 2 + draftCount));
  return choose(takeaways, { count, weights, not: summary }).map(({ text, startMs }) => ({
    text,
    startMs,
  }));
}

function titleOf(
  phrases: WeightedPhrase[],
  drafts: SectionDraft[],
  language: string | undefined,
): string {
  return titleFrom(phrases, language) ?? drafts[0]?.sections[0]?.heading ?? "Untitled lecture";
}

/** Sections in order; neighbours about the same thing become one, if it stays readable. */
function joinSections(sections: Section[]): Section[] {
  const ordered = [...sections].sort((a, b) => a.startMs - b.startMs);
  const joined: Section[] = [];
  for (const section of ordered) {
    const last = joined.at(-1);
    if (last && sameHeading(last, section) && joinable(last, section)) {
      joined[joined.length - 1] = {
        ...last,
        endMs: Math.max(last.endMs, section.endMs),
        points: withoutRepeats([...last.points, ...section.points]),
      };
    } else joined.push(section);
  }
  return joined;
}

function sameHeading(a: Section, b: Section): boolean {
  return keyOfTerm(a.heading, undefined) === keyOfTerm(b.heading, undefined);
}

function joinable(a: Section, b: Section): boolean {
  return (
    b.startMs - a.endMs <= SAME_TOPIC_GAP_MS &&
    withoutRepeats([...a.points, ...b.points]).length <= NOTES_LIMITS.pointsPerSection.max
  );
}

function withoutRepeats(points: Point[]): Point[] {
  const kept: (Point & { terms: Set<string> })[] = [];
  for (const point of points) {
    const made = { ...point, terms: new Set(keyOfTerm(point.text, undefined).split(" ")) };
    if (!repeats(made, kept)) kept.push(made);
  }
  return kept.map(({ text, startMs }) => ({ text, startMs }));
}

/** Each term once, as it was explained first. */
function definitionsOnce(definitions: Definition[], language: string | undefined): Definition[] {
  const known = new Map<string, Definition>();
  for (const definition of [...definitions].sort((a, b) => a.startMs - b.startMs)) {
    const key = keyOfTerm(definition.term, language);
    if (!known.has(key)) known.set(key, definition);
  }
  return [...known.values()].slice(0, NOTES_LIMITS.definitions);
}
