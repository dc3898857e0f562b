import { describe, expect, it } from "vitest";
import { nearestPause, type Loudness } from "./pauses.ts";

/** Twenty seconds of speech, one level every 20 ms, with pauses at the given places. */
function speechWithPauses(...pauses: [fromMs: number, toMs: number][]): Loudness[] {
  return Array.from({ length: 1_000 }, (_, i) => {
    const atMs = i * 20;
    const isPause = pauses.some(([from, to]) => atMs >= from && atMs < to);
    return { atMs, rms: isPause ? 0.001 : 0.1 + 0.05 * Math.sin(i) };
  });
}

describe("moving a cut into a pause", () => {
  it("takes the nearest one that is long enough, and stays inside of it", () => {
    const levels = speechWithPauses([2_000, 4_000], [11_500, 12_500], [10_200, 10_300]);
    const cut = nearestPause(levels, 10_000) ?? 0;
    expect(cut).toBeGreaterThanOrEqual(11_500);
    expect(cut).toBeLessThanOrEqual(12_500);
  });

  it("stays where it is when that is a pause", () => {
    expect(nearestPause(speechWithPauses([9_000, 11_500]), 10_000)).toBe(10_000);
  });

  it("finds none in even sound", () => {
    expect(nearestPause(speechWithPauses(), 10_000)).toBeUndefined();
    expect(nearestPause([], 10_000)).toBeUndefined();
  });
});
