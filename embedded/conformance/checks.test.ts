// Holds the pages that name tests to the tests: every conformance check and every limit has one, and it exists.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");
const CHECKS = 98;

const textOf = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");

/** `[path/of.test.ts: the test's title]`, as the pages name them. */
const NAMED_TEST = /\[([\w/.]+\.test\.ts): ([^\]]+)\]/g;

function namedTests(line: string): { path: string; title: string }[] {
  return [...line.matchAll(NAMED_TEST)].map(([, path = "", title = ""]) => ({ path, title }));
}

/** The call that declares a test with this title; titles stand in their files as plain strings. */
function declares(source: string, title: string): boolean {
  const quoted = JSON.stringify(title).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\(\\s*${quoted},`).test(source);
}

/** Titles that no test has, and those whose file leaves tests out. */
function missingTests(lines: readonly string[]): string[] {
  return lines
    .flatMap(namedTests)
    .filter(({ path, title }) => {
      const source = textOf(path);
      return !declares(source, title) || /\.(?:skip|todo)\b/.test(source);
    })
    .map(({ path, title }) => `${path}: ${title}`);
}

describe("the page of conformance checks", () => {
  const lines = textOf("embedded/conformance/CHECKS.md")
    .split("\n")
    .filter((line) => line.startsWith("- "));

  it("has every check once, in order", () => {
    const numbers = lines.map((line) => Number(/^- (\d+): /.exec(line)?.[1]));
    expect(numbers).toEqual(Array.from({ length: CHECKS }, (_, i) => i + 1));
  });

  it("names a test for each, and each is there", () => {
    expect(lines.filter((line) => namedTests(line).length === 0)).toEqual([]);
    expect(missingTests(lines)).toEqual([]);
  });

  it("says why of those that are not made", () => {
    const notMade = lines.filter((line) => line.includes("not made"));
    expect(notMade.map((line) => /^- (\d+)/.exec(line)?.[1])).toEqual(["38", "97"]);
  });
});

describe("the page of limits", () => {
  const lines = textOf("embedded/conformance/LIMITS.md")
    .split("\n")
    .filter((line) => line.startsWith("- "));

  it("names a test for each, or says that there is none, and each is there", () => {
    expect(lines.length).toBeGreaterThan(40);
    const without = lines.filter((line) => namedTests(line).length === 0);
    expect(without.filter((line) => !line.includes("no test: "))).toEqual([]);
    expect(missingTests(lines)).toEqual([]);
  });
});

it("a title that is not there is noticed", () => {
  const source = 'it("is there", () => {});\nit.each([1])(\n  "is %s",\n  () => {});';
  expect(declares(source, "is there")).toBe(true);
  expect(declares(source, "is %s")).toBe(true);
  expect(declares(source, "is")).toBe(false);
});
