import { describe, expect, it } from "vitest";
import { segmenterLimits, shouldHandOver } from "./segmenter.ts";

describe("when a recording goes on in the next file", () => {
  it.each([
    [44_999, 5_000, false, "too young, whatever the pause"],
    [45_000, 299, false, "a breath is no pause"],
    [45_000, 300, true, "the first pause from 45 s on"],
    [60_000, 0, false, "somebody speaks"],
    [74_999, 0, false, "still speaking"],
    [75_000, 0, true, "long enough, even in the middle of a word"],
  ])("age %d ms, pause %d ms: %s (%s)", (ageMs, pauseMs, expected) => {
    expect(shouldHandOver(ageMs, pauseMs, segmenterLimits)).toBe(expected);
  });
});
