// A few hundred random sequences on the embedded backend and on `convex-test`; main.ts runs thousands.
import { expect, it, vi } from "vitest";
import { runDifferential } from "./run.ts";

it("answers as convex-test does", async () => {
  // It prints the errors of scheduled functions that fail, which here are part of the sequences.
  const silenced = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const report = await runDifferential({ sequences: 300, seed: 20_261_125 });
  silenced.mockRestore();
  expect(report.ok ? "" : report.text).toBe("");
}, 180_000);
