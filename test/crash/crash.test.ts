// The short form of the crash suite; `npm run test:crash -- --kills 500` is the long one.
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { runCrashes } from "./crashes.ts";

describe("a server that is killed again and again under load", () => {
  it("loses nothing, does nothing twice and leaves nothing half-way", async () => {
    const report = await runCrashes({ kills: 10, random: seededRandom(20_261_125) });
    expect(report.kills).toBeGreaterThanOrEqual(10);
    // It was under load, and some of it was under way when the server died.
    expect(report.acknowledgedMutations).toBeGreaterThan(100);
    expect(report.replayedMutations).toBeGreaterThan(0);
    expect(report.uploads).toBeGreaterThan(0);
  }, 900_000);
});
