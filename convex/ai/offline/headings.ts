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
  const fresh = phrases.filter((phrase) => !used.has(keyOf(phrase.text)));
  const [first] = fresh.length > 0 ? fresh : phrases;
  if (!first) return options.fallback;
  const second = phrases.find(
    (phrase) =>
      phrase.weight >= first.weight * SECOND_PHRASE &&
      !sharesWord(phrase.text, first.text) &&
      !used.has(keyOf(phrase.text)),
  );
  return capitalized(second ? joined([first.text, second.text], options.language) : first.text);
}

/**
 * A title of up to three phrases that have nothing in common.
 *
 * @param phrases heaviest first
 */
export function titleFrom(
  phrases: WeightedPhrase[],
  language: string | undefined,
): string | undefined {
  const chosen: WeightedPhrase[] = [];
  for (const phrase of phrases) {
    const first = chosen[0];
    if (first && phrase.weight < first.weight * 0.35) break;
    if (chosen.some((other) => sharesWord(other.text, phrase.text))) continue;
    chosen.push(phrase);
    if (chosen.length === 3) break;
  }
  return chosen.length === 0
    ? undefined
    : capitalized(
        joined(
          chosen.map((p) => p.text),
          language,
        ),
      );
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
  const words = new Set(
    wordsOf(a)
      .map(bare)
      .filter((word) => word.length > 3),
  );
  return wordsOf(b).some((word) => words.has(bare(word)));
}
