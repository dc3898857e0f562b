// Finds where a speaker explains a term: "this is called ...", "... is defined as ...",
// "by ... we mean ...". The meaning is the speaker's own words.

import type { Definition } from "../../../domain/notes.ts";
import { NOTES_LIMITS } from "../../../domain/limits.ts";
import { countWords, normalizeWord, wordsOf } from "../../../domain/words.ts";
import { explainedOverTwo } from "./definitionsOverTwo.ts";
import type { Keyphrase } from "./keyphrases.ts";
import { asSentence, trimmed } from "./points.ts";
import { isWeakWord, stopwordsOf } from "./stopwords.ts";
import type { Unit } from "./terms.ts";
import {
  cleanTerm,
  HANGS_ON_BEFORE,
  keyOfTerm,
  MEANING_WORDS,
  withoutTail,
} from "./terminology.ts";
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
    { pattern: /^(?:se entiende por|por|entendemos por) (?<term>[\p{L}-]+(?: [\p{L}-]+){0,3}?),? (?:se entiende |entendemos )?(?<meaning>(?:la|el|los|las|un|una|todo|toda) .+)$/iu, onlyKeyphrases: true },
    { pattern: /\b(?:se llama|llamamos|se denomina|denominamos) (?<term>[\p{L}-]+(?: [\p{L}-]+){0,2}?) (?:a|al) (?<meaning>(?:la|el|los|las|un|una)? ?.+)$/iu },
    { pattern: /\b(?:se llaman?|llamamos|se denominan?|denominamos|se conoce como) (?:el |la |un |una )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,3})(?=[.,;:!?]|$)/iu },
    { pattern: /^(?:el |la |los |las |un |una )?(?<term>[\p{L}-]+(?: de [\p{L}-]+| [\p{L}-]+){0,2}) (?:es|son) (?<meaning>(?:un|una|el|la|los|las) .+)$/iu, onlyKeyphrases: true },
  ],
  it: [
    { pattern: /^(?:per|con(?: il termine)?) (?:il |lo |la |l['’])?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,3}) (?:si intende|s['’]intende|si intendono|intendiamo) (?<meaning>.+)$/iu },
    { pattern: /(?<!\p{L})(?:si chiama(?:no)?|chiamiamo|si dice|(?:è|viene|sono|vengono) (?:dett[oaie]|chiamat[oaie])|prende il nome di) (?:il |lo |la |l['’]|un |una )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2})(?=[.,;:!?]|$)/iu },
    { pattern: /^(?:il |lo |la |l['’]|i |gli |le |un |una )?(?<term>[\p{L}-]+(?: (?:di |del |della )?[\p{L}-]+){0,2}) (?:è|sono) (?<meaning>(?:un|una|uno|il|lo|la|l['’]|i|gli|le) ?.+)$/iu, onlyKeyphrases: true },
  ],
  pt: [
    { pattern: /^por (?<term>[\p{L}-]+(?: [\p{L}-]+){0,3}) (?:entende-se|se entende|entendemos) (?<meaning>.+)$/iu },
    { pattern: /(?<!\p{L})(?:chama-se|se chama|chamam-se|chamamos(?: de)?|denomina-se|denominamos|(?:é|são) chamad[oa]s?(?: de)?|é conhecid[oa] como) (?:o |a |um |uma )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2})(?=[.,;:!?]|$)/iu },
    { pattern: /^(?:o |a |os |as |um |uma )?(?<term>[\p{L}-]+(?: (?:de |do |da )?[\p{L}-]+){0,2}) (?:é|são) (?<meaning>(?:um|uma|o|a|os|as) .+)$/iu, onlyKeyphrases: true },
  ],
  nl: [
    { pattern: /^onder (?:een |de |het )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2}) (?:verstaan (?:we|wij)|verstaat men) (?<meaning>.+)$/iu },
    { pattern: /\b(?:noemen (?:we|wij)|noemt men) (?:dit |dat )?(?:een |de |het )?(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2})(?=[.,;:!?]|$)/iu },
    { pattern: /\b(?:heet|heten) (?:ook )?(?:een |de |het )?(?<term>[\p{L}-]+(?: [\p{L}-]+)?)(?=[.,;:!?]|$)/iu },
    { pattern: /\bwordt (?:ook )?(?:een |de |het )?(?<term>[\p{L}-]+(?: [\p{L}-]+)?) genoemd(?=[.,;:!?]|$)/iu },
    { pattern: /^(?:een |de |het )?(?<term>[\p{L}-]+) (?:is|zijn) (?<meaning>(?:een|de|het) .+)$/iu, onlyKeyphrases: true },
  ],
  ru: [
    { pattern: /^(?<term>[\p{L}-]+(?: [\p{L}-]+){0,2}) [—–-] это (?<meaning>.+)$/iu },
  ],
};

