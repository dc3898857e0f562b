// One window of transcript as section drafts, made of the speaker's own sentences: nothing is
// invented, everything has the moment at which it was said.

import { NOTES_LIMITS } from "../../../domain/limits.ts";
import type { KeyTakeaway, Point, Section, SectionDraft } from "../../../domain/notes.ts";
import { toSentences } from "../../../domain/sentences.ts";
import type { Mark, WindowRequest } from "../types.ts";
import { announcedFirst, OPENING_SENTENCES } from "./announcement.ts";
import { definitionsIn } from "./definitions.ts";
import { headingFrom } from "./headings.ts";
import { keyphrasesOf, termCounts, type Keyphrase, type TermCounts } from "./keyphrases.ts";
import { openingOf } from "./opening.ts";
import { candidatesOf, choose, inOrder, ranked, termWeights, type Candidate } from "./selection.ts";
import { isDatedTask, isTask, wholeness } from "./sentenceValue.ts";
import { corpusOf, type Corpus, type Unit } from "./terms.ts";
import { topicsOf } from "./topics.ts";

/** One point for about this many words of speech. */
const WORDS_A_POINT = 105;
/** What stands far from its neighbours must stand alone better than a point among points. */
const CLARITY = 1.6;
const DENSEST_WORDS_A_POINT = 85;
/** What stands alone as well as a plain statement; one point is made for so many of them. */
const GOOD_VALUE = 0.95;
const STATEMENTS_A_POINT = 2;
const POINT_WORTH = { phrases: 1.5, pairs: 3 };
const GIST_WORTH = { phrases: 6, pairs: 1 };
const GIST_SENTENCES = 4;
/** Short sentences are taken until there are words enough for a summary of this window alone. */
const GIST_WORDS = 75;
const MOST_GIST_SENTENCES = 6;
const SUBJECT_PHRASES = 3;
const OPENING_BONUS = 0.6;
const TAKEAWAYS = 4;
const KEPT_KEYPHRASES = 24;
/** A listener marks a moment a little after hearing why. */
const MARK_REACHES_BACK_MS = 25_000;
const MARK_REACHES_ON_MS = 4000;
const MARK_BONUS = 1.5;
/** Dates and tasks share few words with the subject and would lose against it. */
const TASK_BONUS = 6;

/** The outline of one window. */
export function outlineOf(request: WindowRequest, writer: SectionDraft["writer"]): SectionDraft {
  // "..." and "!!!" are no speech.
  const spoken = toSentences(request.segments).filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
  const corpus = corpusOf(spoken, request.language);
  const { units, language } = corpus;
  const background = termCounts(units);
  const isFirst = request.headingsSoFar.length === 0;
  const plain = keyphrasesOf(corpus, units);
  const announced = announcedFirst(corpus, plain);
  // Later on speakers name what the next minutes are about.
  const { subject } = isFirst ? announced : { subject: undefined };
  const { phrases } = announced;
  const candidates = candidatesOf(units, language);
  const bonus = bonusOf(request.marks ?? []);
  const sections = sectionsOf({
    corpus,
    background,
    phrases,
    candidates,
    bonus,
    request,
    said: new Set(),
  });
  const weights = termWeights(units, phrases, GIST_WORTH);
  const whole = candidates.map((candidate) => ({
    ...candidate,
    value: candidate.value * wholeness(candidate.text, language),
  }));
  const opening = isFirst ? openingIn(whole, phrases, weights, request) : undefined;
  const telling = ranked(whole, {
    count: MOST_GIST_SENTENCES,
    weights,
    clarity: CLARITY,
    ...(opening ? { not: [opening], said: opening.features } : {}),
    bonus: ({ unit }) => (isFirst && unit < OPENING_SENTENCES ? OPENING_BONUS : 0),
  });
  const gist = inOrder(gistFrom([...(opening ? [opening] : []), ...telling]));
  const concluding = conclusionOf(units);
  const takeaways = ranked(whole.map(asTakeaway), {
    count: TAKEAWAYS,
    weights,
    not: gist,
    bonus: (candidate) => bonus(candidate) + (concluding.has(candidate.unit) ? CONCLUSION : 0),
    clarity: CLARITY,
  });
  return {
    startMs: request.startMs,
    endMs: request.endMs,
    sections,
    definitions: definitionsIn(units, phrases, language).slice(0, NOTES_LIMITS.definitions),
    gist: gist.map(timed),
    keyTakeaways: takeaways.map(timed) satisfies KeyTakeaway[],
    keyphrases: phrases
      .slice(0, KEPT_KEYPHRASES)
      .map(({ text, weight }) => ({ text, weight: Math.round(weight * 100) / 100 })),
    ...(subject ? { subject: subject.text } : {}),
    writer,
  };
}

/** @param sentences best first */
function gistFrom(sentences: Candidate[]): Candidate[] {
  const gist: Candidate[] = [];
  let words = 0;
  for (const sentence of sentences.slice(0, MOST_GIST_SENTENCES)) {
    if (gist.length >= GIST_SENTENCES && words >= GIST_WORDS) break;
    gist.push(sentence);
    words += sentence.words;
  }
  return gist;
}

/** The sentence of the first window that a summary of the lecture could begin with. */
function openingIn(
  candidates: Candidate[],
  keyphrases: Keyphrase[],
  weights: Map<string, number>,
  { startMs, endMs }: WindowRequest,
): Candidate | undefined {
  const phrases = keyphrases.slice(0, SUBJECT_PHRASES).map(({ terms }) => terms);
  // The whole lecture is longer, so its introduction may be, too.
  const early = candidates.filter((candidate) => candidate.startMs <= (startMs + endMs) / 2);
  return openingOf(early, { phrases, weights }, endMs);
}

