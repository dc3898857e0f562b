// The long form of sending.test.ts, with segments as people record them: `npm run test:long`. LECTERN_SECONDS sets how long.
import { afterAll, beforeAll, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { cutLine, killedServer } from "./sending/disturbances.ts";
import { recordThrough, startSendingWorld, type SendingWorld } from "./sending/recordThrough.ts";

const SECONDS = Number(process.env["LECTERN_SECONDS"] ?? 600);
const SEED = Number(process.env["LECTERN_SEED"] ?? Date.now() % 1_000_000);

let world: SendingWorld;

beforeAll(async () => {
  world = await startSendingWorld(SECONDS);
});
afterAll(async () => {
  await world.close();
  await closeDecoder();
});

it(`takes a lecture of ${SECONDS} s whole through cuts and kills (seed ${SEED})`, async () => {
  const kills = Math.ceil(SECONDS / 60);
  const { indexes, continuity, recordedMs, durationMs, seconds } = await recordThrough(world, {
    seconds: SECONDS,
    disturbances: [
      ...cutLine(world, { seconds: SECONDS, seed: SEED, longestMs: 40_000 }),
      ...killedServer(world, { seconds: SECONDS, seed: SEED + 1, count: kills }),
    ],
    arrivesWithinMs: 180_000,
  });
  console.log(
    `${indexes.length} pieces through ${kills} kills; two pieces of one moment differ by ` +
      `${continuity.worstHandoverMs.toFixed(2)} ms, drift ${continuity.driftMs.toFixed(2)} ms`,
  );
  expect(indexes).toEqual(indexes.map((_, place) => place));
  expect(continuity.missingSeconds).toEqual([]);
  expect(Math.abs(durationMs - recordedMs)).toBeLessThan(1_500);
  // Where there was no pause for a cut, a second is cut in two, and each half may be heard as the whole.
  const once = seconds.filter((second, place) => second !== seconds[place - 1]);
  expect(once).toEqual(once.map((_, place) => (once[0] ?? 0) + place));
});
