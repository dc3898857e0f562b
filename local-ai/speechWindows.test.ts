import { describe, expect, it } from "vitest";
import {
  longestWindowMs,
  originalMs,
  quietestMoment,
  samplesOf,
  speechWindows,
  type Window,
} from "./speechWindows.ts";

const middle = (fromMs: number, toMs: number) => (fromMs + toMs) / 2;
const windowsOf = (spans: [number, number][], durationMs = 600_000) =>
  speechWindows(
    spans.map(([startMs, endMs]) => ({ startMs, endMs })),
    durationMs,
    middle,
  );
const asPairs = (windows: Window[]) =>
  windows.map((window) => window.map(({ startMs, endMs }) => [startMs, endMs]));

describe("windows of speech", () => {
  it("are none where nobody speaks", () => {
    expect(windowsOf([])).toEqual([]);
  });

  it("keep a margin around the speech, inside of the piece", () => {
    expect(asPairs(windowsOf([[100, 1000]], 1100))).toEqual([[[0, 1100]]]);
    expect(asPairs(windowsOf([[1000, 2000]]))).toEqual([[[800, 2200]]]);
  });

  it("leave natural pauses in and cut long ones out", () => {
    const natural: [number, number][] = [
      [1000, 2000],
      [2500, 4000],
    ];
    expect(asPairs(windowsOf(natural))).toEqual([[[800, 4200]]]);
    const long: [number, number][] = [
      [1000, 2000],
      [60_000, 62_000],
    ];
    expect(asPairs(windowsOf(long))).toEqual([
      [
        [800, 2200],
        [59_800, 62_200],
      ],
    ]);
  });

  it("never grow longer than the model can take, and lose nothing", () => {
    const spans = Array.from({ length: 60 }, (_, i): [number, number] => [
      i * 9000,
      i * 9000 + 7000,
    ]);
    const windows = windowsOf(spans);
    for (const window of windows) {
      const samples = samplesOf(window, new Int16Array(600_000), 1000);
      expect(samples.length).toBeLessThanOrEqual(longestWindowMs);
    }
    const kept = windows.flat();
    expect(kept.length).toBe(60);
    spans.forEach(([startMs, endMs], i) => {
      expect(kept[i]?.startMs).toBeLessThanOrEqual(startMs);
      expect(kept[i]?.endMs).toBeGreaterThanOrEqual(endMs);
    });
  });

  it("split speech without a pause at a quiet moment", () => {
    const windows = windowsOf([[0, 90_000]], 90_000);
    expect(windows.length).toBe(4);
    const parts = windows.flat();
    parts.slice(1).forEach((part, i) => expect(part.startMs).toBe(parts[i]?.endMs));
    expect(parts.at(-1)?.endMs).toBe(90_000);
  });

  it("say where in the original a moment was", () => {
    const window = [
      { startMs: 10_000, endMs: 12_000 },
      { startMs: 50_000, endMs: 55_000 },
    ];
    expect(originalMs(window, 0)).toBe(10_000);
    expect(originalMs(window, 1500)).toBe(11_500);
    expect(originalMs(window, 2100)).toBe(12_000); // in the pause between
    expect(originalMs(window, 2300)).toBe(50_000);
    expect(originalMs(window, 4300)).toBe(52_000);
    expect(originalMs(window, 99_000)).toBe(55_000);
  });

  it("find the quietest moment", () => {
    const samples = new Int16Array(10_000).fill(1000).fill(0, 4000, 4100);
    expect(quietestMoment(samples, 1000)(1000, 9000)).toBe(4050);
  });
});
