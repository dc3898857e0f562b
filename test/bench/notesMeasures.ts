// How good notes are, in figures that need no reader. Deliberately not the writers' own code: words
// are compared by their first letters and phrases counted plainly, so that a writer is not judged by
// the statistics it chose by.

import type { NotesContent } from "../../domain/notes.ts";
import { toParagraphs, toSentences } from "../../domain/sentences.ts";
import type { Segment, Sentence } from "../../domain/transcript.ts";

/** A statement and the stretch of the lecture that it says it comes from. */
export type Statement = { text: string; startMs: number; endMs: number };

export type Measures = {
  /** Share of the lecture's phrases, by their weight, that the notes' sections hold. */
  coverage: number;
  /** Share of the statements' content words that are said in the stretch they point to. */
  wordSupport: number;
  /** The same for pairs of neighbouring words. */
  pairSupport: number;
  /** Statements whose stretch supports them: at least 60 % of their content words. */
  supportedStatements: number;
  /** Share of statements that mostly repeat another one. */
  redundancy: number;
  /** Share of neighbouring statements that stand in the order in which they were said. */
  order: number;
  /** Words of the notes for one word of the lecture. */
  compression: number;
  /** Share of definitions whose term is said where they point to; 1 when there are none. */
  definitionsSaid: number;
};

/** One phrase for so many words of the lecture, so that long lectures are judged as closely. */
const WORDS_A_PHRASE = 25;
/** A statement may draw on what is said from a little before its moment to a while after. */
const STRETCH_MS = { before: 5000, after: 45_000 };

const FUNCTION_WORDS = new Set(
  (
    "a about after again all also am an and any are as at be because been before being below between both but by " +
    "can cannot could did do does doing down during each few for from further had has have having he her here hers " +
    "him his how i if in into is it its itself just let like made make many may me might more most much must my no " +
    "nor not now of off on once one only or other our out over own said same see shall she should so some such than " +
    "that the their them then there these they this those through to too under up upon us very was we well were " +
    "what when where which while who whom why will with without would yet you your"
  ).split(" "),
);

/** Words as they are compared: lower case, function words as undefined, inflections cut away. */
function termsOf(text: string): (string | undefined)[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) =>
    FUNCTION_WORDS.has(word) || word.length < 3 ? undefined : word.slice(0, 6),
  );
}

function contentOf(text: string): string[] {
  return termsOf(text).flatMap((term) => term ?? []);
}

