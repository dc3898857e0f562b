/** The provider hears exactly the seconds that a file holds, whatever it was encoded as. */
import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { secondsHeard, signalSamples, signalWav } from "../browser/signal.ts";
import { decodeAudio } from "./decode.ts";
import { closeDecoder } from "./decodeInBrowser.ts";

const numbers = (heard: { second: number }[]) => heard.map(({ second }) => second);
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

afterAll(closeDecoder);

describe("the signal that says where it is", () => {
  it("is heard second by second, with the times it has", () => {
    const heard = secondsHeard(signalSamples({ seconds: 45, firstSecond: 7_300 }), 48_000);
    expect(numbers(heard)).toEqual(range(7_300, 45));
    for (const { second, fromMs } of heard) {
      expect(Math.abs(fromMs - (second - 7_300) * 1000)).toBeLessThan(60);
    }
  });

  it("is heard from a stretch of 250 ms out of the middle", () => {
    const samples = signalSamples({ seconds: 3 });
    const heard = secondsHeard(samples.subarray(1.4 * 48_000, 1.65 * 48_000), 48_000);
    expect(numbers(heard)).toEqual([1]);
  });

  it("shows a second that is missing, doubled or moved", () => {
    const samples = signalSamples({ seconds: 6 });
    const order = [0, 1, 1, 3, 2, 5];
    const changed = new Float32Array(samples.length);
    order.forEach((from, to) => {
      changed.set(samples.subarray(from * 48_000, (from + 1) * 48_000), to * 48_000);
    });
    expect(numbers(secondsHeard(changed, 48_000))).toEqual([0, 1, 1, 3, 2, 5]);
  });

  it("is not heard in noise or silence", () => {
    const noise = Float32Array.from({ length: 5 * 48_000 }, () => Math.random() - 0.5);
    expect(secondsHeard(noise, 48_000)).toEqual([]);
    expect(secondsHeard(new Float32Array(48_000), 48_000)).toEqual([]);
  });
});

describe("decoding what the app uploads", () => {
  it("reads WAV", async () => {
    const { pcm, sampleRateHz } = await decodeAudio(signalWav({ seconds: 5 }), "audio/wav");
    expect(numbers(secondsHeard(pcm, sampleRateHz))).toEqual(range(0, 5));
  });

  it.each([
    ["mp3", 61],
    ["m4a", 61],
    ["webm", 61],
    ["flac", 3],
  ])("reads the seconds of signal.%s", async (kind, seconds) => {
    const bytes = await readFile(new URL(`../fixtures/audio/signal.${kind}`, import.meta.url));
    const { pcm, sampleRateHz } = await decodeAudio(bytes, `audio/${kind}`);
    expect(numbers(secondsHeard(pcm, sampleRateHz))).toEqual(range(0, seconds));
  });

  it("says so when there is nothing to decode", async () => {
    await expect(
      decodeAudio(new TextEncoder().encode("just a text"), "audio/mpeg"),
    ).rejects.toThrow();
  });
});
