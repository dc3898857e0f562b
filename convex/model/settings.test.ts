import { describe, expect, it } from "vitest";
import { lanesPerJob, maxCallsInFlight } from "./settings.ts";

const own = { TRANSCRIPTION_BASE_URL: "http://127.0.0.1:40123/lectern-speech/v1" };

describe("how much happens at once", () => {
  it("is 4 pieces a lecture and 8 calls by default", () => {
    expect(lanesPerJob({})).toBe(4);
    expect(maxCallsInFlight({})).toBe(8);
    const other = { TRANSCRIPTION_BASE_URL: "http://127.0.0.1:8000/v1" };
    expect(lanesPerJob(other)).toBe(4);
  });

  it("is less where this machine itself transcribes, one piece after the other", () => {
    expect(lanesPerJob(own)).toBe(2);
    expect(maxCallsInFlight(own)).toBe(3);
  });

  it("is what was set, within reason", () => {
    expect(lanesPerJob({ ...own, LECTERN_LANES: "6" })).toBe(6);
    expect(maxCallsInFlight({ LECTERN_MAX_CALLS_IN_FLIGHT: "1000" })).toBe(64);
    expect(lanesPerJob({ LECTERN_LANES: "0" })).toBe(1);
    expect(lanesPerJob({ LECTERN_LANES: "many" })).toBe(4);
  });
});
