// What a long sentence offers as points: whole clauses of it that can stand alone.

import { countWords } from "../../../domain/words.ts";

/** Longer sentences are offered by their clauses. */
const LONGEST_POINT_WORDS = 34;
const SHORTEST_CLAUSE_WORDS = 8;

/** A clause, or several that follow each other, and where it starts in its sentence. */
export type Clause = { text: string; at: number };

/**
 * A stretch between two borders. Not everything that ends at one can begin there: ", which ..." may
 * be left off at the end of a point, but can't be one.
 */
type Piece = Clause & { canBegin: boolean };

/** Words that a clause with a subject of its own begins with. */
const SUBJECT =
  "(?:the|an?|this|these|those|it|they|we|he|she|you|i|there (?:is|are|was|were|will|would|has|have|can|may|must|comes?|came|remains?|exists?)|each|every|all|some|many|most|no|one|two|three|both|such|its|their|our|his|her|my|your|any|another|nothing|everything)";
const ENGLISH_BORDERS = new RegExp(
  String.raw`(?<free>[;:]\s+)|(?<dash>\s*[—–]\s*|\s--?\s|--)|,\s+(?=(?<clause>(?:and|but|so|for|because|while|whereas|yet)\s+(?:then\s+)?${SUBJECT}\s)|(?<tail>(?:which|who|whose|where|whereas|though|although|if|unless|because|as if|so that|especially|provided)\s))`,
  "giu",
);
const OTHER_BORDERS =
  /(?<free>[;:؛；：]+\s*)|(?<dash>\s[-—–]+\s)|,\s+(?=(?<clause>(?:und|aber|denn|sondern|mais|et|car|donc|pero|y|porque|ma|e|perché|mas|но|и|а)\s)|(?<tail>(?:dass|weil|welche[rsmn]?|wobei|qui|que|dont|où|porque|che|которы\p{L}+|что)\s))/giu;
/** What a cut clause can't end with: the rest of the sentence is still to come. */
const ENDS_OPEN =
  /(?:^|\s)(?:who|whom|whose|which|that|where|when|while|because|if|though|although|unless|as|than|so|and|or|but|nor|the|an?|of|to|in|on|at|by|for|from|with|into|upon|is|are|was|were|be|has|have|had|can|could|will|would|may|might|must|shall|should|do|does|did|not|never|dass|weil|und|oder|que|qui|et|y|e|и|что)[\s,;:—–-]*$/iu;
/** "The judges who have shown ..." waits for its verb; cut short it has none. */
const SUBJECT_ONLY =
  /^(?:the|those|an?|all|any|every|these|such) (?:\p{L}+ ){1,4}(?:who|which|that|whose)\s/iu;
/** How a clause in the middle of a sentence begins when it has a subject of its own. */
const BEGINS_CLAUSE = new RegExp(
  String.raw`^(?:(?:and|but|so|for|because|while|whereas|yet|or),?\s+)?(?:${SUBJECT}\s|\p{Lu}|(?:\p{L}+\s){1,4}(?:is|are|was|were|has|have|had|can|will|must|may|should|would|could|do|does|did)\s)`,
  "u",
);
/** A clause that hangs on what stood before it says nothing alone. */
const HANGS =
  /^(?:which|who|whom|whose|that|as|than|if|when|where|while|because|of|in|with|by|to|from|or|nor|whereas|cannot|not|dass|weil|welche[rsmn]?|qui|que|dont|car|porque|которы\p{L}+|что)\s/iu;
/** "If the decay of ..." says something only with what follows then. */
const SUBORDINATE =
  /^(?:(?:and|but|now|for|so),?\s+)?(?:if|when|whenever|as|though|although|while|because|since|unless|until|were|had|not only|whether|after|before)\s/iu;
const MAIN_CLAUSE = new RegExp(String.raw`,\s+(?:then\s+)?${SUBJECT}\s`, "iu");
const FINITE_VERB =
  /\b(?:is|are|was|were|am|has|have|had|does|do|did|will|would|can|could|may|might|must|shall|should|becomes?|became|makes?|made|gives?|gave|takes?|took|goes|went|comes?|came|gets?|got|seems?|means?|shows?|needs?|contains?|consists?|forms?|turns?|keeps?|kept|holds?|held|says?|said|finds?|found|remains?|begins?|began|isn't|aren't|don't|doesn't|can't|it's|that's|there's|(?<!\b(?:an?|the|of|and|with|this|that|by|some|its)\s)\p{L}{3,}ed)\b/iu;

/**
 * A sentence of bearable length offers itself; a longer one its clauses, and neighbouring clauses
 * together.
 */
export function clausesOf(sentence: string, language: string | undefined): Clause[] {
  if (countWords(sentence) <= LONGEST_POINT_WORDS) return [{ text: sentence, at: 0 }];
  const isEnglish = language === "en";
  const pieces = cut(sentence, isEnglish);
  const offers: Clause[] = [];
  for (let from = 0; from < pieces.length; from += 1) {
    const first = pieces[from];
    if (!first?.canBegin || (from > 0 && HANGS.test(first.text))) continue;
    const waits = isEnglish && SUBORDINATE.test(first.text);
    for (const last of pieces.slice(from)) {
      const text = sentence.slice(first.at, last.at + last.text.length).trim();
      if (waits && !MAIN_CLAUSE.test(text)) continue;
      const words = countWords(text);
      if (words > LONGEST_POINT_WORDS) break;
      if (words < SHORTEST_CLAUSE_WORDS) continue;
      const isCut = last !== pieces.at(-1);
      if (isCut && (ENDS_OPEN.test(text) || (isEnglish && SUBJECT_ONLY.test(text)))) continue;
      if (isEnglish && from > 0 && !BEGINS_CLAUSE.test(text)) continue;
      if (isEnglish && from > 0 && !FINITE_VERB.test(headOf(text))) continue;
      offers.push({ text, at: first.at });
    }
  }
  return offers.length > 0 ? offers : [{ text: sentence, at: 0 }];
}

/** A clause up to where a relative clause or a list begins: its own verb must stand in there. */
function headOf(clause: string): string {
  return clause.split(/,\s|[;:]|\s(?:which|who|whom|whose|that|where|when)\s/u)[0] ?? clause;
}

function hasVerb(rest: string): boolean {
  return FINITE_VERB.test(rest.split(/[,;:.]\s/u)[0] ?? rest);
}

function cut(sentence: string, isEnglish: boolean): Piece[] {
  const borders = isEnglish ? ENGLISH_BORDERS : OTHER_BORDERS;
  // Dashes in pairs enclose a remark; only a lone one divides.
  const dashes = sentence.match(/[—–]|\s--?\s|--/gu)?.length ?? 0;
  const pieces: Piece[] = [];
  let start = 0;
  let canBegin = true;
  for (const border of sentence.matchAll(borders)) {
    if (border.groups?.["dash"] !== undefined && dashes !== 1) continue;
    const end = border.index + border[0].length;
    // "first down one, and then the next": without a verb it is no clause.
    if (isEnglish && border.groups?.["clause"] !== undefined && !hasVerb(sentence.slice(end))) {
      continue;
    }
    pieces.push({ text: sentence.slice(start, end), at: start, canBegin });
    start = end;
    canBegin = border.groups?.["tail"] === undefined && border.groups?.["dash"] === undefined;
  }
  pieces.push({ text: sentence.slice(start), at: start, canBegin });
  return pieces;
}
