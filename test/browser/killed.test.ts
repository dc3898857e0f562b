// A recording whose browser dies at any moment is found again, with all but its last second.
import { afterAll, describe, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { killRecording } from "./engine/killRecording.ts";

afterAll(closeDecoder);

describe("a browser that is killed while it records", () => {
  it.each([1_400, 3_250, 5_150])("after %d ms loses at most the last 1.2 s", async (afterMs) => {
    const killed = await killRecording(afterMs);
    expect(killed.missingMs).toBeLessThan(1_200);
    expect(killed.missingMs).toBeGreaterThan(-150);
    expect(killed.gaps).toEqual([]);
  });
});
