import { describe, expect, it } from "vitest";
import { hasNoSound } from "../../domain/sound.ts";
import { peakOf, SoundMeter } from "./soundMeter.ts";

const SAMPLE_RATE_HZ = 48_000;
const FRAME_MS = 50;
const DURATION_MS = 45_000;
/** Small enough for silence; what is asked here is only what the meter says. */
const SIZE_BYTES = 20_000;

/** Measures samples frame by frame, as they come from a microphone. */
function measured(samples: Float32Array): SoundMeter {
  const meter = new SoundMeter("microphone");
  const frame = (SAMPLE_RATE_HZ * FRAME_MS) / 1000;
  for (let at = 0; at < samples.length; at += frame) {
    meter.push(peakOf(samples.subarray(at, at + frame)), FRAME_MS);
  }
  return meter;
}

function piece(sampleAt: (seconds: number) => number): Float32Array {
  const samples = new Float32Array((SAMPLE_RATE_HZ * DURATION_MS) / 1000);
  return samples.map((_, index) => sampleAt(index / SAMPLE_RATE_HZ));
}

/**
 * Something like a voice: a buzz of 120 Hz whose loudness follows four syllables a second, with every
 * second half of it a pause. Its loudest sample is at `peakDb`.
 */
function voice(peakDb: number): (seconds: number) => number {
  const peak = 10 ** (peakDb / 20);
  return (seconds) => {
    if (seconds % 2 >= 1) return 0;
    const syllable = Math.abs(Math.sin(Math.PI * 4 * seconds));
    return peak * syllable * Math.sin(2 * Math.PI * 120 * seconds);
  };
}

function isSilent(meter: SoundMeter): boolean {
  const { sound } = meter;
  return hasNoSound({ durationMs: DURATION_MS, sizeBytes: SIZE_BYTES, sound });
}

describe("what is measured of a piece", () => {
  it("is nothing but zeros when the microphone is muted", () => {
    const meter = measured(piece(() => 0));
    expect(meter.sound).toEqual({
      measuredAt: "microphone",
      measuredMs: DURATION_MS,
      audibleMs: 0,
      peakDb: -150,
    });
    expect(isSilent(meter)).toBe(true);
  });

  it.each([-20, -40, -55, -70, -84])("shows a voice of %i dB", (peakDb) => {
    const meter = measured(piece(voice(peakDb)));
    expect(meter.sound?.peakDb).toBe(peakDb);
    expect(meter.sound?.audibleMs).toBeGreaterThan(10_000);
    expect(isSilent(meter)).toBe(false);
  });

  it("shows one quiet word in 45 s of zeros", () => {
    const word = voice(-55);
    const meter = measured(piece((at) => (at > 30 && at < 30.4 ? word(at) : 0)));
    expect(isSilent(meter)).toBe(false);
  });

  it("shows an open microphone in an empty room by its own noise", () => {
    // A microphone with a noise of 29 dB(A) and a full scale of 120 dB: -91 dB on average.
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const rms = 10 ** (-91 / 20);
    const noise = () => rms * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    const meter = measured(piece(noise));
    expect(meter.sound?.audibleMs).toBeGreaterThan(DURATION_MS * 0.95);
    expect(isSilent(meter)).toBe(false);
  });

  it("is unknown when it may be another microphone's, when nothing came, and when it is no number", () => {
    const spoiled = measured(piece(() => 0));
    spoiled.spoil();
    expect(spoiled.sound).toBeUndefined();
    expect(new SoundMeter("microphone").sound).toBeUndefined();
    const broken = new SoundMeter("microphone");
    broken.push(NaN, FRAME_MS);
    expect(broken.sound).toBeUndefined();
  });
});
