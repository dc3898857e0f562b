// The long form of killed.test.ts: `npm run test:long`. LECTERN_KILLS sets how often (100).
import { afterAll, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { killRecording } from "./engine/killRecording.ts";
import { summary } from "./engine/statistics.ts";

const KILLS = Number(process.env["LECTERN_KILLS"] ?? 100);

afterAll(closeDecoder);

it(`loses at most 1.2 s when the browser is killed, ${KILLS} times at random moments`, async () => {
  const missingMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const killed = await killRecording(1_300 + Math.random() * 10_000);
    expect(killed.gaps).toEqual([]);
    missingMs.push(killed.missingMs);
  }
  console.log(`missing at the end, limit 1200 ms: ${summary(missingMs)}`);
  expect(Math.max(...missingMs)).toBeLessThan(1_200);
}, 3_600_000);
