// What a speaker announces at the beginning is what the talk is about: "Today I want to talk about
// photosynthesis" outweighs every count of words.

import type { Keyphrase } from "./keyphrases.ts";
import { isWeakWord } from "./stopwords.ts";
import { cleanTerm } from "./terminology.ts";
import type { Corpus, Unit } from "./terms.ts";

/** The first sentences of a lecture say what it is about. */
export const OPENING_SENTENCES = 12;

const ANNOUNCES =
  /\b(?:(?:subject|topic|theme) (?:of|for|is|to)|lectures? (?:is|are|on|about|upon|will)|(?:these|this|today's|our) (?:lectures?|talk|course|evening|morning)|(?:talk|speak|lecture|tell you|address you)(?: to you)?(?: today| tonight| this evening)? (?:about|on|upon|of)|today we|bring before you)\b|\b(?:heute|thema|vorlesung|aujourd'hui|sujet|cours|hoy|tema|clase|сегодня|тема|лекци\p{L}+)\b|今天|今日|本日|講義|讲/iu;
/** What the name of a subject follows at once. */
const NAMES =
  /\b(?:(?:talk|speak|lecture|tell you|hear|learn)(?:ing)?(?: to you)?(?: today| tonight)? (?:about|on|upon|of)|(?<looks>look(?:ing)? at|discuss(?:ing)?|cover(?:ing)?|study(?:ing)?|deal(?:ing)? with|focus(?:ing)? on)|(?:subject|topic|theme) (?:of (?:today's|this|the|our) (?:lecture|talk|session) )?is|today(?:'s lecture)? is about)\s+|(?<!\p{L})(?:(?:spreche|sprechen|reden) (?:wir |ich )?(?:heute )?(?:über|von)|(?:parlons|parlerons|parler) (?:aujourd'hui )?d(?:e |u |es |['’])|(?:hablamos|hablaremos|hablar|tratar) (?:hoy )?(?:de|sobre)|(?:parliamo|parleremo|parlare) (?:oggi )?d(?:i |el |ella |ell['’]|ei )|(?:falamos|falar) (?:hoje )?(?:de|do|da|sobre))\s*/iu;
/** Where the name ends. */
const ENDS =
  /[,.;:!?—–]|\s(?:which|that|because|so|but|when|where|today|tonight|this|as|to|if|and (?:then|i|we|you|how|why|what)|der|die|das ist|qui|que|che)(?=[\s.,;:!?]|$)/iu;
/** A longer one is a sentence and no name. */
const LONGEST_NAME = { words: 8, terms: 5 };
/** The announcement itself, and at least once more. */
const SAID_AGAIN = 2;
/** "Look at the board": what is looked at may be a thing in the room. */
const SAID_OFTEN = 3;
const LOOKS_LIKE_A_SUBJECT = /\s\S+\s|(?:^|\s)\p{Lu}/u;

/** What is said in the same sentence as an announcement weighs this much more. */
const ANNOUNCED = 1.8;
/** What the announced subject weighs beside the phrase that is said most. */
const SUBJECT = 1.5;

/** Keyphrases with what was announced in front, and with the subject that was named, if one was. */
export function announcedFirst(
  corpus: Corpus,
  phrases: Keyphrase[],
): { phrases: Keyphrase[]; subject: Keyphrase | undefined } {
  const opening = corpus.units.slice(0, OPENING_SENTENCES);
  const announcements = opening
    .filter((unit) => ANNOUNCES.test(unit.text))
    .map((unit) => ` ${termsIn(unit).join(" ")} `);
  const heaviest = phrases[0]?.weight ?? 0;
  const central = new Set(phrases.slice(0, 8).flatMap((phrase) => phrase.terms));
  const weigh = (phrase: Keyphrase) => {
    if (!announcements.some((text) => text.includes(` ${phrase.key} `))) return phrase.weight;
    // A whole phrase around what the talk goes on about: that is its subject, in so many words.
    const isSubject = phrase.terms.length > 1 && phrase.terms.some((term) => central.has(term));
    return isSubject
      ? Math.max(heaviest * SUBJECT, phrase.weight * ANNOUNCED)
      : phrase.weight * ANNOUNCED;
  };
  const weighed = phrases.map((phrase) => ({ ...phrase, weight: weigh(phrase) }));
  const subject = namedIn(corpus, opening);
  const sorted = withNamed(weighed, subject).sort(
    (a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1),
  );
  return { phrases: sorted, subject };
}

/** The named subject, heavier than everything, as it was said. */
function withNamed(phrases: Keyphrase[], named: Keyphrase | undefined): Keyphrase[] {
  if (!named) return phrases;
  const heaviest = Math.max(1, ...phrases.map(({ weight }) => weight));
  const others = phrases.filter(({ key }) => key !== named.key);
  return [{ ...named, weight: heaviest * SUBJECT }, ...others];
}

/** The first subject that the opening names and the talk comes back to. */
function namedIn(corpus: Corpus, opening: Unit[]): Keyphrase | undefined {
  for (const unit of opening) {
    const match = NAMES.exec(unit.text);
    if (!match) continue;
    const from = match.index + match[0].length;
    const raw = unit.text.slice(from).split(ENDS)[0] ?? "";
    const text = cleanTerm(raw, corpus.language);
    const terms = termsIn(unit, from, from + raw.length);
    if (text === undefined || terms.length === 0 || !isName(text, terms)) continue;
    const isDoubtful = match.groups?.["looks"] !== undefined && !LOOKS_LIKE_A_SUBJECT.test(text);
    if (!isSaidAgain(terms, corpus, isDoubtful ? SAID_OFTEN : SAID_AGAIN)) continue;
    return { text, key: terms.join(" "), terms, count: 1, weight: 0 };
  }
  return undefined;
}

function isName(text: string, terms: string[]): boolean {
  return terms.length <= LONGEST_NAME.terms && text.split(/\s+/u).length <= LONGEST_NAME.words;
}

function isSaidAgain(terms: string[], { spread }: Corpus, times: number): boolean {
  return terms.some((term) => !isWeakWord(term) && (spread.get(term) ?? 0) >= times);
}

function termsIn(unit: Unit, from = 0, to = Infinity): string[] {
  return unit.tokens.flatMap(({ term, at }) =>
    term !== undefined && at >= from && at < to ? [term] : [],
  );
}
