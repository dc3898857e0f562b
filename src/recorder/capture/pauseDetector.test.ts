import { describe, expect, it } from "vitest";
import { PauseDetector } from "./pauseDetector.ts";

const STEP_MS = 50;

/** Plays levels (root mean square) of some length each, and tells the pause at the end. */
function pauseAfter(...parts: [rms: number, ms: number][]): number {
  const detector = new PauseDetector();
  let atMs = 1_000;
  for (const [rms, ms] of parts) {
    for (let played = 0; played < ms; played += STEP_MS) detector.push(rms, (atMs += STEP_MS));
  }
  return detector.pauseMs;
}

/** Unbroken speech: syllables, and between them the room for a moment. */
function speech(rms: number, ms: number): [rms: number, ms: number][] {
  const syllable: [rms: number, ms: number][] = [
    [rms, 200],
    [FAN * 1.3, 50],
  ];
  return Array.from({ length: ms / 250 }, () => syllable).flat();
}

const FAN = 0.004;
const QUIET_VOICE = 0.015;
const VOICE = 0.1;

describe("hearing pauses", () => {
  it("counts silence after speech", () => {
    expect(pauseAfter([FAN, 2_000], ...speech(VOICE, 5_000), [VOICE, 100], [FAN, 400])).toBe(400);
  });

  it("hears no pause while somebody speaks, even quietly", () => {
    expect(pauseAfter([FAN, 2_000], ...speech(QUIET_VOICE, 5_000), [QUIET_VOICE, 200])).toBe(0);
  });

  it("takes a fan that runs all the time for the room, not for speech", () => {
    expect(pauseAfter([FAN, 10_000])).toBeGreaterThan(9_000);
  });

  it("does not climb up to the voice in a minute of unbroken speech", () => {
    expect(pauseAfter([FAN, 2_000], ...speech(VOICE, 60_000), [VOICE, 200])).toBe(0);
    expect(pauseAfter([FAN, 2_000], ...speech(VOICE, 60_000))).toBeLessThan(100);
  });

  it("survives digital silence: the first breath of a fan after it is no speech", () => {
    expect(pauseAfter([0, 3_000], [0.0005, 500])).toBeGreaterThanOrEqual(500);
  });
});
