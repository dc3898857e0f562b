// From timed segments to whole sentences with times, and to paragraphs.
//
// Segments are cut by a clock or a screen, not by grammar; notes, search and reading want sentences.

import type { Segment, Sentence } from "./transcript.ts";
import { sentencesByWords } from "./unpunctuated.ts";
import { countWords, isUnspaced, sentencesAt } from "./words.ts";

/** A sentence longer than this is no sentence but text without punctuation. */
const LONGEST_SENTENCE_WORDS = 120;
/** Text without punctuation is cut at pauses, at the latest after this many words. */
const UNPUNCTUATED_WORDS = 28;
/** Where scripts without spaces have no punctuation, a sentence is at least this long. */
const UNSPACED_WORDS = 7;
/** A pause that ends a thought in text without punctuation. */
const THOUGHT_PAUSE_MS = 700;
/** A pause that starts a new paragraph where a sentence has ended. */
const PARAGRAPH_PAUSE_MS = 2000;
const PARAGRAPH_WORDS = 130;

/**
 * The sentences of a stretch of transcript. A sentence starts and ends when its first and last
 * words were said, reckoned inside of a segment by the share of its characters.
 */
export function toSentences(segments: Segment[]): Sentence[] {
  const spoken = segments.filter((segment) => segment.text.trim() !== "");
  if (spoken.length === 0) return [];
  if (!hasPunctuation(spoken)) {
    const isSpaced = !isUnspaced(spoken.map(({ text }) => text).join(" "));
    return isSpaced ? sentencesByWords(spoken) : cutAtPauses(spoken);
  }
  const { text, places } = running(spoken);
  const timeAt = clockOf(places);
  return sentencesAt(text).flatMap((sentence) => {
    const whole = {
      startMs: timeAt(sentence.at),
      endMs: timeAt(sentence.at + sentence.text.length),
      text: sentence.text,
    };
    return countWords(whole.text) > LONGEST_SENTENCE_WORDS ? cutAtClauses(whole) : [whole];
  });
}

/** Sentences as paragraphs: a new one after a pause, or when the last has grown long enough. */
export function toParagraphs(sentences: Sentence[]): Sentence[][] {
  const paragraphs: Sentence[][] = [];
  let words = 0;
  let previous: Sentence | undefined;
  for (const sentence of sentences) {
    const pause = previous ? sentence.startMs - previous.endMs : 0;
    if (!previous || pause >= PARAGRAPH_PAUSE_MS || words >= PARAGRAPH_WORDS) {
      paragraphs.push([]);
      words = 0;
    }
    paragraphs.at(-1)?.push(sentence);
    words += countWords(sentence.text);
    previous = sentence;
  }
  return paragraphs;
}

/** Two texts as one, with a space where the script writes spaces. */
export function joinTexts(first: string, second: string): string {
  if (first === "" || second === "") return first + second;
  const touch = first.slice(-1) + second.slice(0, 1);
  const unspaced =
    isUnspaced(touch.replace(/[\p{P}]/gu, "")) && /^[^\p{Script=Latin}]+$/u.test(touch);
  // Thai and its neighbours write no spaces between words, but one between sentences.
  return unspaced && !SPACE_BETWEEN_SENTENCES.test(touch) ? first + second : `${first} ${second}`;
}

const SPACE_BETWEEN_SENTENCES =
  /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function hasPunctuation(segments: Segment[]): boolean {
  const words = segments.reduce((sum, segment) => sum + countWords(segment.text), 0);
  const ends = segments.reduce(
    (sum, segment) => sum + (segment.text.match(/[.!?…。！？؟۔।॥।]/gu) ?? []).length,
    0,
  );
  // A short text is a sentence or two; but Thai and its neighbours end theirs with a space.
  return ends > 0 ? ends * 60 >= words || words < 40 : words < 12;
}

type Place = { at: number; length: number; startMs: number; endMs: number };

