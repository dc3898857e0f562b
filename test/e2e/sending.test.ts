// A lecture arrives whole at a real server, whatever happens to the line and to the server while it is recorded.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { cutLine, killedServer } from "./sending/disturbances.ts";
import {
  recordThrough,
  startSendingWorld,
  type Arrived,
  type Disturbance,
  type SendingWorld,
} from "./sending/recordThrough.ts";

const SECONDS = 10;
const SEED = Number(process.env["LECTERN_SEED"] ?? 20261125);
const limits = { aimMs: 1_500, longestMs: 2_000, pauseMs: 300, overlapMs: 250 };

let world: SendingWorld;

beforeAll(async () => {
  world = await startSendingWorld(SECONDS);
});
afterAll(async () => {
  await world.close();
  await closeDecoder();
});

const recorded = (disturbances: Disturbance[]) =>
  recordThrough(world, { seconds: SECONDS, limits, disturbances, arrivesWithinMs: 60_000 });

function expectWhole({ indexes, continuity, recordedMs, durationMs, seconds }: Arrived): void {
  expect(indexes.length).toBeGreaterThanOrEqual(4);
  expect(indexes).toEqual(indexes.map((_, place) => place));
  expect(continuity.missingSeconds).toEqual([]);
  expect(continuity.secondCount).toBeGreaterThanOrEqual(SECONDS - 2);
  expect(Math.abs(durationMs - recordedMs)).toBeLessThan(1_500);
  // Pieces this short are cut in the middle of a second, of which each half may be heard as the whole.
  const once = seconds.filter((second, place) => second !== seconds[place - 1]);
  expect(once).toEqual(once.map((_, place) => (once[0] ?? 0) + place));
  expect(once.length).toBeGreaterThanOrEqual(SECONDS - 2);
}

describe("a lecture that is sent while it is recorded", () => {
  it(`is complete, every piece once, though the line is cut at random (seed ${SEED})`, async () => {
    const cuts = cutLine(world, { seconds: SECONDS, seed: SEED, longestMs: 1_500 });
    expectWhole(await recorded(cuts));
  });

  it(`is complete, every piece once, though the server is killed twice (seed ${SEED})`, async () => {
    expectWhole(await recorded(killedServer(world, { seconds: SECONDS, seed: SEED, count: 2 })));
  });
});
