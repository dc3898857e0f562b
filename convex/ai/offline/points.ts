// Makes points out of spoken sentences: quotes and trims, never adds a word.

import { countWords } from "../../../domain/words.ts";

// What speakers put in front of what they say. Each is taken off as often as it comes.
const OPENERS: RegExp[] = [
  /^(?:i (?:think|believe|suppose|guess|may say|might say|need (?:hardly|scarcely|not) say|must (?:say|tell you|confess)|want you to (?:see|notice|know|remember|understand)|would (?:say|remind you)|should (?:say|like to say)|hope you (?:will )?(?:see|understand))|we (?:know|see|find|may say|have seen)|(?:as )?you (?:(?:will|can|may|must|should) )?(?:now |all |already |easily )?(?:see|observe|notice|remember|perceive|understand|know|find)(?:,? (?:then|now|here|therefore|also|too|at once|clearly),?)*(?:,? in the first (?:place|instance),?)?|it is (?:clear|obvious|evident|plain|true|certain)|the (?:point|fact|truth|thing|reason) is)\s*,?\s+that\s+(?=\p{L})/iu,
  /^(?:um+|uh+|erm?|ah+|oh|hmm+|well|okay|ok|alright|all right|right|yeah|yes|now|so|then|see|look|again|anyway|actually|basically|indeed|namely|moreover|furthermore|however|therefore|thus|hence|accordingly|consequently|finally|first of all|first|secondly|lastly|why|in fact|of course|as it were|after all|in other words|to begin with|to sum up|to sum it up|to summarize|to summarise|to conclude|in summary|in conclusion|in short|for instance|for example|in the first place|in the next place|on the contrary|you see|you know|i mean|let me see|let's see|mind you|that is to say|that is)\s*[,;:—–-]+\s*/iu,
  /^(?:and|but|so(?= (?:the|an?|it|we|they|he|she|i|you|if|when|what|there|all|every|no|in|as|our|my|his|their|this|that's|it's|with|let|how|why|here|today|now|most|many|some|these|those)\b)|or|for(?= (?:though|although|such|the|an?|it|we|they|he|she|i|you|if|when|what|there|all|every|no|in|as|our|my|his|their)\b)|because|yet|nor|then(?! (?:would|will|comes?|came|is|are|was|were|has|have|had|did|do|does|can|could)\b)),?\s+(?=[\p{L}])/iu,
  /^(?:(?:um+|uh+|erm?|basically|actually|essentially|obviously)\s+|so (?=\p{L}+ (?:is|are|was|were|has|have|had|can|will|means|uses|makes|needs)\b))/iu,
  /^(?:now then|now|well|okay|ok|so)\s+(?=(?:the|a|an|this|these|there|here|when|if|in|we|i|you|let|what|it|that|my)\s)/iu,
  /^(?:ladies and gentlemen|gentlemen|my friends|friends|fellow citizens|mr\.? (?:speaker|president|chairman)|boys and girls|everyone|everybody|folks|guys)\s*[,:!—–-]+\s*/iu,
  /^(?:as (?:i|we) (?:have )?(?:said|say|told you|mentioned|explained|saw|see)(?: (?:before|already|earlier|just now))?|as you (?:see|know|can see|may know|will see)(?: here)?|if you (?:like|will|please)|so to speak|to be sure|no doubt|not to mention)\s*,\s*/iu,
  /^(?:zusammenfassend(?: (?:kann man|lässt sich) (?:also )?(?:sagen|festhalten))?(?:, dass)?|kurz gesagt|en resumen|para resumir|en résumé|pour résumer|in sintesi|riassumendo|em resumo|samengevat|kortom|итак)\s*[,:]\s*/iu,
  /^(?:also|nun|tja|ja|äh+|ähm+|also gut|und|aber|denn)\s*[, ]\s*(?=\p{L})/iu,
  /^(?:alors|bon|bah|eh bien|euh+|voilà|donc|mais|et puis|et)\s*[, ]\s*(?=\p{L})/iu,
  /^(?:bueno|pues|entonces|eh+|o sea|y|pero)\s*[, ]\s*(?=\p{L})/iu,
  /^(?:ну|вот|так|итак|и|а|но)\s*,?\s+(?=\p{L})/iu,
  /^(?:えーと|えっと|えー|あのー|あの|その|さて|では|じゃあ|ええ)[、,]?\s*/u,
  /^(?:嗯|那么|那個|那个|好|然后)[，,]\s*/u,
];
const LEFT_OVER_THAT =
  /^that\s+(?=(?:the|an?|this|these|it|we|they|there|in|if|when|every|all|no)\s)/iu;
// Openers of the list that say something in languages where they are words of their own.
const ENGLISH_ONLY = 7;

const INNER: [RegExp, string][] = [
  [
    /(?<=\b(?:is|are|was|were|be|and|but|that|of)),\s*(?:of course|then|as it were|so to speak|indeed|you see|you know),\s*/giu,
    " ",
  ],
  [/\s*,?\s*(?<!\p{L})(?:uh+m*|erm+|äh+m*|öhm+|euh+|ehm+)(?!\p{L})\s*,?(?=\s)/giu, ""],
  [
    /,\s*(?:you know|i mean|you see|as it were|so to speak|if you like|if i may say so|sort of|kind of|of course|as i (?:said|say)|mind you)\s*,/giu,
    ",",
  ],
  [/\b(\p{L}{1,12})(?:\s+\1\b)+(?=\s+\p{L})/giu, "$1"],
  [/\b(i|we|the|an?|and|to|of|in|it|he|she|they)(?:,\s+\1\b)+(?=\s+\p{L})/giu, "$1"],
];
/** A filler in English, "a" in Portuguese, "around" and "in order to" in German. */
const ENGLISH_UM = /\s*,?\s*\bum+\b\s*,?(?=\s)/giu;
const CLOSERS =
  /\s*[,;—–-]+\s*(?:right|okay|ok|you know|you see|isn't it|don't you think|is it not|do you see|see|yeah|gell|ne|n'est-ce pas|¿no|verdad|да)\s*[?.!]*$/iu;

// Words whose doubling is grammar or emphasis, not a stumble: "had had", "Pflanzen, die die Energie
// speichern", "nous nous demandons".
const SAID_TWICE =
  /^(?:had|that|very|many|far|long|really|so|no|more|again|over|bit|little|much|die|der|das|den|sie|sehr|viele?|nous|vous|très|bien|muy|mucho|molto|piano|muito|dat|ze|zij|heel|очень)$/iu;

/**
 * A sentence without openers, fillers and stumbles, starting with a capital and ending with a full
 * stop. All its words stand in the sentence, in the same order.
 */
export function trimmed(sentence: string, language?: string): string {
  let text = sentence.replace(/\s+/gu, " ").trim();
  for (const [pattern, replacement] of INNER) {
    text = text.replace(pattern, (whole: string, word?: unknown) => {
      if (replacement !== "$1") return replacement;
      return typeof word === "string" && !SAID_TWICE.test(word) && isPlainWord(word) ? word : whole;
    });
  }
  if (language === "en") text = text.replace(ENGLISH_UM, "");
  text = withoutOpeners(text, language);
  text = text.replace(CLOSERS, "");
  return asSentence(text);
}

function isPlainWord(word: string): boolean {
  return /^\p{Ll}/u.test(word);
}

function withoutOpeners(text: string, language?: string): string {
  const patterns =
    language === undefined || language === "en" ? OPENERS : OPENERS.slice(ENGLISH_ONLY);
  const own = language === "en" ? OPENERS.slice(0, ENGLISH_ONLY) : patterns;
  let rest = text;
  for (let round = 0; round < 4; round += 1) {
    const before = rest;
    for (const pattern of own) {
      const shorter = rest.replace(pattern, "");
      // What is left must still be a sentence.
      if (shorter !== rest && countWords(shorter) >= 4) rest = shorter;
    }
    if (rest === before) break;
  }
  // "You see, then, that ..." may have lost its verb to an earlier opener.
  return rest === text ? rest : rest.replace(LEFT_OVER_THAT, "");
}

/** Capital first, a full stop last, quotation marks in pairs. */
export function asSentence(text: string): string {
  let body = text.replace(/^[\s,;:.!?…—–\-)\]]+/u, "").replace(/[\s,;:—–-]+$/u, "");
  body = withoutLonelyMarks(body).replace(/\bi\b(?=['’]|\s)/gu, (own, at: number) =>
    at > 0 && /^[a-z\s',\d]*$/u.test(body.slice(0, 40)) ? "I" : own,
  );
  const first = /^["'“‘«([]*/u.exec(body)?.[0].length ?? 0;
  // "pH is ..." and "mRNA ..." stay as they are.
  if (!/^\p{Ll}\p{Lu}/u.test(body.slice(first))) {
    const initial = Array.from(body.slice(first))[0] ?? "";
    body =
      body.slice(0, first) + initial.toLocaleUpperCase("en") + body.slice(first + initial.length);
  }
  if (body === "" || /[.!?…。！？؟۔।॥]["'”’»)\]」』]*$/u.test(body)) return body;
  return body + fullStopFor(body);
}

/** The full stop of the script that a text ends in; Thai and its neighbours have none. */
function fullStopFor(text: string): string {
  if (/[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u.test(text)) return "";
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u.test(text) ? "。" : ".";
}
function withoutLonelyMarks(text: string): string {
  let kept = text;
  for (const [open, close] of [
    ["(", ")"],
    ["[", "]"],
    ["“", "”"],
    ["«", "»"],
    ["「", "」"],
  ] as const) {
    const opens = kept.split(open).length;
    const closes = kept.split(close).length;
    if (opens !== closes) kept = kept.split(open).join("").split(close).join("");
  }
  return (kept.split('"').length - 1) % 2 === 1 ? kept.replaceAll('"', "") : kept;
}
