// A consistent copy of a whole data folder while the server runs: database, bundles, files, admin key.
// To restore it, start the server with the copy as its data folder.
import { constants } from "node:fs";
import { copyFile, cp, link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DATABASE_FILE } from "../database/index.ts";
import { holdDeletions } from "../files/deletionHold.ts";

/** Folders of content that never changes under its name: copied by name, without reading. */
const IMMUTABLE_FOLDERS = ["modules", "files"];
/** With `server.json` the copy is to its first server what a crashed one leaves: files may be there without a row. */
const SMALL_FILES = ["admin-key", "server.json"];

export type BackupOptions = {
  dataDir: string;
  /** A folder that does not exist yet. */
  target: string;
  /** Copies the open database consistently; `Engine.backup`. */
  copyDatabase: (path: string) => Promise<void>;
};

/** @throws when `target` exists already; nothing is left there when the backup fails */
export async function backupDataFolder(options: BackupOptions): Promise<void> {
  const { dataDir, target } = options;
  if (existsSync(target)) throw new Error(`${target} exists already; a backup needs a new folder.`);
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  const release = await holdDeletions(join(dataDir, "files"));
  try {
    // The database first: every file that it names is there already, and stays until it has been copied, too.
    await options.copyDatabase(join(partial, DATABASE_FILE));
    await linkFolders(dataDir, partial);
    for (const name of SMALL_FILES) {
      const from = join(dataDir, name);
      if (existsSync(from)) await cp(from, join(partial, name));
    }
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await release();
  }
}

async function linkFolders(dataDir: string, target: string): Promise<void> {
  for (const folder of IMMUTABLE_FOLDERS) {
    const from = join(dataDir, folder);
    if (existsSync(from)) await linkTree(from, join(target, folder));
  }
}

/** Hard links where the file system can, copies elsewhere. */
async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    // Bytes that are still arriving, and half-written bundles.
    if (entry.name.startsWith(".") || entry.name.endsWith(".tmp")) continue;
    const source = join(from, entry.name);
    const copy = join(to, entry.name);
    if (entry.isDirectory()) await linkTree(source, copy);
    else if (!existsSync(copy)) await linkOrCopy(source, copy);
  }
}

async function linkOrCopy(source: string, copy: string): Promise<void> {
  try {
    await link(source, copy);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    // Deleted since the folder was listed: its row is deleted, too.
    if (code === "ENOENT") return;
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(source, copy, constants.COPYFILE_EXCL);
  }
}