type Material = {
  corpus: Corpus;
  background: TermCounts;
  phrases: Keyphrase[];
  candidates: Candidate[];
  bonus: (candidate: Candidate) => number;
  request: WindowRequest;
  /** What the sections so far have said; grows. */
  said: Set<string>;
};

function sectionsOf(material: Material): Section[] {
  const { corpus, request } = material;
  const sections: Section[] = [];
  for (const units of topicsOf(corpus.units)) {
    const section = sectionOf(units, material, [
      ...request.headingsSoFar,
      ...sections.map((s) => s.heading),
    ]);
    const last = sections.at(-1);
    const together = section && last ? mergedIfSmall(last, section) : undefined;
    if (together) sections[sections.length - 1] = together;
    else if (section) sections.push(section);
  }
  return sections;
}

/** A section that has too few points to stand alone goes with the one before, if there is room. */
function mergedIfSmall(before: Section, section: Section): Section | undefined {
  const { min, max } = NOTES_LIMITS.pointsPerSection;
  const points = [...before.points, ...section.points];
  if (section.points.length >= min || points.length > max) return undefined;
  return { ...before, endMs: section.endMs, points };
}

function sectionOf(units: Unit[], material: Material, taken: string[]): Section | undefined {
  const { corpus, background, phrases, bonus, said } = material;
  const [first, last] = [units[0], units.at(-1)];
  if (!first || !last) return undefined;
  const own = keyphrasesOf(corpus, units, background);
  const candidates = material.candidates.filter(
    ({ unit }) => unit >= first.index && unit <= last.index,
  );
  const words = units.reduce((sum, unit) => sum + unit.words, 0);
  const { min, max } = NOTES_LIMITS.pointsPerSection;
  const tasks = new Set(candidates.filter(({ text }) => isDatedTask(text)).map(({ unit }) => unit))
    .size;
  const count = Math.min(max, Math.max(min, Math.round(pointsFor(words, candidates))) + tasks);
  const chosen = choose(candidates, {
    count,
    weights: termWeights(units, own, POINT_WORTH),
    bonus,
    said,
  });
  for (const { features } of chosen) for (const feature of features) said.add(feature);
  const points = chosen.length > 0 ? chosen.map(timed) : [wholeAsPoint(units)];
  const heading = headingFrom(own.length > 0 ? own : phrases, {
    taken,
    language: corpus.language,
    fallback: firstWords(points[0]?.text ?? first.text),
  });
  return {
    heading: heading.slice(0, NOTES_LIMITS.headingLength),
    startMs: first.startMs,
    endMs: Math.max(last.endMs, points.at(-1)?.startMs ?? 0),
    points,
  };
}

/** A dense stretch has more to keep than a chatty one of the same length. */
function pointsFor(words: number, candidates: Candidate[]): number {
  const good = candidates.filter(({ value }) => value >= GOOD_VALUE).map(({ unit }) => unit);
  const byDensity = Math.min(
    new Set(good).size / STATEMENTS_A_POINT,
    words / DENSEST_WORDS_A_POINT,
  );
  return Math.max(words / WORDS_A_POINT, byDensity);
}

/** A stretch without a single statement ("Yes. No. Well.") still says what was said. */
function wholeAsPoint(units: Unit[]): Point {
  const text = units.map((unit) => unit.text).join(" ");
  return { text: text.slice(0, NOTES_LIMITS.pointLength), startMs: units[0]?.startMs ?? 0 };
}

function firstWords(text: string): string {
  const words = text.split(/\s+/u).slice(0, 6).join(" ");
  return words.slice(0, 60).replace(/[\p{P}\s]+$/u, "");
}

function timed(candidate: Candidate): Point {
  return {
    text: candidate.text.slice(0, NOTES_LIMITS.pointLength),
    startMs: candidate.startMs,
  };
}

// A law, a reason, a distinction is what one takes home; a description is not.
const WORTH_TAKING_HOME =
  /\b(?:because|therefore|the reason|principle|law|always|never|must|depends? on|consists? of|is called|known as|important|essential|means|difference|conclusion|cannot|every|without)\b/iu;

const CONCLUDES =
  /\b(?:to (?:sum(?: this| it)? up|summari[sz]e|conclude|recap|wrap up)|in (?:summary|conclusion|short)|the (?:take-?away|upshot|moral|bottom line))\b|\b(?:zusammenfassend|zusammengefasst|pour résumer|en résumé|en resumen|para resumir|in sintesi|riassumendo|em resumo|samenvattend|kortom|итак|подводя итог)/iu;
const CONCLUDING_SENTENCES = 4;
/** What the speaker sums up is what one should take home. */
const CONCLUSION = 0.8;

/** The sentences in which the speaker sums up, by their index. */
function conclusionOf(units: Unit[]): Set<number> {
  const starts = units.filter(({ text }) => CONCLUDES.test(text)).map(({ index }) => index);
  return new Set(
    starts.flatMap((start) => Array.from({ length: CONCLUDING_SENTENCES }, (_, at) => start + at)),
  );
}

function asTakeaway(candidate: Candidate): Candidate {
  const factor = WORTH_TAKING_HOME.test(candidate.text) ? 1.4 : 1;
  return { ...candidate, value: candidate.value * factor };
}

function bonusOf(marks: Mark[]): (candidate: Candidate) => number {
  return ({ startMs, text }) => {
    const isMarked = marks.some(
      ({ atMs }) => startMs >= atMs - MARK_REACHES_BACK_MS && startMs <= atMs + MARK_REACHES_ON_MS,
    );
    return (isMarked ? MARK_BONUS : 0) + (isTask(text) ? TASK_BONUS : 0);
  };
}
