// The recorder's clock, for tests that wait for it: it goes on while they look, so it is never waited for at one second.
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Waits until the recorder on a page shows at least so many seconds. */
export async function recordedFor(page: Page, seconds: number): Promise<void> {
  const clock = page.getByRole("timer", { name: "Recorded time" });
  const shown = async () => {
    const [minutes = 0, rest = 0] = (await clock.innerText()).split(":").map(Number);
    return minutes * 60 + rest;
  };
  await expect
    .poll(shown, { timeout: 60_000 + seconds * 1_000, interval: 100 })
    .toBeGreaterThanOrEqual(seconds);
}
