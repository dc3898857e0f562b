// `npm test`: the checks and every test, ending with one plain line "N passed, N failed".
//
// Anything after `--` goes to the test runner, e.g. `npm test -- convex/pipeline`.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandPath, exitCode, startNode } from "./run.ts";
import { seconds } from "./terminal.ts";
import { closingLine, countTests, failedTests, sum, type TestCounts } from "./testCounts.ts";

/** A run that has not ended by then hangs. */
const longestRunMs = 45 * 60_000;

/** A third of the share that a run without it gets where both want a processor: less, but never nearly nothing. */
const BEHIND_NICENESS = 5;

/** How a run stands to one beside it. */
type Place = "first" | "behind";

const startedAt = performance.now();
const chosen = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "lectern-test-"));
const reports: string[] = [];
let counts: TestCounts[];
try {
  counts = await (chosen.length === 0 ? runEverything() : runChosen());
} catch (error) {
  console.error(error);
  counts = [{ passed: 0, failed: 1, skipped: 0 }];
}
const failed = reports.flatMap(failedTests);
rmSync(folder, { recursive: true, force: true });
// Far above, among the lines of another run, is what each of them says.
if (failed.length > 0) console.log(`\nFailed:\n${failed.map((name) => `  ${name}\n`).join("")}`);
const total = sum(counts);
console.log(`\nin ${seconds(performance.now() - startedAt)}`);
console.log(closingLine(total));
process.exit(total.failed === 0 ? 0 : 1);

/**
 * Tests that drive servers and a browser mostly wait: for a microphone, a power cut, a provider. The checks and the
 * unit tests compute, behind them: with what those leave of the processors, so that real time stays real there.
 */
async function runEverything(): Promise<TestCounts[]> {
  const computing = async () => [
    await runChecks("behind"),
    await runTests(["unit", "convex"], "behind"),
  ];
  const [waiting, computed] = await Promise.all([runTests(["end-to-end"], "first"), computing()]);
  return [waiting, ...computed];
}

/** Tests that were chosen may be of any kind: one run finds them. */
async function runChosen(): Promise<TestCounts[]> {
  return [await runChecks("first"), await runTests(["unit", "convex", "end-to-end"], "first")];
}

/** Types, lint, unused code and formatting count as one test. */
async function runChecks(place: Place): Promise<TestCounts> {
  const isGood = (await run("scripts/check.ts", [], place)) === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

async function runTests(projects: readonly string[], place: Place): Promise<TestCounts> {
  const report = join(folder, `${projects.join("-")}.json`);
  const args = [
    "run",
    ...projects.map((project) => `--project=${project}`),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...chosen,
  ];
  const code = await run(commandPath("vitest"), args, place);
  reports.push(report);
  return countTests(report, code);
}

/** Runs a Node program to its end, its output on this terminal; gives its exit code. */
async function run(file: string, args: string[], place: Place): Promise<number> {
  const child = startNode(file, args, {
    // Not the terminal itself: two runs that draw on it would draw over each other.
    stdio: ["ignore", "pipe", "pipe"],
    env: process.stdout.isTTY ? { FORCE_COLOR: "1", ...process.env } : process.env,
  });
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  if (place === "behind" && child.pid !== undefined) letOthersFirst(child.pid);
  const overdue = setTimeout(() => {
    console.error(`${file} did not end within ${seconds(longestRunMs)}; it is stopped.`);
    child.kill("SIGKILL");
  }, longestRunMs);
  const closed = once(child, "close");
  const code = await exitCode(child);
  clearTimeout(overdue);
  // Its last lines; something that it left behind may hold its output open for longer.
  await Promise.race([closed, sleep(5_000, undefined, { ref: false })]);
  return code;
}

/** What the process starts inherits it. */
function letOthersFirst(pid: number): void {
  try {
    setPriority(pid, BEHIND_NICENESS);
  } catch {
    // Where a sandbox knows no priorities, it runs as the others do: slower tests, the same results.
  }
}
