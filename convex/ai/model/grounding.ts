// Holds what a model wrote against what was said: a statement whose words are not in the transcript
// is not in the notes, and a statement that cites the wrong line gets the right one.

import type { Sentence } from "../../../domain/transcript.ts";
import { isUnspaced, normalizeWord, wordsOf } from "../../../domain/words.ts";
import { guessLanguage, stopwordsOf } from "../offline/stopwords.ts";
import { stem } from "../offline/terms.ts";

/** Writing anew keeps more than half of the content words; inventing keeps hardly any. */
const SUPPORTED_SHARE = 0.4;
/** A statement draws from a few lines: from a little before the one it cites to some after. */
const REACH = { before: 3, after: 6 };
/** Another place must hold clearly more of a statement to be taken instead of the cited one. */
const CLEARLY_MORE = 1.6;

/** A stretch of transcript that statements can be held against. */
export type Ground = {
  lines: Sentence[];
  language: string | undefined;
  /** The words of each line, and of all, in their common form. */
  words: Set<string>[];
  allWords: Set<string>;
};

/** Makes a stretch ready to hold statements against. */
export function groundOf(lines: Sentence[], language?: string): Ground {
  const plain = lines.map(({ text }) => wordsOf(text).map(normalizeWord));
  const spoken =
    language !== undefined && stopwordsOf(language) ? language : guessLanguage(plain.flat());
  const words = plain.map((line) => new Set(line.map((word) => stem(word, spoken))));
  return { lines, language: spoken, words, allWords: new Set(words.flatMap((set) => [...set])) };
}

/** The share of a statement's content words that the whole stretch holds; 1 for none. */
export function supportOf(ground: Ground, text: string): number {
  return shareIn(contentWords(ground, text), [ground.allWords]);
}

/** True when the stretch says enough of this for it to stand in the notes. */
export function isSupported(ground: Ground, text: string): boolean {
  return supportOf(ground, text) >= SUPPORTED_SHARE;
}

/** True when every content word of a term was said. */
export function isSaid(ground: Ground, term: string): boolean {
  const words = wordsOf(term).map((word) => stem(normalizeWord(word), ground.language));
  return words.length > 0 && words.every((word) => ground.allWords.has(word));
}

/**
 * The line of a statement: the cited one where it holds, else the one around which most of the
 * statement was said.
 *
 * @param cited line number from 1 on; anything else counts as not given
 * @returns the line's index
 */
export function lineOf(ground: Ground, text: string, cited: number): number {
  const content = contentWords(ground, text);
  const index = Math.round(cited) - 1;
  const valid = Number.isFinite(index) && index >= 0 && index < ground.lines.length;
  const given = valid ? shareAround(ground, content, index) : -1;
  let best = { index: valid ? index : 0, share: given };
  for (let other = 0; other < ground.lines.length; other += 1) {
    const share = shareAround(ground, content, other);
    if (share > best.share) best = { index: other, share };
  }
  return valid && given > 0 && best.share < given * CLEARLY_MORE ? index : best.index;
}

function shareAround(ground: Ground, content: string[], index: number): number {
  const near = ground.words.slice(Math.max(0, index - REACH.before), index + REACH.after + 1);
  return shareIn(content, near);
}

function shareIn(content: string[], sets: Set<string>[]): number {
  if (content.length === 0) return 1;
  const found = content.filter((word) => sets.some((set) => set.has(word)));
  return found.length / content.length;
}

function contentWords(ground: Ground, text: string): string[] {
  const list = ground.language === undefined ? undefined : stopwordsOf(ground.language);
  // Formulas and code were spoken in other words than they are written in.
  const prose = text
    .replace(/```[\s\S]*?```|`[^`]*`/gu, " ")
    .replace(/\$\$[\s\S]*?\$\$|\$[^$\n]*\$/gu, " ");
  const shortest = list || isUnspaced(text) ? 2 : 3;
  return wordsOf(prose)
    .map(normalizeWord)
    .filter((word) => Array.from(word).length >= shortest && list?.has(word) !== true)
    .map((word) => stem(word, ground.language));
}
