// The CLI's digest of a pushed module, and the clearing away of bundles that no deployment lists any more.
import { createHash } from "node:crypto";
import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { modulesFolder } from "../functions/moduleStore.ts";

/** Unlisted files are kept this long: a push in progress has written files that no document names yet. */
const SWEEP_AGE_MS = 60 * 60 * 1000;

/** SHA-256 (hex) of source and source map, one after the other: what the CLI compares to skip unchanged modules. */
export function moduleDigest(source: string, sourceMap: string | undefined): string {
  return createHash("sha256")
    .update(source)
    .update(sourceMap ?? "")
    .digest("hex");
}

/** Removes files that `listed` does not name and that are old enough that no push is still at it. Returns how many. */
export async function sweepModuleFiles(
  dataDir: string,
  listed: ReadonlySet<string>,
  nowMs = Date.now(),
): Promise<number> {
  const folder = modulesFolder(dataDir);
  let removed = 0;
  for (const name of await readdir(folder)) {
    if (listed.has(name)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (nowMs - mtimeMs < SWEEP_AGE_MS) continue;
    await unlink(path);
    removed++;
  }
  return removed;
}
