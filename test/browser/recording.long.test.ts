// The long form of recording.test.ts: ten minutes with the lengths of pieces that people get. `npm run test:long`.
import { afterAll, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { recordSignal } from "./engine/recordSignal.ts";

/** LECTERN_RECORDING_SECONDS=100 is long enough for a look. */
const SECONDS = Number(process.env["LECTERN_RECORDING_SECONDS"] ?? 600);
/** A piece may end from 45 s on, and ends at the next pause: 48 s each. */
const PAUSE_EVERY_SECONDS = 6;
const PIECE_SECONDS = 48;
/** A fake microphone that stands still for more of the time is no measure of anything. */
const MOST_STANDSTILL_SHARE = 0.01;

afterAll(closeDecoder);

it(`fits together over ${SECONDS} s and ${Math.floor(SECONDS / PIECE_SECONDS)} handovers`, async () => {
  const { lecture, continuity, againstWitness } = await recordSignal({
    seconds: SECONDS,
    pauseEverySeconds: PAUSE_EVERY_SECONDS,
  });
  const { worstGapMs, driftMs, standstillCount, standstillMs } = againstWitness;
  console.log(
    `${lecture.pieces.size} pieces; worst gap or doubling ${worstGapMs.toFixed(2)} ms (limit 10), drift ` +
      `${driftMs.toFixed(2)} ms (limit 20). The fake microphone stood still ${standstillCount} times, ` +
      `${standstillMs.toFixed(0)} ms in all; against the file that it plays, with that: worst place ` +
      `${continuity.worstPlaceMs.toFixed(2)} ms, drift ${continuity.driftMs.toFixed(2)} ms`,
  );
  expect(lecture.pieces.size).toBeGreaterThan(Math.floor(SECONDS / PIECE_SECONDS));
  expect(continuity.missingSeconds).toEqual([]);
  expect(againstWitness.lostSeconds).toEqual([]);
  expect(standstillMs).toBeLessThan(SECONDS * 1000 * MOST_STANDSTILL_SHARE);
  expect(worstGapMs).toBeLessThan(10);
  expect(driftMs).toBeLessThan(20);
}, 1_200_000);
