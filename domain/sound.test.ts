import { describe, expect, it } from "vitest";
import { hasNoSound, SILENCE_DB, type Sound } from "./sound.ts";

const zeros: Sound = {
  measuredAt: "microphone",
  measuredMs: 45_000,
  audibleMs: 0,
  peakDb: SILENCE_DB,
};
/** 45 s of digital silence as Chromium's recorder writes it. */
const silent = { durationMs: 45_000, sizeBytes: 11_700, sound: zeros };

describe("a piece", () => {
  it.each<[string, Parameters<typeof hasNoSound>[0]]>([
    ["of zeros", silent],
    ["of zeros with the click of a switch", { ...silent, sound: { ...zeros, audibleMs: 100 } }],
    [
      "of zeros whose very samples were measured, whatever their encoder makes of them",
      { ...silent, sizeBytes: 39_000, sound: { ...zeros, measuredAt: "encoder" } },
    ],
    ["of zeros whose edges fell between two frames", withSound({ measuredMs: 44_500 })],
  ])("%s has no sound", (_, piece) => {
    expect(hasNoSound(piece)).toBe(true);
  });

  it.each<[string, Parameters<typeof hasNoSound>[0]]>([
    ["that nobody measured", { ...silent, sound: undefined }],
    ["in which a syllable can be heard", withSound({ audibleMs: 150, peakDb: -55 })],
    ["in which a voice is hardly more than nothing", withSound({ audibleMs: 9_000, peakDb: -86 })],
    ["that was measured in part, as with a suspended page", withSound({ measuredMs: 44_000 })],
    ["whose measuring had gaps", withSound({ measuredMs: 0 })],
    ["in which the encoder has heard more than the meter", { ...silent, sizeBytes: 39_000 }],
  ])("%s may hold speech", (_, piece) => {
    expect(hasNoSound(piece)).toBe(false);
  });
});

function withSound(change: Partial<Sound>) {
  return { ...silent, sound: { ...zeros, ...change } };
}
