import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { projectDir } from "./run.ts";
import { closingLine, countTests, failedTests, sum } from "./testCounts.ts";

const folder = mkdtempSync(join(tmpdir(), "lectern-counts-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  return () => vi.restoreAllMocks();
});

function counted(report: unknown, exitCode: number) {
  const file = join(folder, "report.json");
  writeFileSync(file, typeof report === "string" ? report : JSON.stringify(report));
  return countTests(file, exitCode);
}
const report = (numPassedTests: number, numFailedTests: number, numPendingTests = 0) => ({
  ...{ numPassedTests, numFailedTests, numPendingTests, numTodoTests: 0 },
});

describe("a test run", () => {
  it("comes to what its report says", () => {
    expect(counted(report(12, 0, 1), 0)).toEqual({ passed: 12, failed: 0, skipped: 1 });
    expect(counted(report(12, 3), 1)).toEqual({ passed: 12, failed: 3, skipped: 0 });
  });

  it("has failed when it ended badly without a failed test", () => {
    expect(counted(report(12, 0), 1).failed).toBe(1);
    expect(counted(report(12, 0), 137).failed).toBe(1);
  });

  it("has failed when it tested nothing", () => {
    expect(counted(report(0, 0), 0).failed).toBe(1);
  });

  it("has failed when it left no report, half of one, or another thing", () => {
    expect(countTests(join(folder, "missing.json"), 0).failed).toBe(1);
    expect(counted('{"numPassedTests": 12', 0).failed).toBe(1);
    expect(counted({ passed: 12 }, 0).failed).toBe(1);
  });

  it("names the tests that failed, and the files that failed without one", () => {
    const file = join(folder, "failed.json");
    const test = (fullName: string, status: string) => ({ fullName, status });
    const testResults = [
      {
        name: join(projectDir, "a.test.ts"),
        status: "passed",
        assertionResults: [test("a", "passed")],
      },
      {
        name: join(projectDir, "test/b.test.ts"),
        status: "failed",
        assertionResults: [test("b is one", "failed"), test("b is two", "passed")],
      },
      { name: join(projectDir, "c.test.ts"), status: "failed", assertionResults: [] },
    ];
    writeFileSync(file, JSON.stringify({ ...report(2, 1), testResults }));
    expect(failedTests(file)).toEqual([`${join("test", "b.test.ts")}: b is one`, "c.test.ts"]);
    expect(failedTests(join(folder, "missing.json"))).toEqual([]);
  });

  it("ends with one plain line", () => {
    const all = sum([counted(report(3, 1), 1), counted(report(4, 0, 2), 0)]);
    expect(closingLine(all)).toBe("7 passed, 1 failed, 2 skipped");
    expect(closingLine({ passed: 1, failed: 0, skipped: 0 })).toBe("1 passed, 0 failed");
  });
});
