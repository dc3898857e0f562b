// Joins the transcripts of neighbouring pieces: what an overlap doubled is taken once, by time and
// text, and a sentence that a seam cut in two becomes one again. Words that were really said twice
// stay: without an overlap nothing is ever taken away.

import type { Segment, TranscriptChunk } from "../../domain/transcript.ts";
import { normalizeWord, wordsAt } from "../../domain/words.ts";
import { stopwordsOf } from "./offline/stopwords.ts";

/** How far a model's times may be off at the edge of a piece. */
const CLOCK_SLACK_MS = 2000;
/**
 * Recorders overlap their pieces by a fraction of a second, in which a word or two fit; a file that
 * was cut with a margin overlaps by seconds.
 */
const SHORT_OVERLAP_MS = 1500;
/** The same word heard twice starts at the same moment, but for the models' roundings. */
const SAME_WORD_MS = 350;
const WORDS_A_SECOND = 4;
/** A sentence goes on over a seam only when the voice does. */
const SAME_BREATH_MS = 1500;
const SENTENCE_END = /[.!?…。！？؟۔।॥]["'”’»)\]」』]*$/u;

/**
 * The segments of neighbouring pieces as one transcript: in order, without overlaps, seams joined.
 *
 * @param chunks in order; `overlapMs` says how much of a piece's beginning the one before holds too
 */
export function stitchChunks(chunks: TranscriptChunk[]): Segment[] {
  let joined: Segment[] = [];
  let previous: TranscriptChunk | undefined;
  for (const chunk of chunks) {
    const segments = spokenInOrder(chunk);
    if (previous && segments.length > 0) {
      const seam = joinSeam(joined, segments, chunk, previous);
      joined = [...seam.before, ...seam.after];
    } else joined.push(...segments);
    previous = chunk;
  }
  return withoutOverlaps(joined);
}

function spokenInOrder(chunk: TranscriptChunk): Segment[] {
  return chunk.segments
    .filter((segment) => segment.text.trim() !== "")
    .sort((a, b) => a.startMs - b.startMs);
}

type Seam = { before: Segment[]; after: Segment[] };

function joinSeam(
  before: Segment[],
  after: Segment[],
  chunk: TranscriptChunk,
  previous: TranscriptChunk,
): Seam {
  const overlapMs = Math.min(chunk.overlapMs ?? 0, Math.max(0, previous.endMs - chunk.startMs));
  if (overlapMs === 0) return joinSentence({ before, after });
  return joinSentence(
    overlapMs < SHORT_OVERLAP_MS
      ? withoutDoubledWords(before, after, overlapMs)
      : takeOnce(before, after, chunk.startMs, overlapMs),
  );
}

/** A word in the overlap, its segment, and where it stands there. */
type PlacedWord = {
  text: string;
  segment: number;
  at: number;
  end: number;
  ms: number;
  /** False when `ms` is reckoned from the segment's time. */
  timed: boolean;
};

/**
 * The word or two that a short overlap doubled. "Very, very" over a seam looks the same in text, so
 * the words' own times decide; without them only what runs on without a full stop counts as doubled.
 */
function withoutDoubledWords(before: Segment[], after: Segment[], overlapMs: number): Seam {
  const left = placedWords(before.slice(-3));
  const right = placedWords(after);
  const ended = SENTENCE_END.test(before.at(-1)?.text ?? "");
  for (let count = 1 + Math.floor((overlapMs * WORDS_A_SECOND) / 1000); count > 0; count -= 1) {
    const tail = left.slice(-count);
    const last = right[count - 1];
    const doubled = tail.every((word, index) => {
      const other = right[index];
      if (!other || other.text !== word.text) return false;
      return word.timed && other.timed ? Math.abs(word.ms - other.ms) <= SAME_WORD_MS : !ended;
    });
    if (doubled && last && tail.length === count) return { before, after: keepAfter(after, last) };
  }
  return { before, after };
}

/**
 * Cuts both sides at the place where they say the same. The models heard the same sound, so the
 * longest run of equal words at about equal times is that place; where there is none (a sound that
 * each heard differently), the middle of the overlap decides.
 */
function takeOnce(before: Segment[], after: Segment[], startMs: number, overlapMs: number): Seam {
  const until = startMs + overlapMs + CLOCK_SLACK_MS;
  const left = placedWords(before).filter((word) => word.ms >= startMs - CLOCK_SLACK_MS);
  const right = placedWords(after).filter((word) => word.ms <= until);
  const run = longestCommonRun(left, right);
  if (!run) return cutAtTime(before, after, { startMs, endMs: startMs + overlapMs });
  const lastLeft = left[run.left + run.length - 1];
  const lastRight = right[run.right + run.length - 1];
  if (!lastLeft || !lastRight) return { before, after };
  return { before: keepUpTo(before, lastLeft), after: keepAfter(after, lastRight) };
}

function placedWords(segments: Segment[]): PlacedWord[] {
  return segments.flatMap((segment, index) => {
    const words = wordsAt(segment.text);
    // The model's own word times where they match the text, else a share by characters.
    const timed = segment.words?.length === words.length ? segment.words : undefined;
    const perCharacter = (segment.endMs - segment.startMs) / Math.max(1, segment.text.length);
    return words.map((word, position) => ({
      text: normalizeWord(word.text),
      segment: index,
      at: word.at,
      end: word.at + word.text.length,
      ms: timed?.[position]?.startMs ?? segment.startMs + word.at * perCharacter,
      timed: timed !== undefined,
    }));
  });
}

type Run = { left: number; right: number; length: number };

function longestCommonRun(left: PlacedWord[], right: PlacedWord[]): Run | undefined {
  let best: Run | undefined;
  let lengths = new Map<number, number>();
  for (let l = 0; l < left.length; l += 1) {
    const next = new Map<number, number>();
    for (let r = 0; r < right.length; r += 1) {
      const a = left[l];
      const b = right[r];
      if (!a || !b || a.text !== b.text || Math.abs(a.ms - b.ms) > 2 * CLOCK_SLACK_MS) continue;
      const length = (lengths.get(r - 1) ?? 0) + 1;
      next.set(r, length);
      if (length > (best?.length ?? 0))
        best = { left: l - length + 1, right: r - length + 1, length };
    }
    lengths = next;
  }
  if (!best) return undefined;
  // One short word in common proves nothing.
  return best.length > 1 || (left[best.left]?.text.length ?? 0) > 5 ? best : undefined;
}

/** Where only one of the two heard anything in the overlap, there is nothing to cut. */
function cutAtTime(
  before: Segment[],
  after: Segment[],
  overlap: { startMs: number; endMs: number },
): Seam {
  const left = placedWords(before);
  const right = placedWords(after);
  const bothHeard =
    left.some((word) => word.ms >= overlap.startMs) &&
    right.some((word) => word.ms < overlap.endMs);
  if (!bothHeard) return { before, after };
  const middleMs = (overlap.startMs + overlap.endMs) / 2;
  const lastKept = left.findLast((word) => word.ms < middleMs);
  const lastDropped = right.findLast((word) => word.ms < middleMs);
  return {
    before: lastKept ? keepUpTo(before, lastKept) : before.filter((s) => s.startMs < middleMs),
    after: lastDropped ? keepAfter(after, lastDropped) : after,
  };
}

function keepUpTo(segments: Segment[], word: PlacedWord): Segment[] {
  const last = segments[word.segment];
  if (!last) return segments;
  const kept = segments.slice(0, word.segment);
  // Punctuation belongs to the word before it.
  const tail = /^[^\p{L}\p{N}\s]*/u.exec(last.text.slice(word.end))?.[0] ?? "";
  return [...kept, part(last, 0, word.end + tail.length)];
}

function keepAfter(segments: Segment[], word: PlacedWord): Segment[] {
  const first = segments[word.segment];
  if (!first) return segments;
  const rest = first.text.slice(word.end);
  const mark = /^[^\p{L}\p{N}\s]*\s*/u.exec(rest)?.[0] ?? "";
  const kept = segments.slice(word.segment + 1);
  const from = word.end + mark.length;
  return from < first.text.length ? [part(first, from, first.text.length), ...kept] : kept;
}

function part(segment: Segment, from: number, to: number): Segment {
  if (from === 0 && to >= segment.text.length) return segment;
  const at = (position: number) =>
    Math.round(
      segment.startMs + ((segment.endMs - segment.startMs) * position) / segment.text.length,
    );
  const startMs = at(from);
  const endMs = at(to);
  const words = segment.words?.filter((word) => {
    const middle = (word.startMs + word.endMs) / 2;
    return middle >= startMs && middle <= endMs;
  });
  return {
    startMs,
    endMs,
    text: segment.text.slice(from, to).trim(),
    ...(words && words.length > 0 ? { words } : {}),
  };
}

/**
 * A model ends every piece with a full stop and starts the next with a capital, also in the middle
 * of a sentence. Where the next piece goes on in lower case the full stop was none; where the last
 * piece has no full stop, a capital on a plain English word was none.
 */
function joinSentence({ before, after }: Seam): Seam {
  const last = before.at(-1);
  const first = after[0];
  if (!last || !first || first.startMs - last.endMs > SAME_BREATH_MS) return { before, after };
  const ended = SENTENCE_END.test(last.text);
  if (ended && /(?:\.|…)$/u.test(last.text) && /^\p{Ll}/u.test(first.text)) {
    const open = { ...last, text: last.text.replace(/[.…]+$/u, "") };
    return { before: [...before.slice(0, -1), open], after };
  }
  if (!ended && startsWithGrammarWord(first.text)) {
    const lower = first.text.slice(0, 1).toLowerCase() + first.text.slice(1);
    return { before, after: [{ ...first, text: lower }, ...after.slice(1)] };
  }
  return { before, after };
}

function startsWithGrammarWord(text: string): boolean {
  const word = /^\p{Lu}\p{Ll}*(?=\s)/u.exec(text)?.[0];
  if (word === undefined || word === "I") return false;
  return stopwordsOf("en")?.has(word.toLowerCase()) === true;
}

function withoutOverlaps(segments: Segment[]): Segment[] {
  const ordered = [...segments].sort((a, b) => a.startMs - b.startMs);
  return ordered.map((segment, index) => {
    const next = ordered[index + 1];
    const limit = next ? Math.max(next.startMs, segment.startMs) : segment.endMs;
    const endMs = Math.max(segment.startMs, Math.min(segment.endMs, limit));
    return endMs === segment.endMs ? segment : { ...segment, endMs };
  });
}
