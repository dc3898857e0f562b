// Explanations that take two sentences, in English: the term ends one, and the next one explains it,
// or the other way round. "The first way is called chaining. In chaining, each bucket holds ..."

import type { Definition } from "../../../domain/notes.ts";
import { countWords } from "../../../domain/words.ts";
import { capitalized } from "./headings.ts";
import type { Keyphrase } from "./keyphrases.ts";
import { asSentence, trimmed } from "./points.ts";
import type { Unit } from "./terms.ts";
import { cleanTerm, HANGS_ON_BEFORE, MEANING_WORDS, withoutTail } from "./terminology.ts";

const CALLED =
  /\b(?:called|termed|named|known as)(?: the| an?)? ["“']?(?<term>[\p{L}][\p{L}'’-]*(?: [\p{L}][\p{L}'’-]*){0,2})["”']?[.!;]?$/iu;
/** "It is that kind of ...", "They are made of ...". */
const EXPLAINS =
  /^(?:it|this|they|these) (?:is|are) (?<meaning>(?:(?:simply|merely|nothing but|just) )?(?:(?:that|the|an?) (?:kind|sort|type|form|class|process|method|way|property|power|force|state|science|study|art|name|measure|ratio|amount|rate|number|difference|action|substance|part|place|law|rule|system)s?\b|made (?:of|up of|from|by)|composed of|formed (?:of|by)|used (?:to|for)).+)$/iu;
const IS_CALLED =
  /^(?:it|that|they|those|(?:this|these|the)(?! (?:first|second|third|fourth|other|next|last|simplest|best|latter|former|one|two)\b)(?: \p{L}+){0,2}?) (?:is|are)(?: what)?(?: we| i| people)? (?:commonly |usually |often |also )?(?:called|call|termed|named|known as)(?: the| an?)? ["“']?(?<term>[\p{L}][\p{L}'’-]*(?: [\p{L}][\p{L}'’-]*){0,2}?)["”']?(?=[.,;:!?"”']|$| (?:and|or|because|when|which)\b)/iu;
/** "What happens if two keys hash to the same bucket?" */
const WHAT_HAPPENS =
  /^(?:and |so |but |now,? )*what (?:happens|if|about)(?: if| when)? (?<case>.+)\?$/iu;
const KEYPHRASES = 30;

/** What two neighbouring sentences explain together; most explain nothing. */
export function explainedOverTwo(before: Unit, unit: Unit, keyphrases: Keyphrase[]): Definition[] {
  return [explainedAfter(before, unit, keyphrases), namedAfter(before, unit)].flatMap(
    (made) => made ?? [],
  );
}

/** The term ends the first sentence; the second says what it is, or what happens in it. */
function explainedAfter(before: Unit, unit: Unit, keyphrases: Keyphrase[]): Definition | undefined {
  const ending = before.text.trim().replace(/[.!;:]+$/u, "");
  const called = CALLED.exec(ending)?.groups?.["term"];
  const phrase = keyphrases
    .slice(0, KEYPHRASES)
    .filter(({ text }) => text.includes(" "))
    .filter(({ text }) => ending.toLowerCase().endsWith(` ${text.toLowerCase()}`))
    .sort((a, b) => b.text.length - a.text.length)[0]?.text;
  const term = cleanTerm(called ?? phrase ?? "", "en");
  if (term === undefined) return undefined;
  const sentence = trimmed(unit.text, "en");
  const said = EXPLAINS.exec(sentence)?.groups?.["meaning"] ?? saidOf(term, sentence);
  return said === undefined ? undefined : made(term, asSentence(withoutTail(said)), before.startMs);
}

/** What "In chaining, each bucket holds ..." says of chaining. */
function saidOf(term: string, sentence: string): string | undefined {
  const start = /^(?:in|with|under|by|during) (?:the |an? )?/iu.exec(sentence)?.[0];
  if (start === undefined) return undefined;
  const rest = sentence.slice(start.length);
  const follows = rest.slice(term.length);
  const isSame = rest.slice(0, term.length).toLowerCase() === term.toLowerCase();
  return isSame && /^s?,?\s/u.test(follows) ? follows.replace(/^s?,?\s+/u, "") : undefined;
}

/** "One of them is something like a raspberry. It is called Globigerina." */
function namedAfter(before: Unit, unit: Unit): Definition | undefined {
  const raw = IS_CALLED.exec(trimmed(unit.text, "en"))?.groups?.["term"];
  const term = cleanTerm(raw ?? "", "en");
  const meaning = trimmed(before.text, "en");
  if (term === undefined || HANGS_ON_BEFORE.test(meaning)) return undefined;
  const asked = WHAT_HAPPENS.exec(meaning)?.groups?.["case"];
  if (asked === undefined && meaning.endsWith("?")) return undefined;
  return made(term, asked === undefined ? meaning : asSentence(asked), before.startMs);
}

function made(term: string, meaning: string, startMs: number): Definition | undefined {
  const words = countWords(meaning);
  const isExplanation = words >= MEANING_WORDS.shortest && words <= MEANING_WORDS.longest;
  return isExplanation ? { term: capitalized(term), meaning, startMs } : undefined;
}
