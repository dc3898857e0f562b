// Which numbers imported tables get, for every way in which names and numbers can cross.
import { describe, expect, it } from "vitest";
import { numbersForImport, tableInTheWay } from "./importNumbers.ts";

const table = (name: string, number: number, documentCount = 0) => ({
  name,
  number,
  documentCount,
});
const numbers = (
  imported: [name: string, number: number | null][],
  shown: ReturnType<typeof table>[],
  { replaced = [] as string[], hidden = [] as number[] } = {},
) =>
  Object.fromEntries(
    numbersForImport(
      imported.map(([name, number]) => ({ name, number })),
      shown,
      new Set(hidden),
      (name) => replaced.includes(name),
    ),
  );

describe("the numbers of an import", () => {
  it("are the file's where nobody has them", () => {
    expect(numbers([["a", 10_007]], [])).toEqual({ a: 10_007 });
    expect(numbers([["a", 10_007]], [table("a", 10_001), table("b", 10_007)])).toEqual({
      a: 10_007,
    });
  });

  it("are the table's own where the file does not say", () => {
    expect(numbers([["a", null]], [table("a", 10_003, 5)])).toEqual({ a: 10_003 });
    expect(numbers([["a", null]], [])).toEqual({ a: null });
  });

  it("stay the table's own when it keeps documents", () => {
    expect(numbers([["a", 10_007]], [table("a", 10_001, 1)])).toEqual({ a: 10_001 });
    const replaced = numbers([["a", 10_007]], [table("a", 10_001, 1)], { replaced: ["a"] });
    expect(replaced).toEqual({ a: 10_007 });
  });

  it("are not taken from tables that keep documents, nor from hidden ones", () => {
    expect(numbers([["a", 10_002]], [table("b", 10_002, 1)])).toEqual({ a: null });
    expect(numbers([["a", 10_002]], [table("a", 10_001)], { hidden: [10_002] })).toEqual({
      a: null,
    });
    expect(numbers([["a", 512]], [table("a", 10_001)])).toEqual({ a: 10_001 });
  });

  it("cross over", () => {
    const shown = [table("a", 10_001, 3), table("b", 10_002, 3)];
    const imported: [string, number][] = [
      ["a", 10_002],
      ["b", 10_001],
    ];
    expect(numbers(imported, shown, { replaced: ["a", "b"] })).toEqual({ a: 10_002, b: 10_001 });
    expect(numbers(imported, shown)).toEqual({ a: 10_001, b: 10_002 });
  });

  it("are given once", () => {
    const twice = numbers(
      [
        ["a", 10_001],
        ["b", 10_001],
      ],
      [],
    );
    expect(twice).toEqual({ a: 10_001, b: null });
  });
});

describe("a table in the way", () => {
  const inTheWay = (shown: ReturnType<typeof table>[], replaced: string[] = []) =>
    tableInTheWay(new Map([["a", 10_002]]), shown, (name) => replaced.includes(name));

  it("has documents, and the name or the number", () => {
    expect(inTheWay([table("a", 10_001, 1)])).toBe("a");
    expect(inTheWay([table("b", 10_002, 1)])).toBe("b");
  });

  it("is none that is empty, replaced, the same or another", () => {
    expect(inTheWay([table("a", 10_001), table("b", 10_002)])).toBeNull();
    expect(inTheWay([table("b", 10_002, 1)], ["b"])).toBeNull();
    expect(inTheWay([table("a", 10_002, 1), table("c", 10_003, 1)])).toBeNull();
  });
});
