// Finds where a speaker explains a term: "this is called ...", "... is defined as ...",
// "by ... we mean ...". The meaning is the speaker's own words.

import type { Definition } from "../../../domain/notes.ts";
import { NOTES_LIMITS } from "../../../domain/limits.ts";
import { countWords, normalizeWord, wordsOf } from "../../../domain/words.ts";
import type { Keyphrase } from "./keyphrases.ts";
import { asSentence, trimmed } from "./points.ts";
import { isWeakWord, stopwordsOf } from "./stopwords.ts";
import { stem, type Unit } from "./terms.ts";
import { capitalized } from "./headings.ts";

/** How a language explains: the groups `term` and, where it is apart, `meaning`. */
type Pattern = { pattern: RegExp; onlyKeyphrases?: boolean };

const TERM = String.raw`(?<term>(?:the |a |an )?[\p{L}\p{N}][\p{L}\p{N}'’-]*(?: (?:of |of the )?[\p{L}\p{N}][\p{L}\p{N}'’-]*){0,3})`;

// prettier-ignore
const PATTERNS: Record<string, Pattern[]> = {
  en: [
    { pattern: new RegExp(String.raw`^${TERM},? (?:is|are|was|can be|may be) (?:defined as|understood as|the name (?:given to|of|for)) (?<meaning>.+)$`, "iu") },
    { pattern: new RegExp(String.raw`^by ${TERM},? (?:i|we|you|one|people) (?:mean|understand) (?<meaning>.+)$`, "iu") },
    { pattern: new RegExp(String.raw`^(?:the )?(?:term|word|name) ["“']?${TERM}["”']? (?:means|refers to|stands for|denotes|describes|is used for) (?<meaning>.+)$`, "iu") },
    { pattern: new RegExp(String.raw`^${TERM} (?:means|refers to|stands for|denotes) (?<meaning>(?:that |the |a |an |any |all |how )?.+)$`, "iu"), onlyKeyphrases: true },
    { pattern: new RegExp(String.raw`\b(?:is|are|was|were|(?:may|can|should|will) be) (?:commonly |usually |often |sometimes |generally |technically |what (?:is|are|was|we) )?(?:called|termed|named|known as|referred to as|what (?:we|i|they|people) call)(?: the| an?)? ["“']?${TERM}["”']?(?=[.,;:!?"”']|$| (?:because|and|by|in|or|when|from|that|which)\b)`, "iu") },
    { pattern: new RegExp(String.raw`\b(?:we|they|people|chemists|physicists|philosophers|scientists|economists|biologists|doctors|mathematicians) (?:have |usually |often |shall |will )?(?:call|term)(?:ed)? (?:this |that |it |these |them |the \p{L}+ )(?:the |an? )?["“']?${TERM}["”']?(?=[.,;:!?"”']|$| (?:because|and|or|when|which)\b)`, "iu") },
    { pattern: new RegExp(String.raw`^(?:an? |the )?(?<term>[\p{L}][\p{L}'’-]*(?: [\p{L}][\p{L}'’-]*){0,2}) (?:is|are) (?<meaning>(?:an?|the|any|one of the|that|simply|nothing but|a kind of) .+)$`, "iu"), onlyKeyphrases: true },
  ],
  de: [
    { pattern: /^unter (?<term>[\p{L}-]+(?: [\p{L}-]+){0,2}) verste(?:ht|hen) (?:man|wir) (?<meaning>.+)$/iu },
    { pattern: /(?:nennt|nennen|bezeichnet|bezeichnen) (?:man|wir) (?:als |das |auch )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2})(?=[.,;:!?]|$)/iu },
    { pattern: /\b(?:heißt|heißen) (?:auch |man )?(?<term>\p{Lu}[\p{L}-]+)(?=[.,;:!?]|$)/u },
    { pattern: /^(?:der |die |das |ein |eine )?(?<term>\p{Lu}[\p{L}-]+) (?:ist|sind) (?<meaning>(?:ein|eine|einer|der|die|das) .+)$/u, onlyKeyphrases: true },
  ],
  fr: [
    { pattern: /\b(?:on|nous) (?:appelle|appelons|nomme|nommons) (?<term>[\p{L}'’-]+(?: [\p{L}'’-]+){0,2}?),? (?<meaning>(?:la|le|les|l['’]|un|une|tout|toute) ?.+)$/iu },
    { pattern: /\b(?:on|nous) (?:appelle|appelons|nomme|nommons) (?<term>[\p{L}'’-]+(?: [\p{L}'’-]+){0,3})(?=[.,;:!?]|$)/iu },
    { pattern: /\b(?:s'appelle|se nomme|est appelée?|est nommée?) (?:la |le |l'|un |une )?(?<term>[\p{L}'’-]+(?: [\p{L}'’-]+){0,2})(?=[.,;:!?]|$)/iu },
    { pattern: /^(?:l'|la |le |les |un |une )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2}) (?:est|sont) (?<meaning>(?:un|une|le|la|l'|des) .+)$/iu, onlyKeyphrases: true },
  ],
  es: [
    { pattern: /\b(?:se llama|llamamos|se denomina|denominamos) (?<term>[\p{L}-]+(?: [\p{L}-]+){0,2}?) (?:a|al) (?<meaning>(?:la|el|los|las|un|una)? ?.+)$/iu },
    { pattern: /\b(?:se llaman?|llamamos|se denominan?|denominamos|se conoce como) (?:el |la |un |una )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,3})(?=[.,;:!?]|$)/iu },
    { pattern: /^(?:el |la |los |las |un |una )?(?<term>[\p{L}-]+(?: de [\p{L}-]+| [\p{L}-]+){0,2}) (?:es|son) (?<meaning>(?:un|una|el|la|los|las) .+)$/iu, onlyKeyphrases: true },
  ],
};

