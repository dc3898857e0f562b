// What must hold of the embedded backend after every fault, when all jobs have ended.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Deployed } from "../harness/deployed.ts";

/** Nothing is scheduled, no call's place is taken, nobody stands in line. Watches of the last calls may still look once. */
export async function expectAtRest(deployed: Deployed): Promise<void> {
  const scheduled = async () =>
    (await deployed.rows("_scheduled_functions"))
      .filter(({ state }) => /pending|inProgress/.test(JSON.stringify(state)))
      .map(({ name }) => name);
  await expect.poll(scheduled, { timeout: 60_000 }).toEqual([]);
  const slots = await deployed.rows("callSlots");
  expect(slots.filter(({ token }) => token !== undefined)).toEqual([]);
  expect(await deployed.rows("callQueue")).toEqual([]);
}

/** The stored files on the disk, by path. */
export async function storedFiles({ dataDir }: Deployed): Promise<string[]> {
  const found = await readdir(join(dataDir, "files"), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}
