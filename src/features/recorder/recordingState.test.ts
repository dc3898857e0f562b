import { describe, expect, it } from "vitest";
import { parseMicrophone } from "./microphoneMemory.ts";
import { recordingState } from "./recordingState.ts";

const problem = (code: string) => ({ code, message: code });

describe("the word over the clock", () => {
  it.each([
    ["recording", [], "Recording"],
    ["recording", ["muted"], "Nothing is being heard"],
    ["recording", ["no_data"], "Nothing is being heard"],
    ["recording", ["storage_nearly_full"], "Recording"],
    ["paused", [], "Paused"],
    ["interrupted", ["microphone_lost"], "Interrupted"],
    ["finishing", [], "Saving the last seconds"],
  ] as const)("%s with %j: %s", (status, codes, words) => {
    expect(recordingState({ status, problems: codes.map(problem) }).words).toBe(words);
  });
});

describe("the remembered microphone", () => {
  const good = {
    deviceId: "usb",
    echoCancellation: false,
    noiseSuppression: true,
    autoGainControl: true,
  };
  it.each([
    [good, good],
    [
      { ...good, deviceId: 7 },
      { ...good, deviceId: undefined },
    ],
    [{ ...good, noiseSuppression: "yes" }, undefined],
    [null, undefined],
    ["usb", undefined],
  ])("%j is read as %j", (stored, expected) => {
    expect(parseMicrophone(stored)).toEqual(expected);
  });
});
