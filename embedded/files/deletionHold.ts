// Keeps the bytes of deleted files on the disk while the data folder is copied: the copy's database may still name
// them. It is a file in the folder, because the copier may be another process than the server.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const PREFIX = ".held-for-copy-";
/** A copier that was killed holds nothing up for longer than this. No copy should take so long. */
const HELD_AT_MOST_MS = 60 * 60_000;

/**
 * @param filesDir the `files` folder of a data folder
 * @returns a function that ends the hold
 */
export async function holdDeletions(filesDir: string): Promise<() => Promise<void>> {
  if (!existsSync(filesDir)) return async () => undefined;
  const marker = join(filesDir, `${PREFIX}${randomUUID()}`);
  await writeFile(marker, "");
  return () => rm(marker, { force: true });
}

export async function areDeletionsHeld(filesDir: string, nowMs = Date.now()): Promise<boolean> {
  for (const name of await readdir(filesDir)) {
    if (!name.startsWith(PREFIX)) continue;
    const marker = join(filesDir, name);
    const heldSinceMs = await stat(marker).then(
      ({ mtimeMs }) => mtimeMs,
      // Its copier has just finished.
      () => 0,
    );
    if (nowMs - heldSinceMs < HELD_AT_MOST_MS) return true;
    await rm(marker, { force: true });
  }
  return false;
}
