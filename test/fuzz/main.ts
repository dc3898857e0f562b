// `npm run test:fuzz -- --count N`: the long run of the fuzzer.
import { parseArgs } from "node:util";
import { seededRandom } from "../../embedded/server/testing/seededRandom.ts";
import { runFuzz, type FuzzReport } from "./fuzz.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "10000" }, seed: { type: "string" } },
});
const count = Number(values.count);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
console.log(`${String(count)} messages and requests, seed ${String(seed)}`);

let toldAt = 0;
const report = await runFuzz({ count, random: seededRandom(seed), onProgress });
console.log("The server stood, and told nobody what was not theirs.");
print(report);

function onProgress(progress: FuzzReport): void {
  if (progress.messages + progress.requests < toldAt + 1000) return;
  toldAt = progress.messages + progress.requests;
  print(progress);
}

function print({ messages, frames, requests, statuses }: FuzzReport): void {
  console.log(
    `${String(messages)} messages, ${String(frames)} broken streams, ${String(requests)} requests answered ${JSON.stringify(statuses)}`,
  );
}
