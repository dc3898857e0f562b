// So many at once and no more, whoever waits longest is next, and nobody waits without end.
import { expect, it } from "vitest";
import { NoSlot, Slots } from "./slots.ts";

/** Starts work that lasts until its number is finished; `begun` has the numbers in order of their beginning. */
function start(slots: Slots) {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (number: number) =>
    slots.run(() => {
      begun.push(number);
      return new Promise<number>((resolve) => {
        ends[number] = () => resolve(number);
      });
    });
  return { begun, work, finish: (number: number) => ends[number]?.() };
}

it("begins what waits in order, when something ends", async () => {
  const { begun, work, finish } = start(new Slots(2, 10));
  const results = [0, 1, 2, 3].map(work);
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  finish(1);
  expect(await results[1]).toBe(1);
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  finish(2);
  await results[2];
  await Promise.resolve();
  finish(3);
  finish(0);
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3]);
});

it("gives a slot back when the work fails", async () => {
  const slots = new Slots(1, 0);
  await expect(slots.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await slots.run(() => Promise.resolve("next"))).toBe("next");
});

it("refuses what comes when too much waits, and what waits when nothing more is to begin", async () => {
  const slots = new Slots(1, 1);
  const { work, finish } = start(slots);
  const first = work(0);
  const second = work(1);
  await expect(work(2)).rejects.toThrow(NoSlot);
  slots.refuseWaiting("The server stops.");
  await expect(second).rejects.toThrow("The server stops.");
  finish(0);
  expect(await first).toBe(0);
});
