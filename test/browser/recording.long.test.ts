// The long form of recording.test.ts: ten minutes as people record them, at least 12 handovers. `npm run test:long`.
import { afterAll, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { recordSignal } from "./engine/recordSignal.ts";

afterAll(closeDecoder);

it("fits together over ten minutes and twelve handovers", async () => {
  const { lecture, continuity } = await recordSignal({ seconds: 600 });
  console.log(
    `${lecture.pieces.size} pieces; two pieces of one moment differ by ${continuity.worstHandoverMs.toFixed(2)} ms ` +
      `(limit 10), worst place ${continuity.worstPlaceMs.toFixed(2)} ms (limit 10), drift ${continuity.driftMs.toFixed(2)} ms (limit 20)`,
  );
  expect(lecture.pieces.size).toBeGreaterThanOrEqual(13);
  expect(continuity.missingSeconds).toEqual([]);
  expect(continuity.worstHandoverMs).toBeLessThan(10);
  expect(continuity.worstPlaceMs).toBeLessThan(10);
  expect(continuity.driftMs).toBeLessThan(20);
}, 900_000);
