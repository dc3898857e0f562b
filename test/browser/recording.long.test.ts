// The long form of recording.test.ts: fourteen minutes as people record them, at least 12 handovers. `npm run test:long`.
// It needs a machine with time to spare: a fake microphone that is woken late skips a turn of 10 ms, and so falls behind
// the clock that it is held against. Steps in tens of milliseconds are such turns; see docs/measurements.md.
import { afterAll, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { recordSignal } from "./engine/recordSignal.ts";

afterAll(closeDecoder);

it("fits together over fourteen minutes and twelve handovers", async () => {
  const { lecture, continuity, againstWitness } = await recordSignal({ seconds: 840 });
  console.log(
    `${lecture.pieces.size} pieces; two pieces of one moment differ by ${continuity.worstHandoverMs.toFixed(2)} ms ` +
      `(limit 10), worst gap or doubling ${againstWitness.worstGapMs.toFixed(2)} ms (limit 10), drift ` +
      `${againstWitness.driftMs.toFixed(2)} ms (limit 20); against the file that the fake microphone plays: worst place ` +
      `${continuity.worstPlaceMs.toFixed(2)} ms, drift ${continuity.driftMs.toFixed(2)} ms, spoilt by the fake microphone ` +
      `itself: ${againstWitness.spoiltSeconds.join(", ") || "nothing"}`,
  );
  expect(lecture.pieces.size).toBeGreaterThanOrEqual(13);
  expect(againstWitness.lostSeconds).toEqual([]);
  // A fake microphone that spoils more than that is no witness for anything.
  expect(againstWitness.spoiltSeconds.length).toBeLessThan(20);
  expect(continuity.worstHandoverMs).toBeLessThan(10);
  expect(againstWitness.worstGapMs).toBeLessThan(10);
  expect(againstWitness.driftMs).toBeLessThan(20);
  expect(continuity.driftMs).toBeLessThan(20);
}, 1_200_000);
