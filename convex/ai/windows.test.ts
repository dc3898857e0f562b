// The windows in which notes are written while a lecture goes on.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Segment, TranscriptChunk } from "../../domain/transcript.ts";
import { nextWindow, planWindows, WINDOW_LENGTHS, type WindowPlan } from "./windows.ts";

const MINUTE = 60_000;

/** Speech from one minute to another: a sentence of six seconds after the other, in chunks of five minutes. */
function speech(fromMin: number, toMin: number, more: (index: number) => string = () => "") {
  const chunks: TranscriptChunk[] = [];
  let index = 0;
  for (let start = fromMin * MINUTE; start < toMin * MINUTE; start += 5 * MINUTE) {
    const end = Math.min(start + 5 * MINUTE, toMin * MINUTE);
    const segments: Segment[] = [];
    for (let at = start; at < end; at += 6000) {
      const text = `${more(index)}This is sentence number ${index} of the lecture.`;
      segments.push({ startMs: at, endMs: Math.min(at + 5800, end), text });
      index += 1;
    }
    chunks.push({ startMs: start, endMs: end, segments });
  }
  return chunks;
}

const minutes = (plan: WindowPlan | undefined) =>
  plan && [Math.round(plan.startMs / MINUTE), Math.round(plan.endMs / MINUTE)];

describe("a lecture that goes on", () => {
  it("waits for twelve minutes of speech before it decides where the first window ends", () => {
    expect(nextWindow({ chunks: speech(0, 10), fromMs: 0, final: false })).toBeUndefined();
    const plan = nextWindow({ chunks: speech(0, 15), fromMs: 0, final: false });
    expect(plan?.startMs).toBe(0);
    expect(plan?.endMs).toBeGreaterThan(8 * MINUTE);
    expect(plan?.endMs).toBeLessThanOrEqual(12 * MINUTE);
  });

  it("ends a window where the lecturer turns to something else", () => {
    const chunks = speech(0, 15, (index) => (index === 95 ? "Now let us turn to the flame. " : ""));
    expect(nextWindow({ chunks, fromMs: 0, final: false })?.segments.length).toBe(95);
  });

  it("ends a window at once when a break has followed", () => {
    const chunks = [...speech(0, 5), ...speech(20, 21)];
    expect(minutes(nextWindow({ chunks, fromMs: 0, final: false }))).toEqual([0, 5]);
  });
});

describe("a lecture that has ended", () => {
  it("is one window when it is short, however short", () => {
    for (const length of [0.05, 3, 14]) {
      const plans = planWindows({ chunks: speech(0, length), fromMs: 0, final: true });
      expect(plans.map(minutes)).toEqual([[0, Math.round(length)]]);
    }
  });

  it("has no window shorter than three minutes at its end", () => {
    for (let length = 15; length < 50; length += 0.7) {
      const plans = planWindows({ chunks: speech(0, length), fromMs: 0, final: true });
      const last = plans.at(-1);
      expect(last && last.endMs - last.startMs).toBeGreaterThanOrEqual(
        WINDOW_LENGTHS.shortestTailMs - 1000,
      );
    }
  });

  it("that was continued hours later has windows on both sides of the break", () => {
    const chunks = [...speech(0, 20), ...speech(200, 212)];
    const plans = planWindows({ chunks, fromMs: 0, final: true });
    expect(plans.some((plan) => plan.startMs < 20 * MINUTE && plan.endMs > 30 * MINUTE)).toBe(
      false,
    );
    expect(minutes(plans.at(-1))).toEqual([200, 212]);
  });

  it("without a word has no windows", () => {
    const silent = [{ startMs: 0, endMs: MINUTE, segments: [] }];
    expect(planWindows({ chunks: silent, fromMs: 0, final: true })).toEqual([]);
    expect(planWindows({ chunks: [], fromMs: 0, final: true })).toEqual([]);
  });

  it("takes a rest that was not written yet and joins a short tail to it", () => {
    const chunks = speech(0, 14);
    const early = nextWindow({ chunks: speech(0, 13), fromMs: 0, final: false });
    expect(early?.endMs).toBeLessThanOrEqual(12 * MINUTE);
    expect(minutes(nextWindow({ chunks, fromMs: 0, final: true }))).toEqual([0, 14]);
    const rest = nextWindow({ chunks, fromMs: early?.endMs ?? 0, final: true });
    expect(rest?.startMs).toBeGreaterThanOrEqual(early?.endMs ?? 0);
    expect(minutes(rest)?.[1]).toBe(14);
  });
});

describe("windows, however a transcript comes", () => {
  it("hold every segment once, in order, and are never empty", () => {
    const gap = fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constant(0), fc.constant(600_000));
    const one = fc.record({ gap, length: fc.integer({ min: 0, max: 40_000 }) });
    fc.assert(
      fc.property(fc.array(fc.array(one, { maxLength: 40 }), { maxLength: 25 }), (pieces) => {
        const chunks = asChunks(pieces);
        const plans = collectLive(chunks);
        const taken = plans.flatMap((plan) => plan.segments.map(({ text }) => text));
        const all = chunks.flatMap((chunk) => chunk.segments.map(({ text }) => text));
        expect(taken).toEqual(all);
        for (const plan of plans) {
          expect(plan.startMs).toBeLessThan(plan.endMs);
          expect(plan.segments.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("stay bounded when a file gives an hour of words the same time", () => {
    const segments = Array.from({ length: 3000 }, (_, index) => ({
      startMs: index * 3,
      endMs: index * 3 + 3,
      text: `Sentence ${index} of a file with odd times.`,
    }));
    const plans = planWindows({
      chunks: [{ startMs: 0, endMs: 9000, segments }],
      fromMs: 0,
      final: true,
    });
    expect(plans.length).toBeGreaterThan(4);
    expect(plans.flatMap((plan) => plan.segments).length).toBe(3000);
  });
});

function asChunks(pieces: { gap: number; length: number }[][]): TranscriptChunk[] {
  let clock = 0;
  let index = 0;
  return pieces.map((piece) => {
    const startMs = clock;
    const segments = piece.map(({ gap, length }) => {
      clock += gap;
      // A segment that takes no time shares its start with none.
      const segment = { startMs: clock, endMs: clock + length, text: `Sentence ${index} here.` };
      clock += Math.max(1, length);
      index += 1;
      return segment;
    });
    return { startMs, endMs: clock, segments };
  });
}

/** The windows as a pipeline finds them: planned again whenever a piece has come. */
function collectLive(chunks: TranscriptChunk[]): WindowPlan[] {
  const plans: WindowPlan[] = [];
  for (let count = 1; count <= chunks.length; count += 1) {
    for (;;) {
      const fromMs = plans.at(-1)?.endMs ?? 0;
      const final = count === chunks.length;
      const plan = nextWindow({ chunks: chunks.slice(0, count), fromMs, final });
      if (!plan) break;
      plans.push(plan);
    }
  }
  return plans;
}
