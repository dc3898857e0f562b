import { describe, expect, it } from "vitest";
import { Resampler } from "./resample.ts";

describe("the resampler", () => {
  it.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [22_050, 16_000],
    [8_000, 16_000],
    [16_000, 16_000],
  ])("keeps a 1 kHz tone as it is from %i to %i Hz", (fromHz, toHz) => {
    const output = resampled(tone(1000, fromHz, 1), fromHz, toHz);
    expect(output.length).toBe(toHz);
    const expected = tone(1000, toHz, 1);
    // The ends ring, because the tone begins and ends at once.
    const inner = output.subarray(200, -200);
    const difference = inner.map((sample, i) => Math.abs(sample - (expected[i + 200] ?? 0)));
    expect(Math.max(...difference)).toBeLessThan(0.01);
  });

  it("removes what the new rate can't hold", () => {
    const output = resampled(tone(10_000, 48_000, 1), 48_000, 16_000);
    expect(Math.max(...output.subarray(200, -200).map(Math.abs))).toBeLessThan(0.01);
  });

  it("gives the same whether the sound comes whole or in pieces of any size", () => {
    const input = tone(440, 44_100, 0.5);
    const whole = resampled(input, 44_100, 16_000);
    for (const size of [1, 7, 160, 5000]) {
      expect(resampled(input, 44_100, 16_000, size)).toEqual(whole);
    }
  });

  it("keeps the duration", () => {
    expect(resampled(new Float32Array(44_100 * 3 + 17), 44_100, 16_000).length).toBe(48_006);
  });
});

function tone(frequencyHz: number, sampleRateHz: number, seconds: number): Float32Array {
  return Float32Array.from(
    { length: sampleRateHz * seconds },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz),
  );
}

function resampled(
  input: Float32Array,
  fromHz: number,
  toHz: number,
  blockLength = input.length,
): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  const output: number[] = [];
  for (let at = 0; at < input.length; at += blockLength) {
    for (const sample of resampler.push(input.subarray(at, at + blockLength))) output.push(sample);
  }
  for (const sample of resampler.end()) output.push(sample);
  return Float32Array.from(output);
}
