// Words and sentences in any script: the ground that captions, seams and both writers stand on.
//
// Own rules instead of Intl.Segmenter wherever they do as well, because results must be the same in
// the browser, in Node and in Convex's runtime. Scripts that write no spaces (Chinese, Japanese,
// Thai ...) need a dictionary: there Intl.Segmenter is used, and pairs of characters without it.

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’ʼ\-.‑][\p{L}\p{M}\p{N}]+)*/gu;
// The same for plain ASCII, which most lectures are: several times faster.
const ASCII = /^[\u0009-\u007e]*$/u;
const ASCII_WORD = /[a-z0-9]+(?:['.-][a-z0-9]+)*/gi;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;
const UNSPACED_RUN = new RegExp(`${UNSPACED.source}+`, "gu");

/** A word and where it stands in its text. */
export type WordAt = { text: string; at: number };

type WordCutter = (run: string) => WordAt[];

/** The words of a text in the order of reading, with their places. */
export function wordsAt(text: string): WordAt[] {
  const words: WordAt[] = [];
  if (ASCII.test(text)) {
    for (const match of text.matchAll(ASCII_WORD)) words.push({ text: match[0], at: match.index });
    return words;
  }
  for (const match of text.matchAll(WORD)) {
    if (UNSPACED.test(match[0])) words.push(...wordsOfMixed(match[0], match.index));
    else words.push({ text: match[0], at: match.index });
  }
  return words;
}

/** The words of a text in the order of reading. */
export function wordsOf(text: string): string[] {
  return wordsAt(text).map((word) => word.text);
}

/**
 * How long a text is, in words. Where nothing separates words, a word counts 1.7 characters: the
 * average of Chinese and Japanese prose; exact enough for limits and for speaking time.
 */
export function countWords(text: string): number {
  if (ASCII.test(text)) return text.match(ASCII_WORD)?.length ?? 0;
  let count = 0;
  for (const match of text.matchAll(WORD)) {
    if (!UNSPACED.test(match[0])) {
      count += 1;
      continue;
    }
    const spaced = match[0].replace(UNSPACED_RUN, (run) => {
      count += Math.max(1, Math.round(run.length / 1.7));
      return " ";
    });
    count += spaced.split(/\s+/u).filter(Boolean).length;
  }
  return count;
}

/** True when the text is written without spaces between words. */
export function isUnspaced(text: string): boolean {
  const sample = text.slice(0, 4000);
  const unspaced = (sample.match(new RegExp(UNSPACED.source, "gu")) ?? []).length;
  const letters = (sample.match(/\p{L}/gu) ?? []).length;
  return letters > 0 && unspaced / letters > 0.4;
}

/** A text in the form in which it is compared: lower case, no marks of quotation or stress. */
export function normalizeWord(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  return word.normalize("NFKC").toLowerCase().replace(/[’ʼ]/gu, "'");
}

function wordsOfMixed(text: string, offset: number): WordAt[] {
  const words: WordAt[] = [];
  let last = 0;
  for (const run of text.matchAll(UNSPACED_RUN)) {
    if (run.index > last) words.push({ text: text.slice(last, run.index), at: offset + last });
    for (const word of cutUnspaced(run[0])) {
      words.push({ text: word.text, at: offset + run.index + word.at });
    }
    last = run.index + run[0].length;
  }
  if (last < text.length) words.push({ text: text.slice(last), at: offset + last });
  return words;
}

// Created on first use: module scope runs at deploy time too, where it would be in the way.
let cutter: WordCutter | undefined;

function cutUnspaced(run: string): WordAt[] {
  cutter ??= typeof Intl.Segmenter === "function" ? dictionaryCutter() : pairCutter;
  return cutter(run);
}

function dictionaryCutter(): WordCutter {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  return (run) =>
    Array.from(segmenter.segment(run), (part) => ({ text: part.segment, at: part.index }));
}

/** Without a dictionary, pairs of characters carry most of what words would. Exported for tests. */
export function pairCutter(run: string): WordAt[] {
  const characters = Array.from(run);
  const words: WordAt[] = [];
  let at = 0;
  for (let index = 0; index < characters.length; index += 2) {
    const pair = characters.slice(index, index + 2).join("");
    words.push({ text: pair, at });
    at += pair.length;
  }
  return words;
}

// Where a full stop does not end a sentence. English first, with the commonest of its neighbours.
const ABBREVIATIONS = new Set(
  (
    "mr mrs ms dr prof rev hon gen col capt lt lieut adm sgt st sr jr gov sen rep pres messrs mme mlle vs etc cf al " +
    "fig figs eq eqs ch chap sec vol vols no nos pp ed eds approx dept univ inc ltd co corp est viz ibid " +
    "jan feb mar apr jun jul aug sept sep oct nov dec e.g i.e a.m p.m u.s u.k ca resp op cit " +
    "bzw z.b d.h u.a usw vgl nr bd evtl ggf sog p.ex av env sra srta ud uds ej pág sig dott ing"
  ).split(" "),
);
const SENTENCE_END =
  /([.!?…‽؟۔।॥።]+|[。！？｡]+)(["'”’»)\]›」』）】*_]*)(\s+|$)|([。！？｡]+)(["'”’»)\]›」』）】]*)/gu;

/** A sentence and where it stands in its text. */
export type SentenceAt = { text: string; at: number };

/**
 * Cuts running text into sentences, in any script. Knows abbreviations, initials and decimals;
 * line breaks inside of a paragraph are spaces, an empty line always ends a sentence.
 */
export function sentencesAt(text: string): SentenceAt[] {
  const sentences: SentenceAt[] = [];
  for (const paragraph of text.matchAll(/(?:(?!\n\s*\n)[\s\S])+/gu)) {
    collectSentences(paragraph[0], paragraph.index, sentences);
  }
  return sentences;
}

/** The sentences of a text. */
export function sentencesOf(text: string): string[] {
  return sentencesAt(text).map((sentence) => sentence.text);
}

function collectSentences(paragraph: string, offset: number, into: SentenceAt[]): void {
  let start = 0;
  for (const match of paragraph.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    if (end <= start || !endsSentence(paragraph, match, end)) continue;
    pushTrimmed(paragraph, start, end, offset, into);
    start = end;
  }
  pushTrimmed(paragraph, start, paragraph.length, offset, into);
}

function pushTrimmed(text: string, start: number, end: number, offset: number, into: SentenceAt[]) {
  const raw = text.slice(start, end);
  const trimmed = raw.trim();
  if (trimmed === "") return;
  into.push({
    text: trimmed.replace(/\s+/gu, " "),
    at: offset + start + (raw.length - raw.trimStart().length),
  });
}

function endsSentence(text: string, match: RegExpExecArray, end: number): boolean {
  const mark = match[1] ?? match[4] ?? "";
  if (/[^.…]/u.test(mark)) return /[!?‽]$/u.test(mark) ? !startsLower(text, end) : true;
  // "..." in the middle of a thought goes on in lower case.
  if (startsLower(text, end)) return false;
  if (mark !== ".") return true;
  const before = /[\p{L}\p{M}.]+$/u.exec(
    text.slice(Math.max(0, match.index - 24), match.index),
  )?.[0];
  if (before === undefined) return true;
  if (ABBREVIATIONS.has(before.toLowerCase())) return end >= text.length;
  // An initial: "J. Clerk Maxwell"; but "and so am I." ends one.
  return !(/^\p{Lu}$/u.test(before) && before !== "I" && end < text.length);
}

function startsLower(text: string, at: number): boolean {
  return /^["'“‘«(\[]*\p{Ll}/u.test(text.slice(at, at + 4));
}
