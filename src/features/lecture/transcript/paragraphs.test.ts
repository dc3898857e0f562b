import { describe, expect, it } from "vitest";
import { groupParagraphs, segmentAt } from "./paragraphs.ts";

const segment = (startMs: number, endMs: number, text = "Words.") => ({ startMs, endMs, text });

describe("paragraphs of a transcript", () => {
  it("begin after a pause", () => {
    const grouped = groupParagraphs([
      segment(0, 1_000),
      segment(1_200, 2_000),
      segment(4_000, 5_000),
    ]);
    expect(grouped.map((paragraph) => paragraph.segments.map((each) => each.segmentIndex))).toEqual(
      [[0, 1], [2]],
    );
    expect(grouped.map((paragraph) => paragraph.startMs)).toEqual([0, 4_000]);
  });
  it("end at a sentence when they have grown long", () => {
    const long = "word ".repeat(90).trim();
    const grouped = groupParagraphs([
      segment(0, 1_000, long),
      segment(1_000, 2_000, "and its end."),
      segment(2_000, 3_000, "Another thought."),
    ]);
    expect(grouped.map((paragraph) => paragraph.segments.length)).toEqual([2, 1]);
  });
  it("end somewhere when no sentence ever does", () => {
    const grouped = groupParagraphs(
      Array.from({ length: 100 }, (_, index) => segment(index, index + 1, "word ".repeat(20))),
    );
    expect(grouped.length).toBeGreaterThan(10);
    expect(grouped.flatMap((paragraph) => paragraph.segments)).toHaveLength(100);
  });
  it("are none when nothing was said", () => {
    expect(groupParagraphs([])).toEqual([]);
  });
});

describe("the segment that is being said", () => {
  const segments = [segment(1_000, 2_000), segment(2_500, 3_000)];
  it.each([
    [0, -1],
    [1_000, 0],
    [2_200, 0],
    [2_500, 1],
    [9_000, 1],
  ])("at %i ms is number %i", (timeMs, expected) => {
    expect(segmentAt(segments, timeMs)).toBe(expected);
  });
});
