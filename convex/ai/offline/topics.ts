// Finds where a talk turns to something else: lexical cohesion between neighbouring blocks of
// sentences, after Hearst's TextTiling (1997), helped by pauses and by words that announce a turn.

import type { Unit } from "./terms.ts";

const BLOCK_WORDS = 160;
/** A section shorter than this is a remark, not a topic. */
const SHORTEST_SECTION_WORDS = 270;
/** A section longer than this is cut at its best place, however cohesive it is. */
const LONGEST_SECTION_WORDS = 1000;
const LONG_PAUSE_MS = 2000;

const TURNS =
  /^(?:(?:and |but |so |well,? )?(?:now|next|let us (?:now )?(?:turn|go|look|consider|take|see)|let's|turning to|another|secondly|thirdly|finally|in the (?:first|second|third|next) place|i (?:come|turn|pass|want|will|shall|propose|have) (?:now )?(?:to|next)|there is (?:another|one other)|we (?:come|turn|now)|coming (?:now )?to|the (?:next|second|third|other|last))\b|nun\b|jetzt\b|kommen wir\b|maintenant\b|passons\b|ahora\b|pasemos\b|теперь\b|次に|さて|接下来|那么)/iu;

/** True when a sentence announces something new ("Now let us turn to ..."). */
export function startsTurn(text: string): boolean {
  return TURNS.test(text);
}

/** Runs of units that belong together, in order; each unit is in exactly one. */
export function topicsOf(units: Unit[]): Unit[][] {
  const boundaries = chooseBoundaries(units);
  const topics: Unit[][] = [];
  let start = 0;
  for (const boundary of [...boundaries, units.length]) {
    if (boundary > start) topics.push(units.slice(start, boundary));
    start = boundary;
  }
  return topics;
}

type Gap = { before: number; depth: number };

function chooseBoundaries(units: Unit[]): number[] {
  const gaps = depthsOf(units);
  if (gaps.length === 0) return [];
  const mean = gaps.reduce((sum, gap) => sum + gap.depth, 0) / gaps.length;
  const deviation = Math.sqrt(
    gaps.reduce((sum, gap) => sum + (gap.depth - mean) ** 2, 0) / gaps.length,
  );
  const chosen: number[] = [];
  const wordsUpTo = runningWords(units);
  const fits = (at: number) =>
    [0, units.length, ...chosen].every(
      (other) => Math.abs((wordsUpTo[at] ?? 0) - (wordsUpTo[other] ?? 0)) >= SHORTEST_SECTION_WORDS,
    );
  const byDepth = [...gaps].sort((a, b) => b.depth - a.depth || a.before - b.before);
  for (const gap of byDepth) {
    if (gap.depth < mean + deviation * 0.75) break;
    if (fits(gap.before)) chosen.push(gap.before);
  }
  for (const gap of byDepth) {
    if (isInTooLong(gap.before, chosen, wordsUpTo, units.length) && fits(gap.before)) {
      chosen.push(gap.before);
    }
  }
  return chosen.sort((a, b) => a - b);
}

function isInTooLong(at: number, chosen: number[], wordsUpTo: number[], end: number): boolean {
  const start = Math.max(0, ...chosen.filter((boundary) => boundary <= at));
  const stop = Math.min(end, ...chosen.filter((boundary) => boundary > at));
  return (wordsUpTo[stop] ?? 0) - (wordsUpTo[start] ?? 0) > LONGEST_SECTION_WORDS;
}

function runningWords(units: Unit[]): number[] {
  const sums = [0];
  for (const unit of units) sums.push((sums.at(-1) ?? 0) + unit.words);
  return sums;
}

/** How deep the cohesion falls at each place between two units, pauses and turns included. */
function depthsOf(units: Unit[]): Gap[] {
  const cohesion: number[] = [];
  for (let before = 1; before < units.length; before += 1) {
    cohesion.push(similarity(blockBefore(units, before), blockAfter(units, before)));
  }
  const smooth = cohesion.map((value, index) => {
    const left = cohesion[index - 1] ?? value;
    const right = cohesion[index + 1] ?? value;
    return (left + 2 * value + right) / 4;
  });
  return smooth.map((value, index) => {
    const depth = climb(smooth, index, -1) + climb(smooth, index, 1) - 2 * value;
    const first = units[index + 1];
    const previous = units[index];
    const pause = first && previous ? first.startMs - previous.endMs : 0;
    const pauses = pause >= LONG_PAUSE_MS ? 0.06 : 0;
    const turns = first && startsTurn(first.text) ? 0.08 : 0;
    return { before: index + 1, depth: depth + pauses + turns };
  });
}

function climb(values: number[], from: number, step: -1 | 1): number {
  let peak = values[from] ?? 0;
  for (let at = from + step; at >= 0 && at < values.length; at += step) {
    const value = values[at] ?? 0;
    if (value < peak) break;
    peak = value;
  }
  return peak;
}

function blockBefore(units: Unit[], before: number): Map<string, number> {
  return block(units, before - 1, -1);
}

function blockAfter(units: Unit[], before: number): Map<string, number> {
  return block(units, before, 1);
}

function block(units: Unit[], from: number, step: -1 | 1): Map<string, number> {
  const counts = new Map<string, number>();
  let words = 0;
  for (let at = from; words < BLOCK_WORDS; at += step) {
    const unit = units[at];
    if (!unit) break;
    for (const { term } of unit.tokens) {
      if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    words += Math.max(1, unit.words);
  }
  return counts;
}

function similarity(a: Map<string, number>, b: Map<string, number>): number {
  let product = 0;
  for (const [term, count] of a) product += count * (b.get(term) ?? 0);
  const length = (counts: Map<string, number>) =>
    Math.sqrt([...counts.values()].reduce((sum, count) => sum + count * count, 0));
  const norm = length(a) * length(b);
  return norm === 0 ? 0 : product / norm;
}
