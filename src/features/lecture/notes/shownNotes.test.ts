import { describe, expect, it } from "vitest";
import { sectionNearest, shownNotes } from "./shownNotes.ts";

const section = (heading: string, startMs: number) => ({
  heading,
  startMs,
  endMs: startMs + 1,
  points: [],
});

describe("what is shown as notes", () => {
  it("is not known before both answers are there", () => {
    expect(shownNotes(undefined, [])).toBeUndefined();
    expect(shownNotes(null, undefined)).toBeUndefined();
  });
  it("is the drafts in the lecture's order, whatever order they were written in", () => {
    const shown = shownNotes(null, [
      { windowIndex: 1, sections: [section("second", 10)] },
      { windowIndex: 0, sections: [section("first", 0)] },
    ]);
    expect(shown?.isFinal).toBe(false);
    expect(shown?.sections.map((each) => each.heading)).toEqual(["first", "second"]);
  });
  it("is the finished notes alone, once there are any", () => {
    const shown = shownNotes(
      { summary: "All.", sections: [section("final", 0)], keyTakeaways: [], definitions: [] },
      [{ windowIndex: 0, sections: [section("draft", 0)] }],
    );
    expect(shown).toMatchObject({ isFinal: true, summary: "All." });
    expect(shown?.sections.map((each) => each.heading)).toEqual(["final"]);
  });
});

describe("finding the reader's place again", () => {
  it.each([
    [[], 5, -1],
    [[0, 100, 200], 90, 1],
    [[0, 100, 200], 999, 2],
    [[50], 0, 0],
  ])("among starts %j, %i ms is section %i", (starts, timeMs, expected) => {
    expect(sectionNearest(starts, timeMs)).toBe(expected);
  });
});
