// A sentence as the terms it is about: content words in a common form, so that sentences can be
// compared and counted.

import type { Sentence } from "../../../domain/transcript.ts";
import { isUnspaced, normalizeWord, wordsAt } from "../../../domain/words.ts";
import { guessLanguage, stopwordsOf } from "./stopwords.ts";

/** One word of a sentence: as written, where, and the term it counts as (none for grammar words). */
export type Token = { text: string; at: number; term: string | undefined };

/** A sentence made ready for counting. */
export type Unit = Sentence & {
  /** Position among the units. */
  index: number;
  tokens: Token[];
  /** Distinct terms. */
  terms: Set<string>;
  words: number;
};

/** A stretch of transcript made ready for counting. */
export type Corpus = {
  units: Unit[];
  language: string | undefined;
  /** Written without spaces between words. */
  unspaced: boolean;
  /** In how many units a term appears. */
  spread: Map<string, number>;
};

/**
 * Sentences made ready for counting.
 *
 * @param language ISO 639-1 when known; else it is guessed from the function words
 */
export function corpusOf(sentences: Sentence[], language?: string): Corpus {
  const cut = sentences.map((sentence) => wordsAt(sentence.text));
  const unspaced = isUnspaced(
    sentences
      .map((s) => s.text)
      .join(" ")
      .slice(0, 4000),
  );
  const lower = cut.map((words) => words.map((word) => normalizeWord(word.text)));
  const spoken = language && stopwordsOf(language) ? language : guessLanguage(lower.flat());
  const isStopword = stopwordTest(lower, spoken, unspaced);
  const units = sentences.map((sentence, index): Unit => {
    const tokens = (cut[index] ?? []).map((word, position): Token => {
      const normal = lower[index]?.[position] ?? "";
      return { ...word, term: isStopword(normal) ? undefined : stem(normal, spoken) };
    });
    const terms = new Set(tokens.flatMap((token) => token.term ?? []));
    return { ...sentence, index, tokens, terms, words: tokens.length };
  });
  const spread = new Map<string, number>();
  for (const unit of units) {
    for (const term of unit.terms) spread.set(term, (spread.get(term) ?? 0) + 1);
  }
  return { units, language: spoken, unspaced, spread };
}

function stopwordTest(
  sentences: string[][],
  language: string | undefined,
  unspaced: boolean,
): (word: string) => boolean {
  const list = language ? stopwordsOf(language) : undefined;
  if (list && !unspaced) return (word) => list.has(word) || isNoTerm(word);
  // No list: what stands in a fifth of the sentences is grammar, and so are single characters of
  // scripts without spaces (particles) and very short words elsewhere.
  const inSentences = new Map<string, number>();
  for (const words of sentences) {
    for (const word of new Set(words)) inSentences.set(word, (inSentences.get(word) ?? 0) + 1);
  }
  const limit = Math.max(4, sentences.length * 0.2);
  const shortest = unspaced ? 2 : 3;
  return (word) =>
    Array.from(word).length < shortest ||
    (inSentences.get(word) ?? 0) > limit ||
    list?.has(word) === true ||
    // Endings and particles of Japanese; content words have a Chinese character or are longer.
    /^\p{Script=Hiragana}{1,3}$/u.test(word) ||
    isNoTerm(word);
}

function isNoTerm(word: string): boolean {
  return /^[\p{N}.,'-]+$/u.test(word) ? word.length < 4 : Array.from(word).length < 2;
}

/**
 * The common form of a word. English loses its commonest endings; elsewhere long words are cut to
 * their beginnings, which unites most inflections in most languages.
 */
export function stem(word: string, language: string | undefined): string {
  const bare = word.replace(/'s?$/u, "");
  if (language !== "en") return bare.length > 8 ? bare.slice(0, 7) : bare;
  if (bare.length < 5) return bare.length === 4 && /[^su]s$/u.test(bare) ? bare.slice(0, -1) : bare;
  return englishStem(bare);
}

const ENGLISH_ENDINGS: [RegExp, string][] = [
  [/ies$/u, "y"],
  [/(ss|x|ch|sh)es$/u, "$1"],
  [/([^su])s$/u, "$1"],
  [/ied$/u, "y"],
  [/(..[^aeiou]*[aeiouy].*?)(?:ing|ed)$/u, "$1"],
  [/(...)ly$/u, "$1"],
];

function englishStem(word: string): string {
  let stemmed = word;
  for (const [ending, replacement] of ENGLISH_ENDINGS)
    stemmed = stemmed.replace(ending, replacement);
  // "burning" and "burn", "making" and "make", "running" and "run" meet here.
  return stemmed.replace(/([bdfgmnprt])\1$/u, "$1").replace(/(?<=...)e$/u, "");
}

/** How much two sets of terms share, from 0 to 1 (Jaccard). */
export function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const term of small) if (large.has(term)) shared += 1;
  return shared / (a.size + b.size - shared);
}

/** The share of the smaller set that the other holds too, from 0 to 1. */
export function containment(a: Set<string>, b: Set<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  if (small.size === 0) return 0;
  let shared = 0;
  for (const term of small) if (large.has(term)) shared += 1;
  return shared / small.size;
}
