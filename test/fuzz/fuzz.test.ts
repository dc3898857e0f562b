// The short form of the fuzzer; `npm run test:fuzz -- --count 10000` is the long one.
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { runFuzz } from "./fuzz.ts";

describe("nonsense from everywhere", () => {
  it("neither brings the server down nor makes it tell secrets", async () => {
    const report = await runFuzz({ count: 800, random: seededRandom(20_261_125) });
    expect(report.messages).toBeGreaterThan(100);
    // Some of it made sense, most of it was refused.
    expect(report.statuses[200]).toBeGreaterThan(10);
    expect(report.statuses[400]).toBeGreaterThan(10);
    expect(report.statuses[401]).toBeGreaterThan(10);
  });
});
