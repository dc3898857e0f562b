import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

describe("trying again", () => {
  it.each([
    [1, 500, 1_000],
    [2, 1_000, 2_000],
    [6, 16_000, 32_000],
    [7, 30_000, 60_000],
    [50, 30_000, 60_000],
  ])("after %d failures waits between %d and %d ms", (failures, least, most) => {
    expect(backoffMs(failures, 0)).toBe(least);
    expect(backoffMs(failures, 1)).toBe(most);
  });
});
