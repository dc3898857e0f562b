// What counts as a term, and what counts as the meaning of one.

import { normalizeWord, wordsOf } from "../../../domain/words.ts";
import { isWeakWord, stopwordsOf } from "./stopwords.ts";
import { stem } from "./terms.ts";

/** How long a meaning is, in words. */
export const MEANING_WORDS = { shortest: 5, longest: 45 };

/** Words that start no term, though the patterns let them. */
const NO_TERM =
  /^(?:this|that|these|those|it|there|here|what|which|who|he|she|they|we|i|you|one|each|both|all|some|any|such|my|your|his|her|our|their|its|so|very|not|now|then|only|also|as|if|when|another|other|first|second|third|last|next)\b/iu;
const ARTICLE =
  /^(?:the|an?|der|die|das|ein|eine|la|le|les|un|une|el|los|las|una|il|lo|gli|um|uma|het|een)\s+|^l['’]/iu;

/** A sentence that begins so hangs on the one before it. */
export const HANGS_ON_BEFORE = /^(?:it|this|that|they|these|those|which|he|she)\b/iu;

/** A term without its article and trailing grammar words, or undefined when it is none. */
export function cleanTerm(raw: string, language: string | undefined): string | undefined {
  const list = language === undefined ? undefined : stopwordsOf(language);
  const isGrammar = (word: string | undefined) => list?.has(normalizeWord(word ?? "")) === true;
  const words = raw.trim().replace(ARTICLE, "").split(/\s+/u);
  while (words.length > 0 && isGrammar(words.at(-1))) words.pop();
  const term = words.join(" ");
  if (term.length < 3 || NO_TERM.test(term) || isGrammar(words[0])) return undefined;
  const saysNothing = words.every((word) => isGrammar(word) || isWeakWord(normalizeWord(word)));
  return saysNothing ? undefined : term;
}

/** A meaning without the next thought, which follows a semicolon or a dash. */
export function withoutTail(meaning: string): string {
  const cut = meaning.search(/[;:]\s|\s[—–]\s|--/u);
  return cut > 30 ? meaning.slice(0, cut) : meaning;
}

/** Equal for all ways of writing a term. */
export function keyOfTerm(term: string, language: string | undefined): string {
  return wordsOf(term)
    .map((word) => stem(normalizeWord(word), language))
    .join(" ");
}
