// Takes out what speech models make up: words over silence, loops, credits of subtitles they were
// trained on. Statistics of the model come first, repetition second, known phrases last, because
// every list of phrases has holes; and nothing is taken out that may well have been said.

import type { Segment } from "../../domain/transcript.ts";
import { normalizeWord, wordsAt, wordsOf } from "../../domain/words.ts";
import { isClosingPhrase, isSubtitleCredit } from "./hallucinatedPhrases.ts";
import type { DroppedText } from "./types.ts";

/** A segment with what the model says about its own certainty, where it says anything. */
export type JudgedSegment = Segment & {
  noSpeechProbability?: number;
  averageLogProbability?: number;
  compressionRatio?: number;
};

export type Cleaned = { segments: Segment[]; dropped: DroppedText[] };

// Whisper's own thresholds (its decoder discards by the same two, and retries by the third).
const NO_SPEECH = 0.6;
const UNSURE_LOG_PROBABILITY = -1;
const REPETITIVE_COMPRESSION = 2.4;
/** Below these a phrase that is often made up counts as said. */
const DOUBTFUL = { noSpeech: 0.3, logProbability: -0.6 };
/** A piece this long that holds nothing but a closing phrase was silent. */
const ALONE_IN_MS = 8000;
/** A segment that repeats this often in a row is a loop; people repeat themselves less. */
const SEGMENT_LOOP = 4;

/**
 * Removes made-up text from one piece's segments and says what was removed and why.
 *
 * @param options.durationMs the length of the piece
 * @param options.prompt the text that the model was given to continue; over silence it echoes that
 */
export function withoutHallucinations(
  segments: JudgedSegment[],
  options: { durationMs: number; prompt?: string },
): Cleaned {
  const dropped: DroppedText[] = [];
  const drop = (text: string, reason: string) => void dropped.push({ text, reason });

  const heard = segments.filter((segment) => {
    if (!isSilenceByStatistics(segment)) return true;
    drop(segment.text, "no speech, by the model's own statistics");
    return false;
  });
  const unlooped = withoutSegmentLoops(heard, drop).flatMap((segment) => {
    const collapsed = collapseRepeats(segment.text);
    if (collapsed.removed === "") return [segment];
    drop(collapsed.removed, "the same words over and over");
    // What is left of a loop that the model itself was unsure of is no better than the loop.
    if (isRepetitive(segment) && isUnsure(segment)) {
      drop(collapsed.text, "a loop, and the model was unsure");
      return [];
    }
    return [withText(segment, collapsed.text)];
  });
  const spoken = unlooped.filter((segment, index) => {
    const reason = phraseReason(segment, {
      alone: unlooped.length === 1,
      atEnd: index === unlooped.length - 1,
      ...options,
    });
    if (reason) drop(segment.text, reason);
    return reason === undefined;
  });
  return { segments: spoken.map(withoutStatistics), dropped };
}

function isSilenceByStatistics(segment: JudgedSegment): boolean {
  return (segment.noSpeechProbability ?? 0) > NO_SPEECH && isUnsure(segment);
}

function isUnsure(segment: JudgedSegment): boolean {
  return (segment.averageLogProbability ?? 0) < UNSURE_LOG_PROBABILITY;
}

function isRepetitive(segment: JudgedSegment): boolean {
  return (segment.compressionRatio ?? 0) > REPETITIVE_COMPRESSION;
}

function withoutSegmentLoops(
  segments: JudgedSegment[],
  drop: (text: string, reason: string) => void,
): JudgedSegment[] {
  const kept: JudgedSegment[] = [];
  for (let start = 0; start < segments.length;) {
    const first = segments[start];
    if (!first) break;
    let end = start + 1;
    while (end < segments.length && sameWords(first.text, segments[end]?.text ?? "")) end += 1;
    const run = segments.slice(start, end);
    if (run.length >= SEGMENT_LOOP) {
      kept.push(first);
      drop(
        run
          .slice(1)
          .map((s) => s.text)
          .join(" "),
        `the same sentence ${run.length} times in a row`,
      );
    } else {
      kept.push(...run);
    }
    start = end;
  }
  return kept;
}

