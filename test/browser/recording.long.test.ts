// The long form of recording.test.ts: fourteen minutes as people record them, at least 12 handovers. `npm run test:long`.
// It needs a machine with time to spare: a starved fake microphone falls behind the clock that it is held against.
import { afterAll, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { recordSignal } from "./engine/recordSignal.ts";

afterAll(closeDecoder);

it("fits together over fourteen minutes and twelve handovers", async () => {
  const { lecture, continuity } = await recordSignal({ seconds: 840 });
  console.log(
    `${lecture.pieces.size} pieces; two pieces of one moment differ by ${continuity.worstHandoverMs.toFixed(2)} ms ` +
      `(limit 10), worst place ${continuity.worstPlaceMs.toFixed(2)} ms (limit 10), drift ${continuity.driftMs.toFixed(2)} ms (limit 20)`,
  );
  expect(lecture.pieces.size).toBeGreaterThanOrEqual(13);
  expect(continuity.missingSeconds).toEqual([]);
  expect(continuity.worstHandoverMs).toBeLessThan(10);
  expect(continuity.worstPlaceMs).toBeLessThan(10);
  expect(continuity.driftMs).toBeLessThan(20);
}, 1_200_000);
