import { describe, expect, it } from "vitest";
import { IntervalIndex, type Interval } from "./intervalIndex.ts";

function owners(index: IntervalIndex<string>, key: string): string[] {
  const found: string[] = [];
  index.stab(key, (owner) => found.push(owner));
  return found.sort();
}

describe("an interval index", () => {
  it("finds exactly the owners whose range contains the key", () => {
    const index = new IntervalIndex<string>();
    index.add({ from: "b", to: "d" }, "b to d");
    index.add({ from: "b", to: null }, "from b");
    index.add({ from: "", to: null }, "all");
    index.add({ from: "c", to: "c\0" }, "just c");

    expect(owners(index, "a")).toEqual(["all"]);
    expect(owners(index, "b")).toEqual(["all", "b to d", "from b"]);
    expect(owners(index, "c")).toEqual(["all", "b to d", "from b", "just c"]);
    expect(owners(index, "d")).toEqual(["all", "from b"]);
  });

  it("keeps a shared range until its last owner leaves", () => {
    const index = new IntervalIndex<string>();
    index.add({ from: "a", to: "b" }, "one");
    index.add({ from: "a", to: "b" }, "two");
    expect(index.size).toBe(1);
    index.remove({ from: "a", to: "b" }, "one");
    expect(owners(index, "a")).toEqual(["two"]);
    index.remove({ from: "a", to: "b" }, "two");
    expect(owners(index, "a")).toEqual([]);
    expect(index.size).toBe(0);
  });

  it("orders bytes above 127 like bytes", () => {
    const index = new IntervalIndex<string>();
    index.add({ from: "\x7f", to: "\xff" }, "high");
    expect(owners(index, "\x80")).toEqual(["high"]);
    expect(owners(index, "\xff")).toEqual([]);
  });

  it("agrees with a plain search through random adds and removes", () => {
    const index = new IntervalIndex<number>();
    const model = new Map<number, Interval>();
    const point = (): string =>
      String.fromCharCode(Math.floor(Math.random() * 40), Math.floor(Math.random() * 4));
    for (let step = 0; step < 3000; step++) {
      const victim =
        Math.random() < 0.4 ? [...model.keys()][Math.floor(Math.random() * model.size)] : undefined;
      const removed = victim === undefined ? undefined : model.get(victim);
      if (victim !== undefined && removed !== undefined) {
        index.remove(removed, victim);
        model.delete(victim);
      } else {
        const [from = "", to = ""] = [point(), point()].sort();
        const interval = { from, to: Math.random() < 0.2 ? null : to };
        index.add(interval, step);
        model.set(step, interval);
      }
      const key = point();
      const expected = [...model]
        .filter(([, { from, to }]) => from <= key && (to === null || key < to))
        .map(([owner]) => owner);
      const found: number[] = [];
      index.stab(key, (owner) => found.push(owner));
      expect(found.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    }
  });

  it("visits few nodes to find one among many", () => {
    const index = new IntervalIndex<number>();
    const key = (i: number): string => String(i).padStart(8, "0");
    for (let i = 0; i < 100_000; i++) index.add({ from: key(i), to: key(i) + "\0" }, i);
    const start = performance.now();
    let hits = 0;
    for (let i = 0; i < 100_000; i += 100) index.stab(key(i), () => hits++);
    expect(hits).toBe(1000);
    // A linear search would look at 100 million intervals: seconds, not milliseconds.
    expect(performance.now() - start).toBeLessThan(500);
  });
});