function sameWords(a: string, b: string): boolean {
  const words = (text: string) => wordsOf(text).map(normalizeWord).join(" ");
  const first = words(a);
  return first !== "" && first === words(b);
}

/**
 * One copy of every phrase that a text repeats in a row more often than people do: a single word
 * from eight times on ("no, no, no, no" is speech), two or three words from five, more from three.
 */
export function collapseRepeats(text: string): { text: string; removed: string } {
  const words = wordsAt(text);
  const normal = words.map((word) => normalizeWord(word.text));
  const cuts: { from: number; to: number }[] = [];
  for (let at = 0; at < words.length;) {
    const run = longestRun(normal, at);
    if (run === undefined) {
      at += 1;
      continue;
    }
    const from = words[at + run.length];
    const lastIndex = at + run.length * run.count;
    if (from) cuts.push({ from: from.at, to: words[lastIndex]?.at ?? text.length });
    at = lastIndex;
  }
  if (cuts.length === 0) return { text, removed: "" };
  let kept = "";
  let removed = "";
  let position = 0;
  for (const cut of cuts) {
    kept += text.slice(position, cut.from);
    removed += text.slice(cut.from, cut.to);
    position = cut.to;
  }
  kept += text.slice(position);
  return { text: kept.trim(), removed: removed.trim() };
}

function longestRun(words: string[], at: number): { length: number; count: number } | undefined {
  const longestPhrase = Math.min(24, Math.floor((words.length - at) / 3));
  for (let length = 1; length <= longestPhrase; length += 1) {
    let count = 1;
    while (repeatsAt(words, at, length, at + count * length)) count += 1;
    const needed = length === 1 ? 8 : length <= 3 ? 5 : 3;
    if (count >= needed) return { length, count };
  }
  return undefined;
}

function repeatsAt(words: string[], from: number, length: number, at: number): boolean {
  if (at + length > words.length) return false;
  for (let index = 0; index < length; index += 1) {
    if (words[from + index] !== words[at + index]) return false;
  }
  return true;
}

type Surroundings = { alone: boolean; atEnd: boolean; durationMs: number; prompt?: string };

function phraseReason(segment: JudgedSegment, around: Surroundings): string | undefined {
  if (isSubtitleCredit(segment.text)) return "credits of subtitles, which nobody speaks";
  const { noSpeechProbability: noSpeech, averageLogProbability: logProbability } = segment;
  const judged = noSpeech !== undefined || logProbability !== undefined;
  const doubtful =
    (noSpeech ?? 0) > DOUBTFUL.noSpeech || (logProbability ?? 0) < DOUBTFUL.logProbability;
  const aloneInSilence = around.alone && around.durationMs >= ALONE_IN_MS;
  if (isClosingPhrase(segment.text) && (doubtful || (!judged && aloneInSilence))) {
    return "a phrase that models put over silence";
  }
  if (aloneInSilence && (doubtful || !judged) && echoes(segment.text, around.prompt)) {
    return "an echo of the text before, over silence";
  }
  return undefined;
}

function echoes(text: string, prompt: string | undefined): boolean {
  if (!prompt) return false;
  const words = wordsOf(text).map(normalizeWord);
  const before = ` ${wordsOf(prompt).map(normalizeWord).join(" ")} `;
  return words.length >= 4 && before.includes(` ${words.join(" ")} `);
}

function withText(segment: JudgedSegment, text: string): JudgedSegment {
  // The words' times belong to the longer text; a consumer must not see them beside the shorter.
  const { words: _words, ...rest } = segment;
  return { ...rest, text };
}

function withoutStatistics(segment: JudgedSegment): Segment {
  return {
    startMs: segment.startMs,
    endMs: segment.endMs,
    text: segment.text,
    ...(segment.words ? { words: segment.words } : {}),
  };
}
