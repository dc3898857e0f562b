// `npm test`: the checks and every test, ending with one plain line "N passed, N failed".
//
// `--only=unit` runs the checks' faster half. Anything after `--` goes to the test runner.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandPath, exitCode, startNode } from "./run.ts";
import { seconds } from "./terminal.ts";

const startedAt = performance.now();
const checkCode = await exitCode(startNode("scripts/check.ts", []));

const reportDir = mkdtempSync(join(tmpdir(), "lectern-test-"));
const reportFile = join(reportDir, "report.json");
let passed = 0;
let failed = 0;
try {
  // The unit tests may use both cores; those that drive a browser run after them, one file at a time.
  for (const projects of [["unit", "convex"], ["end-to-end"]]) {
    const code = await exitCode(
      startNode(commandPath("vitest"), [
        "run",
        ...projects.map((project) => `--project=${project}`),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${reportFile}`,
        ...process.argv.slice(2),
      ]),
    );
    const report = readReport(reportFile);
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    // A run that ends badly without a failed test (a suite that would not load, an unhandled error) has failed.
    if (code !== 0 && report.numFailedTests === 0) failed += 1;
  }
} finally {
  rmSync(reportDir, { recursive: true, force: true });
}
if (checkCode !== 0) failed += 1;
else passed += 1; // the checks count as one test

console.log(`\nin ${seconds(performance.now() - startedAt)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function readReport(file: string): { numPassedTests: number; numFailedTests: number } {
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    rmSync(file);
    return report;
  } catch (error) {
    console.error("The test runner left no report:", error);
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}
