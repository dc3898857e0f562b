// One process per data folder: a second one would write to the same database and remove the first one's files.
// The lock is SQLite's own on a file beside the database: the system releases it whenever the process ends, however.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const LOCK_FILE = "lock.sqlite3";
/** Who holds the lock, for the message to whoever comes second. */
const OWNER_FILE = "server.json";
const SQLITE_BUSY = 5;

export type DataFolderLock = {
  /** The last server on this folder did not come to its end: it may have left things half-way. */
  readonly lastRunCrashed: boolean;
  /** Where the holder can be reached, for the message. */
  noteAddress(url: string): void;
  release(): void;
};

/** The data folder belongs to another running process. */
export class DataFolderInUseError extends Error {
  override name = "DataFolderInUseError";
}

/**
 * Makes the folder if it is not there, readable by its owner only, and takes it.
 * @throws DataFolderInUseError
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const ownerPath = join(dataDir, OWNER_FILE);
  const lock = new DatabaseSync(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataFolderInUseError(
      `The data folder ${dataDir} is in use by ${ownerText(ownerPath)}. Stop that server first, or choose another data folder.`,
    );
  }
  const noteOwner = (owner: object): void => {
    writeFileSync(ownerPath, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  };
  // Its owner removes it, if it can.
  const lastRunCrashed = existsSync(ownerPath);
  noteOwner({ pid: process.pid });
  return {
    lastRunCrashed,
    noteAddress: (url) => noteOwner({ pid: process.pid, url }),
    release: () => {
      rmSync(ownerPath, { force: true });
      lock.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

function ownerText(path: string): string {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof owner !== "object" || owner === null || !("pid" in owner)) return "another process";
    const at = "url" in owner ? ` at ${String(owner.url)}` : "";
    return `process ${String(owner.pid)}${at}`;
  } catch {
    // Being written at this moment.
    return "another process";
  }
}
