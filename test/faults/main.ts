// `npm run test:kills -- --kills 50 [--seed N]`: the long form of the kill tests, with the same runner.
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string" } },
});
process.env.LECTERN_KILLS = values.kills;
if (values.seed !== undefined) process.env.LECTERN_SEED = values.seed;
await startVitest("test", ["test/faults/kills.test.ts"], { run: true, project: ["end-to-end"] });
