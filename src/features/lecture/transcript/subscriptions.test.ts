import { describe, expect, it } from "vitest";
import { estimateChunkIndex, rangesToSubscribe } from "./subscriptions.ts";

describe("what a page subscribes to", () => {
  it("is each chunk by itself while the transcript grows", () => {
    expect(rangesToSubscribe([4, 3, 3], true)).toEqual([
      { fromIndex: 3, toIndex: 4 },
      { fromIndex: 4, toIndex: 5 },
    ]);
  });
  it("is whole aligned ranges afterwards", () => {
    expect(rangesToSubscribe([15, 16, 17, 47], false)).toEqual([
      { fromIndex: 0, toIndex: 16 },
      { fromIndex: 16, toIndex: 32 },
      { fromIndex: 32, toIndex: 48 },
    ]);
  });
  it("is nothing when nothing is near", () => {
    expect(rangesToSubscribe([], false)).toEqual([]);
  });
});

describe("finding a moment among 1,000 chunks of which few are known", () => {
  const hourMs = 3_600_000;
  it.each([
    ["nothing known: by proportion", 6 * hourMs, [], 500],
    ["the start", 0, [], 0],
    ["the end stays inside", 12 * hourMs, [], 999],
    ["a known chunk itself", 40_000, [{ index: 1, startMs: 40_000 }], 1],
    [
      "between two known ones",
      45_000,
      [
        { index: 1, startMs: 40_000 },
        { index: 2, startMs: 90_000 },
      ],
      1,
    ],
  ])("%s", (_name, timeMs, known, expected) => {
    expect(estimateChunkIndex(timeMs, known, 1_000, 12 * hourMs)).toBe(expected);
  });
});