/** The phrases that a lecture says most: one to three content words, weighed by count and length. */
export function phrasesOf(segments: Segment[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of toSentences(segments)) {
    const terms = termsOf(text);
    for (let start = 0; start < terms.length; start += 1) {
      const phrase: string[] = [];
      for (const term of terms.slice(start, start + 3)) {
        if (term === undefined) break;
        phrase.push(term);
        const key = phrase.join(" ");
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  const weighed = [...counts]
    .filter(([key, count]) => count > (key.includes(" ") ? 1 : 2))
    .map(([key, count]): [string, number] => [key, count ** 0.5 * key.split(" ").length])
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const words = wordCount(segments.map(({ text }) => text));
  return new Map(weighed.slice(0, Math.round(words / WORDS_A_PHRASE)));
}

/** Share of the phrases' weight that a text holds. */
export function coverageOf(phrases: Map<string, number>, texts: string[]): number {
  const held = texts.map((text) => ` ${contentOf(text).join(" ")} `);
  let all = 0;
  let covered = 0;
  for (const [phrase, weight] of phrases) {
    all += weight;
    if (held.some((text) => text.includes(` ${phrase} `))) covered += weight;
  }
  return all === 0 ? 1 : covered / all;
}

/** Everything that notes say, with the stretch each part points to. */
export function statementsOf(notes: NotesContent): Statement[] {
  const points = notes.sections.flatMap((section) => section.points);
  return [
    ...points.map(at),
    ...notes.keyTakeaways.map(at),
    ...notes.definitions.map(({ meaning, startMs }) => at({ text: meaning, startMs })),
  ];
}

function at({ text, startMs }: { text: string; startMs: number }): Statement {
  return { text, startMs: startMs - STRETCH_MS.before, endMs: startMs + STRETCH_MS.after };
}

/** The body of the notes: what says what was said, without what says it again in short. */
export function bodyOf(notes: NotesContent): string[] {
  return notes.sections.flatMap(({ heading, points }) => [
    heading,
    ...points.map(({ text }) => text),
  ]);
}

/** All that a reader of the notes reads. */
export function readingOf(notes: NotesContent): string[] {
  return [
    notes.title,
    notes.summary,
    ...notes.sections.flatMap(({ heading, points }) => [
      heading,
      ...points.map(({ text }) => text),
    ]),
    ...notes.keyTakeaways.map(({ text }) => text),
    ...notes.definitions.map(({ term, meaning }) => `${term}: ${meaning}`),
  ];
}

/** The share of a statement's content words that are said in a stretch. */
export function supportOf(statement: Statement, segments: Segment[]): number {
  const said = new Set(contentOf(saidIn(statement, segments)));
  const content = contentOf(statement.text);
  return content.length === 0
    ? 1
    : content.filter((term) => said.has(term)).length / content.length;
}

function saidIn(
  { startMs, endMs }: { startMs: number; endMs: number },
  segments: Segment[],
): string {
  return segments
    .filter((segment) => segment.endMs >= startMs && segment.startMs <= endMs)
    .map(({ text }) => text)
    .join(" ");
}

function pairSupportOf(statement: Statement, segments: Segment[]): number {
  const pairs = (text: string) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return words.slice(1).map((word, index) => `${words[index] ?? ""} ${word}`);
  };
  const said = new Set(pairs(saidIn(statement, segments)));
  const own = pairs(statement.text);
  return own.length === 0 ? 1 : own.filter((pair) => said.has(pair)).length / own.length;
}

/** The points of notes, which are their body's statements. */
export function pointsOf(notes: NotesContent): Statement[] {
  return notes.sections.flatMap((section) => section.points.map(at));
}

/**
 * The figures of some statements about a lecture.
 *
 * @param statements all that point to a moment
 * @param points those of them that are told in order and should not repeat each other
 */
export function measure(
  statements: Statement[],
  points: Statement[],
  reading: { body: string[]; whole: string[] },
  segments: Segment[],
  definitions: NotesContent["definitions"] = [],
): Measures {
  const supports = statements.map((statement) => supportOf(statement, segments));
  const saidDefinitions = definitions.filter(({ term, startMs }) => {
    const said = new Set(contentOf(saidIn(at({ text: "", startMs }), segments)));
    return contentOf(term).every((word) => said.has(word));
  });
  return {
    coverage: coverageOf(phrasesOf(segments), reading.body),
    wordSupport: mean(supports),
    pairSupport: mean(statements.map((statement) => pairSupportOf(statement, segments))),
    supportedStatements: mean(supports.map((support) => (support >= 0.6 ? 1 : 0))),
    redundancy: redundancyOf(points.map(({ text }) => text)),
    order: orderOf(points),
    compression: wordCount(reading.whole) / wordCount(segments.map(({ text }) => text)),
    definitionsSaid: definitions.length === 0 ? 1 : saidDefinitions.length / definitions.length,
  };
}

function redundancyOf(texts: string[]): number {
  const sets = texts.map((text) => new Set(contentOf(text)));
  const repeats = sets.filter((set, index) =>
    sets.some((other, position) => position < index && share(set, other) > 0.6),
  );
  return texts.length === 0 ? 0 : repeats.length / texts.length;
}

function share(a: Set<string>, b: Set<string>): number {
  const common = [...a].filter((term) => b.has(term)).length;
  return common / Math.max(1, a.size + b.size - common);
}

function orderOf(statements: Statement[]): number {
  const pairs = statements.slice(1).map((next, index) => {
    const previous = statements[index];
    return previous !== undefined && next.startMs >= previous.startMs ? 1 : 0;
  });
  return pairs.length === 0 ? 1 : mean(pairs);
}

function mean(values: number[]): number {
  return values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function wordCount(texts: string[]): number {
  return texts.reduce((sum, text) => sum + (text.match(/[\p{L}\p{N}'’-]+/gu)?.length ?? 0), 0);
}

/**
 * What any fool can do: the first sentence of every paragraph. Brought to the same length as the
 * notes it is compared with: paragraphs left out evenly, or further sentences taken.
 */
export function baselineOf(segments: Segment[], words: number): Statement[] {
  const paragraphs = toParagraphs(toSentences(segments));
  const firsts = paragraphs.flatMap((paragraph) => paragraph.slice(0, 1));
  const all = wordCount(firsts.map(({ text }) => text));
  if (all <= words) return withMore(paragraphs, words).map(spoken);
  const kept: Sentence[] = [];
  let owed = 0;
  for (const sentence of firsts) {
    const length = wordCount([sentence.text]);
    owed += (length * words) / all;
    if (owed >= length / 2) {
      kept.push(sentence);
      owed -= length;
    }
  }
  return kept.map(spoken);
}

function withMore(paragraphs: Sentence[][], words: number): Sentence[] {
  const longest = Math.max(0, ...paragraphs.map((paragraph) => paragraph.length));
  const taken: Sentence[] = [];
  let count = 0;
  for (let position = 0; position < longest; position += 1) {
    for (const paragraph of paragraphs) {
      const sentence = paragraph[position];
      if (!sentence || count >= words) continue;
      taken.push(sentence);
      count += wordCount([sentence.text]);
    }
  }
  return taken.sort((a, b) => a.startMs - b.startMs);
}

function spoken(sentence: Sentence): Statement {
  return at(sentence);
}
