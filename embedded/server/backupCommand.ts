// The backup that needs no server: it reads the database beside a server that may be writing to it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { DATABASE_FILE } from "../database/index.ts";
import { backupDataFolder } from "../deploy/index.ts";

/** @throws when there is no database, or the target exists already */
export async function backupDataFolderOffline(dataDir: string, target: string): Promise<void> {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) throw new Error(`There is no database in ${dataDir}.`);
  // Not read-only: without a server it may be this connection that has to recover the log.
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    await backupDataFolder({
      dataDir,
      target,
      copyDatabase: async (copy) => {
        await backup(database, copy);
      },
    });
  } finally {
    database.close();
  }
}
