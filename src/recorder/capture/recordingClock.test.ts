import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordingClock } from "./recordingClock.ts";

describe("the lecture's clock", () => {
  it("stands still in a pause and goes on where an earlier session ended", () => {
    const clock = new RecordingClock(60_000);
    expect(clock.at(5)).toBe(60_000);
    clock.start(100);
    expect(clock.at(1_100)).toBe(61_000);
    clock.stop(2_100);
    expect(clock.at(99_000)).toBe(62_000);
    clock.start(100_000);
    expect(clock.at(100_500)).toBe(62_500);
  });

  it("never goes backwards, whatever is pressed", () => {
    const press = fc.record({
      start: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(fc.array(press), (presses) => {
        const clock = new RecordingClock(0);
        let nowMs = 0;
        let shown = 0;
        for (const { start, afterMs } of presses) {
          nowMs += afterMs;
          if (start) clock.start(nowMs);
          else clock.stop(nowMs);
          expect(clock.at(nowMs)).toBeGreaterThanOrEqual(shown);
          shown = clock.at(nowMs);
        }
        expect(shown).toBeLessThanOrEqual(nowMs);
      }),
    );
  });
});