const SHORTEST_MEANING_WORDS = 5;
/** "The lowly vegetable organisms which are called Diatomaceae": what stands before explains. */
const SHORTEST_NAMED_WORDS = 3;
const LONGEST_MEANING_WORDS = 45;
/** "Wax is a thing which ...", "the flame is a beautiful sight": no explanations. */
const SAYS_NOTHING =
  /^(?:an? |the |one of the |that )?(?:very |most |rather |quite )?(?:thing|same|one|matter|question|point|fact|reason|case|result|consequence|great|good|bad|curious|wonderful|beautiful|remarkable|important|interesting|difficult|different|pity|shame|best|worst|first|last|only|most|more|subject|occasion|sight|time|day)\b|^(?:here|there)\b/iu;
/** Words that start no term, though the patterns let them. */
const NO_TERM =
  /^(?:this|that|these|those|it|there|here|what|which|who|he|she|they|we|i|you|one|each|both|all|some|any|such|my|your|his|her|our|their|its|so|very|not|now|then|only|also|as|if|when|another|other|first|second|third|last|next)\b/iu;

/**
 * The terms that a stretch explains, first explanation first.
 *
 * @param keyphrases of the stretch: "X is a ..." explains only what the talk is about
 */
export function definitionsIn(
  units: Unit[],
  keyphrases: Keyphrase[],
  language: string | undefined,
): Definition[] {
  const patterns = language === undefined ? [] : (PATTERNS[language] ?? []);
  const keys = new Set(keyphrases.slice(0, 30).map((phrase) => phrase.key));
  const found = new Map<string, Definition>();
  const add = (made: Definition | undefined, onlyKeyphrases: boolean): boolean => {
    if (!made) return false;
    const key = keyOfTerm(made.term, language);
    if (found.has(key) || (onlyKeyphrases && !keys.has(key))) return false;
    found.set(key, made);
    return true;
  };
  units.forEach((unit, index) => {
    const sentence = trimmed(unit.text, language);
    const added = patterns.some(({ pattern, onlyKeyphrases }) =>
      add(read(pattern.exec(sentence), sentence, unit, language), onlyKeyphrases === true),
    );
    const before = units[index - 1];
    if (added || !before || language !== "en") return;
    const isNew = add(explainedAfter(before, unit, keyphrases), false);
    if (!isNew) add(namedAfter(before, unit), false);
  });
  return [...found.values()];
}

const CALLED =
  /\b(?:called|termed|named|known as)(?: the| an?)? ["“']?(?<term>[\p{L}][\p{L}'’-]*(?: [\p{L}][\p{L}'’-]*){0,2})["”']?[.!;]?$/iu;
const EXPLAINS =
  /^(?:it|this|they|these) (?:is|are) (?<meaning>(?:(?:simply|merely|nothing but|just) )?(?:(?:that|the|an?) (?:kind|sort|type|form|class|process|method|way|property|power|force|state|science|study|art|name|measure|ratio|amount|rate|number|difference|action|substance|part|place|law|rule|system)s?\b|made (?:of|up of|from|by)|composed of|formed (?:of|by)|used (?:to|for)).+)$/iu;

/**
 * "... commonly called dips. They are made of lengths of cotton ...", "I come to capillary
 * attraction. It is that kind of ...": the term ends one sentence, the next one explains it.
 */
function explainedAfter(before: Unit, unit: Unit, keyphrases: Keyphrase[]): Definition | undefined {
  const said = EXPLAINS.exec(trimmed(unit.text, "en"))?.groups?.["meaning"];
  if (said === undefined) return undefined;
  const ending = before.text.trim().replace(/[.!;:]+$/u, "");
  const called = CALLED.exec(ending)?.groups?.["term"];
  const phrase = keyphrases
    .slice(0, 30)
    .filter(({ text }) => ending.toLowerCase().endsWith(` ${text.toLowerCase()}`))
    .sort((a, b) => b.text.length - a.text.length)[0]?.text;
  const raw = called ?? (phrase?.includes(" ") === true ? phrase : undefined);
  const term = raw === undefined ? undefined : cleanTerm(raw, "en");
  const meaning = asSentence(withoutTail(said));
  const words = countWords(meaning);
  if (term === undefined || words < SHORTEST_MEANING_WORDS || words > LONGEST_MEANING_WORDS) {
    return undefined;
  }
  return { term: capitalized(term), meaning, startMs: before.startMs };
}

const IS_CALLED =
  /^(?:it|this|they|these) (?:is|are) (?:commonly |usually |often |also )?(?:called|termed|named|known as)(?: the| an?)? ["“']?(?<term>[\p{L}][\p{L}'’-]*(?: [\p{L}][\p{L}'’-]*){0,2}?)["”']?(?=[.,;:!?"”']|$| (?:and|or|because|when|which)\b)/iu;

