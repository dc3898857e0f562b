// What the microphone hears arrives whole: no gap, nothing doubled, on a clock that does not drift.
import { afterAll, describe, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { recordSignal } from "./engine/recordSignal.ts";

afterAll(closeDecoder);

describe("a recording in many pieces", () => {
  it("fits together without a gap, in pauses and in the middle of speech", async () => {
    // The signal pauses every 20 s; 5 s of speech without a pause force a cut.
    const limits = { aimMs: 3_000, longestMs: 5_000, pauseMs: 300, overlapMs: 250 };
    const { lecture, continuity, againstWitness } = await recordSignal({ seconds: 26, limits });
    expect(lecture.pieces.size).toBeGreaterThanOrEqual(5);
    expect(againstWitness.lostSeconds).toEqual([]);
    expect(continuity.secondCount).toBeGreaterThanOrEqual(24);
    expect(againstWitness.worstGapMs).toBeLessThan(10);
    expect(againstWitness.driftMs).toBeLessThan(20);
    const pieces = [...lecture.pieces.values()].sort((a, b) => a.index - b.index);
    expect(pieces.map((piece) => piece.index)).toEqual(pieces.map((_, i) => i));
    // Every piece but the first says how much of it is in the one before as well.
    for (const piece of pieces.slice(1)) expect(piece.overlapMs).toBeGreaterThan(200);
    expect(lecture.finished?.chunkCount).toBe(pieces.length);
    expect(Math.abs((lecture.finished?.durationMs ?? 0) - 26_000)).toBeLessThan(1_500);
  });
});
