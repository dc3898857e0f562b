// Puts the files of an import where stored files live, before the transaction that writes their rows.
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { storedFilePath } from "../files/paths.ts";
import { SystemFunctionError } from "../functions/index.ts";
import { textOf } from "../values/index.ts";
import { BLOBS_FOLDER, type ImportPlan } from "./importStaging.ts";
import { readStaged } from "./stagedDocuments.ts";

/**
 * Without their rows they are nobody's: what a crash leaves is swept at the next start.
 *
 * @returns takes back what was placed
 * @throws SystemFunctionError when a file is missing; nothing stays placed then
 */
export async function placeBlobs(
  dataDir: string,
  folder: string,
  plan: ImportPlan,
): Promise<() => Promise<void>> {
  const placed: string[] = [];
  const takeBack = async () => {
    for (const path of placed) await rm(path, { force: true });
  };
  try {
    for (const table of plan.tables.filter(({ name }) => name === "_storage")) {
      for (const { document } of readStaged(join(folder, table.file))) {
        const target = storedFilePath(join(dataDir, "files"), textOf(document.internalId));
        // A uuid names one content for ever: a file of this name, perhaps of a row that is being replaced, is this file.
        if (existsSync(target)) {
          await setImmediate();
          continue;
        }
        await placeBlob(
          join(folder, BLOBS_FOLDER, textOf(document._id)),
          target,
          textOf(document._id),
        );
        placed.push(target);
      }
    }
    return takeBack;
  } catch (error) {
    await takeBack();
    throw error;
  }
}

async function placeBlob(staged: string, target: string, id: string): Promise<void> {
  if (!existsSync(staged)) {
    throw new SystemFunctionError(
      "MissingFile",
      `The snapshot has no file for _storage document ${id}. Export it with --include-file-storage.`,
    );
  }
  await mkdir(dirname(target), { recursive: true });
  await rename(staged, target);
}