/** "One of them is something like a raspberry. It is called Globigerina." */
function namedAfter(before: Unit, unit: Unit): Definition | undefined {
  const raw = IS_CALLED.exec(trimmed(unit.text, "en"))?.groups?.["term"];
  const term = raw === undefined ? undefined : cleanTerm(raw, "en");
  const meaning = trimmed(before.text, "en");
  const words = countWords(meaning);
  const explains = words >= SHORTEST_MEANING_WORDS && words <= LONGEST_MEANING_WORDS;
  if (term === undefined || !explains || HANGS_ON_BEFORE.test(meaning)) return undefined;
  return { term: capitalized(term), meaning, startMs: before.startMs };
}

/** Equal for all ways of writing a term. */
export function keyOfTerm(term: string, language: string | undefined): string {
  return wordsOf(term)
    .map((word) => stem(normalizeWord(word), language))
    .join(" ");
}

function read(
  match: RegExpExecArray | null,
  sentence: string,
  unit: Unit,
  language: string | undefined,
): Definition | undefined {
  const raw = match?.groups?.["term"];
  if (match === null || raw === undefined || /[?？]$/u.test(sentence)) return undefined;
  const term = cleanTerm(raw, language);
  if (term === undefined || term.length > NOTES_LIMITS.termLength) return undefined;
  const said = match.groups?.["meaning"] ?? namedBefore(sentence, match);
  if (said === "") return undefined;
  const meaning = said === undefined ? sentence : asSentence(withoutTail(said));
  const words = countWords(meaning);
  const shortest =
    match.groups?.["meaning"] === undefined ? SHORTEST_NAMED_WORDS : SHORTEST_MEANING_WORDS;
  if (words < shortest || words > LONGEST_MEANING_WORDS) return undefined;
  // "It is called soda" explains nothing without the sentence before.
  if (said === undefined && HANGS_ON_BEFORE.test(meaning)) return undefined;
  if (meaning.length > NOTES_LIMITS.meaningLength || SAYS_NOTHING.test(meaning)) return undefined;
  return { term: capitalized(term), meaning, startMs: unit.startMs };
}

const HANGS_ON_BEFORE = /^(?:it|this|that|they|these|those|which|he|she)\b/iu;

/**
 * What is named, where it stands right before "which are called ...": the words from its article
 * on; empty when they are too few to explain anything, undefined when the sentence is built otherwise.
 */
function namedBefore(sentence: string, match: RegExpExecArray): string | undefined {
  const before = sentence.slice(0, match.index);
  const named =
    /(?:^|[\s,;:])((?:the|an?|those|these|some|any|certain) [^,;:]*?) (?:which|that|who) $/iu.exec(
      before,
    );
  const text = named?.[1];
  if (text === undefined) return undefined;
  // From the last article on: "belong partly to the lowly vegetable organisms".
  const last = text.search(
    /\b(?:the|an?|those|these|some|any|certain) (?!.*\b(?:to|from|with|by|in|on|for) (?:the|an?|those|these)\b)/iu,
  );
  const tail = /.*\b(?:to|from|with|by|into|upon) ((?:the|an?|those|these) .*)$/iu.exec(text)?.[1];
  const shown = tail ?? (last > 0 ? text.slice(last) : text);
  return countWords(shown) < SHORTEST_NAMED_WORDS + 1
    ? ""
    : shown.replace(/^(?:those|these) /iu, "");
}

function withoutTail(meaning: string): string {
  // What follows a semicolon is the next thought.
  const cut = meaning.search(/[;:]\s|\s[—–]\s|--/u);
  return cut > 30 ? meaning.slice(0, cut) : meaning;
}

function cleanTerm(raw: string, language: string | undefined): string | undefined {
  let term = raw
    .trim()
    .replace(/^(?:the|an?|der|die|das|ein|eine|la|le|les|l'|un|une|el|los|las|una)\s+/iu, "");
  const stopwords = language === undefined ? undefined : stopwordsOf(language);
  const words = term.split(/\s+/u);
  while (words.length > 0 && stopwords?.has(normalizeWord(words.at(-1) ?? "")) === true)
    words.pop();
  term = words.join(" ");
  if (term.length < 3 || NO_TERM.test(term)) return undefined;
  if (
    words.every(
      (word) => stopwords?.has(normalizeWord(word)) === true || isWeakWord(normalizeWord(word)),
    )
  ) {
    return undefined;
  }
  return stopwords?.has(normalizeWord(words[0] ?? "")) === true ? undefined : term;
}
