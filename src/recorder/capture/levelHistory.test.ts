import { describe, expect, it } from "vitest";
import { LevelHistory } from "./levelHistory.ts";

describe("the last seconds of loudness", () => {
  it("keeps the newest levels in order and forgets the rest", () => {
    const history = new LevelHistory();
    for (let i = 0; i < 1_000; i++) history.push(i / 1_000);
    expect(history.count).toBe(1_000);
    expect(history.latest).toBeCloseTo(0.999);
    expect(history.last(3).map((level) => Math.round(level * 1_000))).toEqual([997, 998, 999]);
    expect(history.last(5_000)).toHaveLength(240);
  });

  it("has nothing before the first level", () => {
    const history = new LevelHistory();
    expect(history.last(10)).toEqual([]);
    expect(history.latest).toBe(0);
  });
});