function running(segments: Segment[]): { text: string; places: Place[] } {
  let text = "";
  const places: Place[] = [];
  let previousEnd: number | undefined;
  for (const segment of segments) {
    const own = segment.text.replace(/\s+/gu, " ").trim();
    const ended = /[.!?…。！？؟۔।]["'”’)\]]*$/u.test(text);
    const longPause =
      previousEnd !== undefined && segment.startMs - previousEnd >= PARAGRAPH_PAUSE_MS;
    if (longPause && ended) text += "\n\n";
    else if (text !== "") text = text.slice(0, text.length) + joiner(text, own);
    places.push({
      at: text.length,
      length: own.length,
      startMs: segment.startMs,
      endMs: segment.endMs,
    });
    text += own;
    previousEnd = segment.endMs;
  }
  return { text, places };
}

function joiner(before: string, after: string): string {
  return joinTexts(before.slice(-1), after.slice(0, 1)).includes(" ") ? " " : "";
}

/** The time of a character, for characters asked in growing order. */
function clockOf(places: Place[]): (at: number) => number {
  let index = 0;
  return (at) => {
    while (index + 1 < places.length && (places[index + 1]?.at ?? 0) <= at) index += 1;
    // Sentences come in order, but the end of one lies behind the start of the next.
    while (index > 0 && (places[index]?.at ?? 0) > at) index -= 1;
    const place = places[index];
    if (!place) return 0;
    const share = place.length === 0 ? 0 : Math.min(1, (at - place.at) / place.length);
    return Math.round(place.startMs + (place.endMs - place.startMs) * share);
  };
}

function cutAtPauses(segments: Segment[]): Sentence[] {
  const sentences: Sentence[] = [];
  let open: Sentence | undefined;
  for (const segment of segments.flatMap(cutAtSpaces)) {
    const pause = open ? segment.startMs - open.endMs : 0;
    const full = open ? countWords(open.text) >= UNSPACED_WORDS : false;
    if (!open || pause >= THOUGHT_PAUSE_MS || full) {
      open = { startMs: segment.startMs, endMs: segment.endMs, text: segment.text };
      sentences.push(open);
    } else {
      open.text = segment.afterSpace
        ? `${open.text} ${segment.text}`
        : joinTexts(open.text, segment.text);
      open.endMs = Math.max(open.endMs, segment.endMs);
    }
  }
  return sentences;
}

/** Scripts without spaces between words put one where a sentence or a part of one ends. */
function cutAtSpaces(segment: Segment): (Sentence & { afterSpace: boolean })[] {
  const whole = { startMs: segment.startMs, endMs: segment.endMs, text: segment.text };
  const parts = spreadTimes(whole, segment.text.trim().split(/\s+/u));
  return parts.map((part, index) => ({ ...part, afterSpace: index > 0 }));
}

function cutEvery(sentence: Sentence, words: number): Sentence[] {
  const parts = sentence.text.split(/\s+/u);
  // Without spaces there is nothing to cut at; such text comes with punctuation.
  if (parts.length < 2) return [sentence];
  const texts: string[] = [];
  for (let at = 0; at < parts.length; at += words)
    texts.push(parts.slice(at, at + words).join(" "));
  return spreadTimes(sentence, texts);
}

/** After a semicolon or colon, and before a conjunction with a subject behind it. */
const CLAUSE_ENDS =
  /(?<=[;:؛；：])\s*(?=\S)|(?<=[,،，、])\s+(?=(?:and|but|so|because|for|while)\s(?:the|an?|this|these|those|it|we|they|he|she|i|you|there|our|their|his|her|its)\s|(?:und|aber|denn|et|mais|car|y|pero|porque|но|а)\s)/iu;

/** An endless sentence is cut where its clauses end, so that each part can stand alone. */
function cutAtClauses(sentence: Sentence): Sentence[] {
  const clauses = sentence.text.split(CLAUSE_ENDS);
  const texts: string[] = [];
  for (const clause of clauses) {
    const last = texts.at(-1);
    if (last !== undefined && countWords(last) + countWords(clause) <= LONGEST_SENTENCE_WORDS / 2) {
      texts[texts.length - 1] = joinTexts(last, clause);
    } else texts.push(clause);
  }
  return spreadTimes(sentence, texts).flatMap((part) =>
    countWords(part.text) > LONGEST_SENTENCE_WORDS * 1.5
      ? cutEvery(part, UNPUNCTUATED_WORDS)
      : [part],
  );
}

function spreadTimes(sentence: Sentence, texts: string[]): Sentence[] {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const duration = sentence.endMs - sentence.startMs;
  let passed = 0;
  return texts.map((text) => {
    const startMs = Math.round(sentence.startMs + (duration * passed) / total);
    passed += text.length;
    return { startMs, endMs: Math.round(sentence.startMs + (duration * passed) / total), text };
  });
}
