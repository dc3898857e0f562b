// `npm run test:crash -- --kills N`: the long run of the crash suite.
import { parseArgs } from "node:util";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { runCrashes, type CrashReport } from "./crashes.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "500" }, seed: { type: "string" } },
});
const kills = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const startedMs = performance.now();
console.log(`${String(kills)} kills, seed ${String(seed)}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const report = await runCrashes({ kills, random: seededRandom(seed), onProgress: print });
console.log("Nothing was lost, doubled or left half-way.");
print(report);

function print(progress: CrashReport): void {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const figures = Object.entries(progress).map(([name, value]) => `${name} ${String(value)}`);
  console.log(`${seconds} s: ${figures.join(", ")}`);
}