/** "The lowly vegetable organisms which are called Diatomaceae": what stands before explains. */
const SHORTEST_NAMED_WORDS = 3;
/** Content words that a sentence must hold beside the term it names. */
const FEWEST_NEW_WORDS = 2;
/** "Wax is a thing which ...", "the flame is a beautiful sight": no explanations. */
const SAYS_NOTHING =
  /^(?:an? |the |one of the |that )?(?:very |most |rather |quite )?(?:thing|same|one|matter|question|point|fact|reason|case|result|consequence|great|good|bad|curious|wonderful|beautiful|remarkable|important|interesting|difficult|different|pity|shame|best|worst|first|last|only|most|more|subject|occasion|sight|time|day)\b|^(?:here|there|diese[mnrs]?|dies|cette|cet|questo|questa|deze|dit)\b/iu;

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
    for (const made of explainedOverTwo(before, unit, keyphrases)) add(made, false);
  });
  return [...found.values()];
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
    match.groups?.["meaning"] === undefined ? SHORTEST_NAMED_WORDS : MEANING_WORDS.shortest;
  if (words < shortest || words > MEANING_WORDS.longest) return undefined;
  // "It is called soda" explains nothing without the sentence before.
  if (
    said === undefined &&
    (HANGS_ON_BEFORE.test(meaning) || isCircular(meaning, term, language))
  ) {
    return undefined;
  }
  if (meaning.length > NOTES_LIMITS.meaningLength || SAYS_NOTHING.test(meaning)) return undefined;
  return { term: capitalized(term), meaning, startMs: unit.startMs };
}

/** "The second way is called open addressing" tells a name and nothing else. */
function isCircular(meaning: string, term: string, language: string | undefined): boolean {
  const stopwords = language === undefined ? undefined : stopwordsOf(language);
  const own = new Set(wordsOf(term).map(normalizeWord));
  const rest = wordsOf(meaning)
    .map(normalizeWord)
    .filter((word) => !own.has(word) && stopwords?.has(word) !== true && !isWeakWord(word));
  return rest.length < FEWEST_NEW_WORDS;
}

const NAMES_WHAT_STANDS_BEFORE =
  /(?:^|[\s,;:])(?<named>(?:the|an?|those|these|some|any|certain) [^,;:]*?) (?:which|that|who) $/iu;
/** From the last article on: "belong partly to the lowly vegetable organisms". */
const LAST_ARTICLE = /.*\b(?:to|from|with|by|into|upon) (?<rest>(?:the|an?|those|these) .*)$/iu;

/**
 * What is named, where it stands right before "which are called ...": the words from its article
 * on; empty when they are too few to explain anything, undefined when the sentence is built otherwise.
 */
function namedBefore(sentence: string, match: RegExpExecArray): string | undefined {
  const before = sentence.slice(0, match.index);
  const named = NAMES_WHAT_STANDS_BEFORE.exec(before)?.groups?.["named"];
  if (named === undefined) return undefined;
  const shown = LAST_ARTICLE.exec(named)?.groups?.["rest"] ?? named;
  const isEnough = countWords(shown) > SHORTEST_NAMED_WORDS;
  return isEnough ? shown.replace(/^(?:those|these) /iu, "") : "";
}
