// Cuts a transcript, while it grows, into the windows that are written into notes one by one: about
// 8 to 12 minutes of speech each, ending where the lecturer pauses or turns to something else.

import type { Segment, TranscriptChunk } from "../../domain/transcript.ts";
import { countWords } from "../../domain/words.ts";
import { startsTurn } from "./offline/topics.ts";
import { stitchChunks } from "./stitching.ts";

/** Lengths of speech; longer pauses than a breath between sentences don't count. */
export type WindowLengths = {
  /** A window is at least this long, but for the last and those before a long break. */
  shortestMs: number;
  longestMs: number;
  /** A rest shorter than this joins the window before it. */
  shortestTailMs: number;
};

export const WINDOW_LENGTHS: WindowLengths = {
  shortestMs: 8 * 60_000,
  longestMs: 12 * 60_000,
  shortestTailMs: 3 * 60_000,
};

export type WindowPlan = { startMs: number; endMs: number; segments: Segment[] };

export type WindowInput = {
  /**
   * In order, none missing that may still come: every piece that ends after `fromMs`, and the one
   * before it, since the seam between them may have to be joined.
   */
  chunks: TranscriptChunk[];
  /** Where the last window ended whose writing has begun; 0 before the first. */
  fromMs: number;
  /** True when nothing more will come. */
  final: boolean;
  lengths?: WindowLengths;
};

/** A pause this long is no part of the speech, only its first seconds are. */
const COUNTED_PAUSE_MS = 10_000;
/** A break this long (a recess, a lecture continued hours later) ends a window where it can. */
const BREAK_MS = 90_000;
/** How far before an overlap a later piece may still change what was heard. */
const SEAM_MS = 4000;
/** What a window may hold however fast it was spoken, so that files with odd times stay bounded. */
const MOST_WORDS = 4000;

/** The next window, or undefined: more has to come first, or (when `final`) nothing is left. */
export function nextWindow(input: WindowInput): WindowPlan | undefined {
  const segments = settledSegments(input);
  return planOf(segments, chooseEnd(segments, input.final, input.lengths ?? WINDOW_LENGTHS));
}

/** Every window that can be written now, in order. */
export function planWindows(input: WindowInput): WindowPlan[] {
  const lengths = input.lengths ?? WINDOW_LENGTHS;
  let rest = settledSegments(input);
  const plans: WindowPlan[] = [];
  for (;;) {
    const count = chooseEnd(rest, input.final, lengths);
    const plan = planOf(rest, count);
    if (!plan || count === undefined) return plans;
    plans.push(plan);
    rest = rest.slice(count);
  }
}

/** What is not written yet and will not change when the next piece is joined to it. */
function settledSegments({ chunks, fromMs, final }: WindowInput): Segment[] {
  const segments = stitchChunks(chunks).filter((segment) => segment.startMs >= fromMs);
  const overlapMs = Math.max(0, ...chunks.map((chunk) => chunk.overlapMs ?? 0));
  if (final || overlapMs === 0) return segments;
  const settledUntil = (chunks.at(-1)?.endMs ?? 0) - overlapMs - SEAM_MS;
  return segments.filter((segment) => segment.endMs <= settledUntil);
}

function planOf(segments: Segment[], count: number | undefined): WindowPlan | undefined {
  if (count === undefined) return undefined;
  const own = segments.slice(0, count);
  const first = own[0];
  const last = own.at(-1);
  if (!first || !last) return undefined;
  return { startMs: first.startMs, endMs: endOf(last), segments: own };
}

/** A segment without length still takes a moment, so that no window is empty or read twice. */
function endOf(segment: Segment): number {
  return Math.max(segment.endMs, segment.startMs + 1);
}

