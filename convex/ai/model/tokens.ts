// How many tokens texts take and answers may take. Reckoned without a tokenizer, which would weigh
// megabytes and fit one vendor only; on the safe side.

import { isOpenAi, type Endpoint } from "../configuration.ts";

/** English prose has 4 to 4.5 characters a token in current vocabularies; other scripts fewer. */
const CHARACTERS_A_TOKEN = { latin: 3.6, cyrillicAndGreek: 2.4, other: 1.1 };

/** About how many tokens a text takes; rather more than fewer. */
export function tokensOf(text: string): number {
  const latin = (text.match(/[\p{ASCII}\u0080-\u024f\u2000-\u206f]/gu) ?? []).length;
  const middle = (text.match(/[\u0370-\u052f\u0590-\u06ff]/gu) ?? []).length;
  const other = text.length - latin - middle;
  return Math.ceil(
    latin / CHARACTERS_A_TOKEN.latin +
      middle / CHARACTERS_A_TOKEN.cyrillicAndGreek +
      other / CHARACTERS_A_TOKEN.other,
  );
}

/** Notes are a fifth to a third of what was said, plus the JSON around them. */
const ANSWER_SHARE = 0.45;
const SHORTEST_ANSWER = 1200;
const LONGEST_ANSWER = 6000;
/** Models that think before they write spend tokens on it, which count as output. */
const THINKING = 8000;

/** How many tokens an answer to so much material needs. */
export function answerTokens(materialTokens: number): number {
  return Math.min(
    LONGEST_ANSWER,
    Math.max(SHORTEST_ANSWER, Math.ceil(materialTokens * ANSWER_SHARE)),
  );
}

/** The limit to send with a request; OpenAI's models think, and are not charged for unused limits. */
export function answerLimit(endpoint: Endpoint, needed: number): number {
  return isOpenAi(endpoint.baseUrl) ? needed + THINKING : needed;
}
