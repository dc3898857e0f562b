import { describe, expect, it } from "vitest";
import { SoundClock } from "./soundClock.ts";

const microphone = {};

/** Where segments are put that started at these readings: performance.now() and delivered sound, both in ms. */
function placed(...starts: [atMs: number, deliveredMs: number | undefined, source?: object][]) {
  const clock = new SoundClock();
  return starts.map(([atMs, deliveredMs, source = microphone]) =>
    clock.place({ source, atMs, deliveredMs }),
  );
}

describe("when a segment began", () => {
  it("is as long after the one before as there is sound between them, however late the page reads its clock", () => {
    const starts = placed([1_000, 70], [46_009, 45_070], [91_003, 90_070], [136_001, 135_070]);
    expect(starts).toEqual([1_000, 46_000, 91_000, 136_000]);
  });

  it("stays close to the lecture's clock when the microphone's is slow, without a jump", () => {
    const starts = placed(
      ...Array.from({ length: 100 }, (_, i): [number, number] => [i * 45_000, i * 44_995]),
    );
    const apart = starts.map((startMs, i) => startMs - i * 45_000);
    expect(Math.min(...apart)).toBe(-50);
    const steps = starts.slice(1).map((startMs, i) => startMs - (starts[i] ?? 0));
    expect(Math.min(...steps)).toBe(44_995);
    expect(Math.max(...steps)).toBe(45_000);
  });

  it("goes by the clock after the microphone stood still, as it does when a computer sleeps", () => {
    const [, woken, next] = placed([0, 0], [600_000, 30_000], [645_000, 75_000]);
    expect(woken).toBe(599_950);
    expect(next).toBe(644_950);
  });

  it("goes by the clock for another microphone, and where nobody counts", () => {
    expect(placed([0, 0], [45_004, 12, {}])).toEqual([0, 45_004]);
    expect(placed([0, undefined], [45_004, undefined])).toEqual([0, 45_004]);
    expect(placed([0, 0], [45_004, undefined], [90_003, 90_000])).toEqual([0, 45_004, 90_003]);
  });
});