/** How many of the segments the next window takes. */
function chooseEnd(
  segments: Segment[],
  final: boolean,
  lengths: WindowLengths,
): number | undefined {
  if (segments.length === 0) return undefined;
  const speech = speechUpTo(segments, lengths);
  const total = speech.at(-1)?.ms ?? 0;
  const words = speech.at(-1)?.words ?? 0;
  const isShort = total <= lengths.longestMs + lengths.shortestTailMs && words <= MOST_WORDS;
  const beforeBreak = endBeforeBreak(segments, speech, { final, lengths });
  if (beforeBreak !== undefined) return beforeBreak;
  if (final && isShort) return segments.length;
  if (!final && total < lengths.longestMs && words < MOST_WORDS) return undefined;
  return bestEnd(segments, speech, { final, lengths });
}

type Speech = { ms: number; words: number };

/** Speech so far after each segment, as far as it can matter for where the next window ends. */
function speechUpTo(segments: Segment[], lengths: WindowLengths): Speech[] {
  const speech: Speech[] = [];
  let ms = 0;
  let words = 0;
  for (const [index, segment] of segments.entries()) {
    const previous = segments[index - 1];
    const pause = previous ? Math.max(0, segment.startMs - previous.endMs) : 0;
    ms += Math.min(pause, COUNTED_PAUSE_MS) + (segment.endMs - segment.startMs);
    words += countWords(segment.text);
    speech.push({ ms, words });
    if (ms > lengths.longestMs + lengths.shortestTailMs && ms > 2 * lengths.longestMs) break;
    if (words > 2 * MOST_WORDS) break;
  }
  return speech;
}

/** The first long break with enough speech before it, within one window's length. */
function endBeforeBreak(
  segments: Segment[],
  speech: Speech[],
  { final, lengths }: { final: boolean; lengths: WindowLengths },
): number | undefined {
  const total = speech.at(-1)?.ms ?? 0;
  for (let count = 1; count < Math.min(segments.length, speech.length); count += 1) {
    const spoken = speech[count - 1]?.ms ?? 0;
    if (spoken > lengths.longestMs) return undefined;
    if (final && total - spoken < lengths.shortestTailMs) return undefined;
    if (spoken >= lengths.shortestTailMs && pauseAt(segments, count) >= BREAK_MS) return count;
  }
  return undefined;
}

function pauseAt(segments: Segment[], count: number): number {
  const before = segments[count - 1];
  const after = segments[count];
  return before && after ? after.startMs - before.endMs : 0;
}

function bestEnd(
  segments: Segment[],
  speech: Speech[],
  { final, lengths }: { final: boolean; lengths: WindowLengths },
): number {
  const total = speech.at(-1)?.ms ?? 0;
  const latest = final
    ? Math.min(lengths.longestMs, total - lengths.shortestTailMs)
    : lengths.longestMs;
  let best: { count: number; score: number } | undefined;
  for (let count = 1; count < Math.min(segments.length, speech.length); count += 1) {
    const { ms = 0, words = 0 } = speech[count - 1] ?? {};
    if (ms > latest || words > MOST_WORDS) break;
    const before = segments[count - 1];
    const after = segments[count];
    if (!before || !after || after.startMs < endOf(before)) continue;
    const early = Math.max(0, lengths.shortestMs - ms) / lengths.shortestMs;
    const score = scoreOfEnd(before, after) - early * 6;
    if (!best || score >= best.score) best = { count, score };
  }
  // Nothing fits (one endless segment, or all at the same moment): the first place that can be.
  return best?.count ?? firstPossibleEnd(segments);
}

function scoreOfEnd(before: Segment, after: Segment): number {
  const pause = Math.min(1, Math.max(0, after.startMs - before.endMs) / 3000);
  const ended = /[.!?…。！？؟۔।॥]["'”’»)\]」』]*$/u.test(before.text.trim());
  const turns = startsTurn(after.text);
  return (ended ? 2 : 0) + pause * 1.5 + (turns ? 1.2 : 0);
}

function firstPossibleEnd(segments: Segment[]): number {
  for (let count = 1; count < segments.length; count += 1) {
    const before = segments[count - 1];
    const after = segments[count];
    if (before && after && after.startMs >= endOf(before)) return count;
  }
  return segments.length;
}
