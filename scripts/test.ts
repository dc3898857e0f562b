// `npm test`: the checks and every test, ending with one plain line "N passed, N failed".
//
// Anything after `--` goes to the test runner, e.g. `npm test -- convex/pipeline`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandPath, exitCode, startNode } from "./run.ts";
import { seconds } from "./terminal.ts";
import { closingLine, countTests, sum, type TestCounts } from "./testCounts.ts";

/** A run that has not ended by then hangs. */
const longestRunMs = 45 * 60_000;

const startedAt = performance.now();
const chosen = process.argv.slice(2);
// The unit tests may use all cores; those that drive servers and a browser run after them, a few files
// at a time. Tests that were chosen may be of any kind: one run finds them.
const runs =
  chosen.length === 0 ? [["unit", "convex"], ["end-to-end"]] : [["unit", "convex", "end-to-end"]];
const folder = mkdtempSync(join(tmpdir(), "lectern-test-"));
const counts: TestCounts[] = [];
try {
  counts.push(await runChecks());
  for (const projects of runs) counts.push(await runTests(projects));
} catch (error) {
  console.error(error);
  counts.push({ passed: 0, failed: 1, skipped: 0 });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const total = sum(counts);
console.log(`\nin ${seconds(performance.now() - startedAt)}`);
console.log(closingLine(total));
process.exit(total.failed === 0 ? 0 : 1);

/** Types, lint, unused code and formatting count as one test. */
async function runChecks(): Promise<TestCounts> {
  const isGood = (await exitCode(startNode("scripts/check.ts", []))) === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

async function runTests(projects: readonly string[]): Promise<TestCounts> {
  const reportFile = join(folder, `${projects.join("-")}.json`);
  const runner = startNode(commandPath("vitest"), [
    "run",
    ...projects.map((project) => `--project=${project}`),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
    ...chosen,
  ]);
  const overdue = setTimeout(() => {
    console.error(`The tests did not end within ${seconds(longestRunMs)}; they are stopped.`);
    runner.kill("SIGKILL");
  }, longestRunMs);
  const code = await exitCode(runner);
  clearTimeout(overdue);
  return countTests(reportFile, code);
}
