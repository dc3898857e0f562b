// When leases are looked at: often, for the last time when they end, and never long after, whatever
// the machine's clock does.

import { describe, expect, it } from "vitest";
import { firstLook, nextLook } from "./watching.ts";

const LEASE_MS = 94_500;

/**
 * How long a lease lasts by the world's time when each look comes `lateMs` late.
 *
 * @param jumpMs by which the clock jumps after the first look
 */
function lastingMs(lateMs: number, jumpMs = 0): { lastsMs: number; looks: number } {
  let nowMs = 0;
  let look = firstLook(LEASE_MS);
  for (let looks = 1; ; looks += 1) {
    nowMs += look.delayMs + lateMs;
    const clockMs = nowMs + jumpMs;
    const { leftMs } = look.args;
    if (leftMs <= 0 || clockMs >= LEASE_MS) return { lastsMs: nowMs, looks };
    look = nextLook(leftMs, LEASE_MS - clockMs);
  }
}

describe("the looks under a lease", () => {
  it("are a few seconds apart, so that a restart's losses are found soon", () => {
    expect(lastingMs(0)).toEqual({ lastsMs: LEASE_MS, looks: 24 });
    expect(firstLook(LEASE_MS).delayMs).toBe(4000);
  });

  it.each([5, 100, 500])("end it in time when each comes %i ms late", (lateMs) => {
    expect(lastingMs(lateMs).lastsMs).toBeLessThanOrEqual(LEASE_MS + lateMs);
  });

  it("end it when the clock jumps back an hour, by their own count", () => {
    expect(lastingMs(10, -3_600_000).lastsMs).toBeLessThanOrEqual(LEASE_MS + 24 * 10);
  });

  it("end a lease of nothing at once", () => {
    expect(firstLook(0)).toEqual({ delayMs: 0, args: { leftMs: 0 } });
  });
});
