// What a run of the test runner comes to, also when it crashed or left no report.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { z } from "zod";
import { projectDir } from "./run.ts";

export type TestCounts = { passed: number; failed: number; skipped: number };

/** Vitest's JSON report, as far as it is looked at. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
      }),
    )
    .default([]),
});

/**
 * @param reportFile where the runner was told to write its report
 * @param exitCode the runner's; one that is not 0 is a failure even where no test has failed (a file
 *   that would not load, an error outside of any test, a crash)
 */
export function countTests(reportFile: string, exitCode: number): TestCounts {
  let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const report = reportSchema.parse(JSON.parse(readFileSync(reportFile, "utf8")));
    const skipped = report.numPendingTests + report.numTodoTests;
    counts = { passed: report.numPassedTests, failed: report.numFailedTests, skipped };
  } catch (error) {
    console.error("The test runner left no report that can be read:", error);
    return { ...counts, failed: 1 };
  }
  // Nothing tested is nothing shown.
  const isBadWithoutReason = exitCode !== 0 || counts.passed + counts.skipped === 0;
  return counts.failed === 0 && isBadWithoutReason ? { ...counts, failed: 1 } : counts;
}

/**
 * The tests that failed, each as its file and name; a file that failed outside of any test stands for itself.
 * @param reportFile as above; none is read as none failed: the count says so already
 */
export function failedTests(reportFile: string): string[] {
  try {
    const { testResults } = reportSchema.parse(JSON.parse(readFileSync(reportFile, "utf8")));
    return testResults.flatMap(({ name, status, assertionResults }) => {
      const file = relative(projectDir, name);
      const failed = assertionResults.filter((test) => test.status === "failed");
      if (failed.length === 0) return status === "failed" ? [file] : [];
      return failed.map(({ fullName }) => `${file}: ${fullName}`);
    });
  } catch {
    return [];
  }
}

export function sum(all: readonly TestCounts[]): TestCounts {
  const of = (name: keyof TestCounts) => all.reduce((total, counts) => total + counts[name], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** The one plain line that machines read: "12 passed, 0 failed", with ", 1 skipped" where there are such. */
export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
