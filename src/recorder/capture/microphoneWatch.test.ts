import { describe, expect, it } from "vitest";
import { microphoneProblem, zeroSince, type Heartbeat } from "./microphoneWatch.ts";

const NOW = 100_000;
const well: Heartbeat = {
  lastLevelAtMs: NOW - 50,
  lastDataAtMs: NOW - 900,
  zeroSinceMs: undefined,
  muted: false,
  recording: true,
};

describe("noticing that nothing is heard", () => {
  it.each<[string, Partial<Heartbeat>, string | undefined]>([
    ["all is well", {}, undefined],
    ["muted by the system", { muted: true }, "muted"],
    ["no data for 2.9 s", { lastDataAtMs: NOW - 2_900 }, undefined],
    ["no data for 3.1 s", { lastDataAtMs: NOW - 3_100 }, "no_data"],
    ["data without levels (the meter sleeps)", { lastLevelAtMs: NOW - 9_000 }, undefined],
    ["only listening, no levels", { recording: false, lastLevelAtMs: NOW - 3_100 }, "no_data"],
    ["only listening, no data expected", { recording: false, lastDataAtMs: 0 }, undefined],
    ["exact silence for 5 s", { zeroSinceMs: NOW - 5_000 }, undefined],
    ["exact silence for 7 s", { zeroSinceMs: NOW - 7_000 }, "digital_silence"],
  ])("%s", (_, change, code) => {
    expect(microphoneProblem({ ...well, ...change }, NOW)?.code).toBe(code);
  });

  it("remembers since when it is silent, until the first noise", () => {
    expect(zeroSince(undefined, 0, 10)).toBe(10);
    expect(zeroSince(10, 0, 20)).toBe(10);
    expect(zeroSince(10, 0.001, 30)).toBeUndefined();
  });
});
