// Finds sentences in speech that came without punctuation, as automatic captions do: by pauses
// where there are any, by the words that sentences begin with, and never behind a word that can't
// end one.

import type { Segment, Sentence } from "./transcript.ts";
import { countWords, normalizeWord } from "./words.ts";

/** A sentence's length in words: none is shorter or longer, and most are about as long as `likely`. */
const LENGTH = { shortest: 6, likely: 16, longest: 32 };
/** A pause that ends a thought for certain. */
const THOUGHT_PAUSE_MS = 700;
/** What such a pause counts beside the words around it. */
const PAUSE_SCORE = 4;
const ENDS_BADLY_SCORE = -4;

type TimedWord = { text: string; startMs: number; endMs: number };

// Words after which an English sentence goes on.
const GOES_ON = new Set(
  (
    "a an the of to in on at by for from with without into upon through over under between among about against " +
    "and or but nor so than as that which who whom whose what when where while because if though although unless " +
    "my your his her its our their this these those each every any some no such very more most less much many few " +
    "is are was were am be been being has have had do does did can could will would shall should may might must " +
    "not never always also only even just still both either neither i we he she they it's we're i'm you're new great"
  ).split(" "),
);
// Words and pairs of words that English sentences begin with.
const BEGINS: Record<string, number> = scores({
  2: "but however therefore nevertheless meanwhile finally moreover furthermore secondly thirdly okay alright well now",
  1.4: "so yet then because if when while although let what why how here",
  0.9: "we i they he she it this these those there you first second third",
  0.4: "our my the in",
});
const PAIRS: Record<string, number> = scores({
  2: "let us,let me,there is,there are,there was,there were,this is,this was,these are,it is,it was,that is,and so,and then,and now,so now,so we,so the,so this,so if,in fact,of course,for example,on the",
  1.6: "we are,we have,we will,we can,we must,we shall,we need,we know,we see,i am,i have,i will,i think,i want,i believe,i urge,you can,you have,you see,they are,they have,he was,she was,and we,and i,and they,and it,and this,and the,and there,and if,and when,and in,in the,in this,in addition,if we,if you,if the,when we,when you,when the,our first,the first,the second,the third,the next,the last,the reason,the problem,the question,the point",
});

function scores(lists: Record<string, string>): Record<string, number> {
  const made: Record<string, number> = {};
  for (const [score, list] of Object.entries(lists)) {
    for (const item of list.split(list.includes(",") ? "," : " ")) made[item] = Number(score);
  }
  return made;
}

/**
 * Sentences of speech without punctuation.
 *
 * @param segments with spaces between words; scripts without spaces come with punctuation
 */
export function sentencesByWords(segments: Segment[]): Sentence[] {
  const words = segments.flatMap(wordsWithTimes);
  const sentences: Sentence[] = [];
  let start = 0;
  while (start < words.length) {
    const end = bestEnd(words, start);
    const own = words.slice(start, end);
    const [first, last] = [own[0], own.at(-1)];
    if (first && last) {
      const text = own.map((word) => word.text).join(" ");
      sentences.push({ startMs: first.startMs, endMs: last.endMs, text });
    }
    start = end;
  }
  return sentences;
}

function bestEnd(words: TimedWord[], start: number): number {
  const limit = Math.min(words.length, start + LENGTH.longest);
  // The rest is one sentence, if it is no longer than one.
  let best = { end: limit, score: limit === words.length ? 0 : Number.NEGATIVE_INFINITY };
  for (let end = start + 1; end < limit; end += 1) {
    const before = words[end - 1];
    const after = words[end];
    if (!before || !after) break;
    const pause = after.startMs - before.endMs;
    if (pause >= THOUGHT_PAUSE_MS) return end;
    if (end - start < LENGTH.shortest) continue;
    const score = scoreOf(before, after, words[end + 1], pause) - lengthPenalty(end - start);
    if (score > best.score) best = { end, score };
  }
  return best.end;
}

function scoreOf(
  before: TimedWord,
  after: TimedWord,
  next: TimedWord | undefined,
  pauseMs: number,
): number {
  const word = normalizeWord(after.text);
  const pair = `${word} ${normalizeWord(next?.text ?? "")}`;
  const begins = Math.max(BEGINS[word] ?? 0, PAIRS[pair] ?? 0);
  const pause = (Math.max(0, pauseMs) / THOUGHT_PAUSE_MS) * PAUSE_SCORE;
  const goesOn = GOES_ON.has(normalizeWord(before.text)) ? ENDS_BADLY_SCORE : 0;
  return begins + pause + goesOn;
}

function lengthPenalty(words: number): number {
  return Math.abs(words - LENGTH.likely) / LENGTH.likely;
}

function wordsWithTimes(segment: Segment): TimedWord[] {
  const texts = segment.text.split(/\s+/u).filter(Boolean);
  if (segment.words?.length === texts.length) return segment.words;
  const weights = texts.map((text) => Math.max(1, countWords(text)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const durationMs = segment.endMs - segment.startMs;
  let passed = 0;
  return texts.map((text, index) => {
    const startMs = Math.round(segment.startMs + (durationMs * passed) / total);
    passed += weights[index] ?? 1;
    return { text, startMs, endMs: Math.round(segment.startMs + (durationMs * passed) / total) };
  });
}
