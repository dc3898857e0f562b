import { describe, expect, it } from "vitest";
import {
  firstUnknownIndex,
  inPlayingOrder,
  placeAfter,
  placeAt,
  trackEndMs,
  type Piece,
} from "./timeline.ts";

const piece = (index: number, startMs: number, durationMs: number, overlapMs = 0): Piece => ({
  index,
  startMs,
  durationMs,
  overlapMs,
  url: `/${index}`,
  mimeType: "audio/webm",
});

// Two recorded pieces that overlap by 300 ms, a lost third, and a second session an hour later.
const pieces = [piece(0, 0, 45_000), piece(1, 44_700, 45_000, 300), piece(3, 3_600_000, 20_000)];

describe("many pieces as one track", () => {
  it.each([
    ["the start", 0, 0, 0],
    ["inside the first", 10_000, 0, 10_000],
    ["the shared stretch belongs to the later piece", 44_800, 1, 100],
    ["inside the second", 60_000, 1, 15_300],
    ["in the gap: what comes next", 100_000, 3, 0],
    ["the last millisecond", 3_619_999, 3, 19_999],
  ])("%s", (_name, timeMs, index, offsetMs) => {
    expect(placeAt(pieces, timeMs)).toMatchObject({ piece: { index }, offsetMs });
  });

  it("has nothing after the end, and nothing in an empty track", () => {
    expect(placeAt(pieces, 3_620_000)).toBeUndefined();
    expect(placeAt([], 0)).toBeUndefined();
  });

  it("goes on after what two pieces share, so that no word is heard twice", () => {
    expect(placeAfter(pieces, pieces[0]!)).toMatchObject({ piece: { index: 1 }, offsetMs: 300 });
  });
  it("skips a gap", () => {
    expect(placeAfter(pieces, pieces[1]!)).toMatchObject({ piece: { index: 3 }, offsetMs: 0 });
  });
  it("ends after the last piece", () => {
    expect(placeAfter(pieces, pieces[2]!)).toBeUndefined();
  });
  it("ends where the last piece ends", () => {
    expect(trackEndMs(pieces)).toBe(3_620_000);
    expect(trackEndMs([])).toBe(0);
  });
});

describe("pieces as they come in", () => {
  it("are put in order, each once", () => {
    const mixed = [piece(1, 44_700, 45_000), piece(0, 0, 45_000), piece(1, 44_700, 44_000)];
    expect(inPlayingOrder(mixed).map((each) => [each.index, each.durationMs])).toEqual([
      [0, 45_000],
      [1, 44_000],
    ]);
  });
  it("are asked for from the first gap on", () => {
    expect(firstUnknownIndex(new Set())).toBe(0);
    expect(firstUnknownIndex(new Set([0, 1, 3]))).toBe(2);
    expect(firstUnknownIndex(new Set([0, 1, 2]))).toBe(3);
  });
});
