import { describe, expect, it } from "vitest";
import { nextRate } from "./rates.ts";

describe("the next speed", () => {
  it.each([
    [1, 1, 1.25],
    [1, -1, 0.75],
    [0.75, -1, 0.75],
    [2.5, 1, 2.5],
    [1.1, 1, 1.25],
    [1.1, -1, 1],
  ] as const)("from %d in direction %d is %d", (rate, direction, expected) => {
    expect(nextRate(rate, direction)).toBe(expected);
  });
});
