// `npm run test:differential -- --sequences 10000 [--seed N] [--path P]`: the long run of the differential suite.
import { parseArgs } from "node:util";
import { runDifferential } from "./run.ts";

const { values } = parseArgs({
  options: {
    sequences: { type: "string", default: "10000" },
    seed: { type: "string" },
    path: { type: "string" },
  },
});
const sequences = Number(values.sequences);
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed);
if (!Number.isInteger(sequences) || sequences < 1 || !Number.isInteger(seed)) {
  console.error("--sequences and --seed take whole numbers.");
  process.exit(2);
}
// convex-test prints the errors of scheduled functions that fail, which here are part of the sequences.
const { error: printError } = console;
console.error = () => undefined;

console.log(`Running ${sequences} sequences with seed ${seed}.`);
const startedMs = performance.now();
let shownAtMs = startedMs;
const report = await runDifferential({
  ...{ sequences, seed },
  ...(values.path === undefined ? {} : { path: values.path }),
  onProgress(done) {
    const nowMs = performance.now();
    if (nowMs - shownAtMs < 10_000) return;
    shownAtMs = nowMs;
    console.log(`${done} sequences, ${((nowMs - startedMs) / 1_000).toFixed(0)} s`);
  },
});
console.error = printError;
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
if (report.ok) {
  console.log(
    `${report.sequences} sequences, ${report.steps} steps: no difference (${seconds} s).`,
  );
} else {
  console.error(report.text);
  console.error(
    `Again: npm run test:differential -- --sequences ${sequences} --seed ${report.seed} --path "${report.path}"`,
  );
  process.exitCode = 1;
}
// convex-test's timers for what is scheduled in an hour would keep the process until then.
process.exit();
