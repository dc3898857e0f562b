// @vitest-environment node
// Random schedules of everything that can happen to a job, thousands of them when asked for.
//
//   LECTERN_SCHEDULES=5000 vitest run convex/pipeline/interleavings.test.ts
//   LECTERN_SEED=4711 ...   plays one schedule again, with its story

import { describe, expect, it } from "vitest";
import { Schedule } from "../../test/pipeline/schedule.ts";

const settings = globalThis.process.env;
const SCHEDULES = Number(settings["LECTERN_SCHEDULES"] ?? 40);
const only = settings["LECTERN_SEED"];
const FIRST_SEED = 20_261_125;

describe("any order of events", () => {
  it(
    `ends with every lecture whole, in ${only ? `schedule ${only}` : `${SCHEDULES} schedules`}`,
    async () => {
      const seeds = only
        ? [Number(only)]
        : Array.from({ length: SCHEDULES }, (_, at) => FIRST_SEED + at);
      for (const seed of seeds) {
        const schedule = new Schedule(seed);
        try {
          await schedule.run();
        } catch (error) {
          const story = schedule.log.map((line, at) => `${at}. ${line}`).join("\n");
          const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
          expect.fail(
            `Seed ${seed} (play it again with LECTERN_SEED=${seed}):\n${story}\n${reason}`,
          );
        }
        if (only) console.log(schedule.log.join("\n"));
      }
    },
    SCHEDULES * 10_000,
  );
});
