// Headings and titles made of the text's own phrases.

import { normalizeWord, wordsOf } from "../../../domain/words.ts";

/** A phrase with its weight; higher is more. */
export type WeightedPhrase = { text: string; weight: number };

const AND: Record<string, string> = {
  en: "and",
  de: "und",
  fr: "et",
  es: "y",
  it: "e",
  pt: "e",
  nl: "en",
  ru: "и",
};
/** What could stand over any section, alone: no heading where there is another phrase. */
const SAYS_LITTLE =
  /^(?:aims?|tasks?|individuals?|free|americans?|emergence|billion|requires?|bod(?:y|ies)|powers?|past|future|facilities)$/iu;
const LITTLE = 0.35;
/** A second phrase must say nearly as much as the first to share a heading with it. */
const SECOND_PHRASE = 0.5;

/**
 * A heading of one phrase or two that have nothing in common.
 *
 * @param phrases heaviest first
 * @param taken headings that exist already; their phrases are avoided
 * @param fallback when there is no phrase at all
 */
export function headingFrom(
  phrases: WeightedPhrase[],
  options: { taken: string[]; language: string | undefined; fallback: string },
): string {
  const used = new Set(options.taken.flatMap(partsOf));
  const telling = byWeight(phrases, (text) => (SAYS_LITTLE.test(text) ? LITTLE : 1));
  const fresh = telling.filter((phrase) => !used.has(keyOf(phrase.text)));
  const [first] = fresh.length > 0 ? fresh : telling;
  if (!first) return options.fallback;
  const second = telling.find(
    (phrase) =>
      phrase.weight >= first.weight * SECOND_PHRASE &&
      !sharesWord(phrase.text, first.text) &&
      !used.has(keyOf(phrase.text)),
  );
  return capitalized(second ? joined([first.text, second.text], options.language) : first.text);
}

/**
 * The phrases of a title: the one that says most, in its longest form, and up to two others that
 * have nothing in common with it.
 *
 * @param phrases heaviest first
 */
export function titlePhrases(phrases: WeightedPhrase[]): WeightedPhrase[] {
  const telling = byWeight(phrases, tellingness);
  const [heaviest] = telling;
  if (!heaviest) return [];
  const first = longestForm(heaviest, telling);
  // "The chemical history of a candle" is a title by itself.
  if (contentWords(first.text) >= WORDS_OF_A_TITLE) return [first];
  const chosen = [first];
  for (const phrase of telling) {
    if (chosen.length === 3 || phrase.weight < heaviest.weight * THIRD_PHRASE) break;
    if (!chosen.some((other) => sharesWord(other.text, phrase.text))) chosen.push(phrase);
  }
  return chosen;
}

function byWeight(phrases: WeightedPhrase[], factor: (text: string) => number): WeightedPhrase[] {
  return phrases
    .map((phrase) => ({ ...phrase, weight: phrase.weight * factor(phrase.text) }))
    .sort((a, b) => b.weight - a.weight);
}

/** A title of these phrases. */
export function titleFrom(
  phrases: WeightedPhrase[],
  language: string | undefined,
): string | undefined {
  if (phrases.length === 0) return undefined;
  return capitalized(
    joined(
      phrases.map(({ text }) => text),
      language,
    ),
  );
}

/** Where an address is given and to whom: in all of it, whatever it is about. */
const SETTING =
  /^(?:(?:united )?states?(?: of america)?|(?:national |federal |central )?governments?|countr(?:y|ies)|nations?|congress|america|people|citizens?|past|future|increased?|powers?|program(?:me)?s?|bills?|policy|progress|strength)$/iu;
const OF_A_SETTING = 0.3;
/** "Common market" says more than "growth". */
const OF_TWO_WORDS = 1.4;

function tellingness(phrase: string): number {
  if (SETTING.test(phrase)) return OF_A_SETTING;
  return contentWords(phrase) > 1 ? OF_TWO_WORDS : 1;
}

const WORDS_OF_A_TITLE = 3;
/** What a phrase must weigh beside the heaviest to stand in the title with it. */
const THIRD_PHRASE = 0.3;
const LONGER_FORM = 0.25;

/** "Chemical history of a candle" for "candle", where it weighs enough. */
function longestForm(phrase: WeightedPhrase, phrases: WeightedPhrase[]): WeightedPhrase {
  const longer = phrases.find(
    (other) =>
      other.weight >= phrase.weight * LONGER_FORM &&
      contentWords(other.text) > contentWords(phrase.text) &&
      ` ${keyOf(other.text)} `.includes(` ${keyOf(phrase.text)} `),
  );
  return longer ?? phrase;
}

function contentWords(text: string): number {
  return wordsOf(text).filter(tells).length;
}

/** "a", "a and b", "a, b and c"; with middle dots where the language's "and" is not known. */
export function joined(parts: string[], language: string | undefined): string {
  const and = language === undefined ? undefined : AND[language];
  if (and === undefined) return parts.join(" · ");
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} ${and} ${last}`;
}

/** The first letter as a capital; "pH" and "mRNA" stay as they are. */
export function capitalized(text: string): string {
  if (/^\p{Ll}\p{Lu}/u.test(text)) return text;
  const first = Array.from(text)[0] ?? "";
  return first.toLocaleUpperCase("en") + text.slice(first.length);
}

function partsOf(heading: string): string[] {
  const ands = Object.values(AND).join("|");
  return heading.split(new RegExp(`,\\s+|\\s+(?:${ands})\\s+|\\s+·\\s+`, "u")).map(keyOf);
}

function keyOf(text: string): string {
  return wordsOf(text).map(bare).join(" ");
}

function bare(word: string): string {
  return normalizeWord(word).replace(/(?:'s|s)$/u, "");
}

function sharesWord(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => wordsOf(text).map(bare).filter(tells));
  return (first ?? []).some((word) => (second ?? []).some((other) => isSameWord(word, other)));
}

/** Equal, or one with an ending on it: "candle" and "candles", "воск" and "воска". */
function isSameWord(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const isEnding = long.length - short.length < 4;
  return short === long || (short.length >= 4 && isEnding && long.startsWith(short));
}

function tells(word: string): boolean {
  return !/^(?:of|the|an?|de|du|des|la|le|del|di|da|van|von|der)$/u.test(word);
}
