import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { areDeletionsHeld, holdDeletions } from "./deletionHold.ts";

const HOUR_MS = 60 * 60_000;

let filesDir: string;
beforeEach(() => {
  filesDir = mkdtempSync(join(tmpdir(), "deletion-hold-"));
});
afterEach(() => rmSync(filesDir, { recursive: true }));

describe("deletions", () => {
  it("are held until the last copier has finished", async () => {
    expect(await areDeletionsHeld(filesDir)).toBe(false);
    const first = await holdDeletions(filesDir);
    const second = await holdDeletions(filesDir);
    await first();
    expect(await areDeletionsHeld(filesDir)).toBe(true);
    await second();
    expect(await areDeletionsHeld(filesDir)).toBe(false);
    expect(readdirSync(filesDir)).toEqual([]);
  });

  it("are not held by a copier that was killed long ago", async () => {
    await holdDeletions(filesDir);
    expect(await areDeletionsHeld(filesDir, Date.now() + HOUR_MS - 1000)).toBe(true);
    expect(await areDeletionsHeld(filesDir, Date.now() + HOUR_MS + 1000)).toBe(false);
    expect(readdirSync(filesDir)).toEqual([]);
  });

  it("are not held in a folder that is not there yet", async () => {
    const release = await holdDeletions(join(filesDir, "absent"));
    await release();
    expect(readdirSync(filesDir)).toEqual([]);
  });
});
