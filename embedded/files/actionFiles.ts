// `ctx.storage.store` and `ctx.storage.get` of actions, whose bytes pass through the main thread.
import { readFile } from "node:fs/promises";
import { SystemFunctionError, type EngineServices } from "../functions/index.ts";
import type { FileStore } from "./fileStore.ts";

/** What an action may take into memory at once: as much as Convex gives a Node action in all. */
const MOST_READ_BYTES = 512 << 20;

type Files = Pick<FileStore, "maxUploadBytes" | "store" | "byStorageId" | "path">;

/** @param store asked for at each call: the file store itself needs the engine that these services are for */
export function actionFileServices(store: () => Files): Required<EngineServices> {
  return {
    storeFile: async ({ bytes, contentType, sha256Base64 }) => {
      const files = store();
      if (bytes.byteLength > files.maxUploadBytes) {
        throw new SystemFunctionError(
          "FileTooLarge",
          `The file has ${String(bytes.byteLength)} bytes, more than the ${String(files.maxUploadBytes)} that may be stored.`,
        );
      }
      return files.store(bytes, contentType, sha256Base64);
    },
    readFile: async (storageId) => {
      const files = store();
      const file = await files.byStorageId(storageId);
      if (file === null) return null;
      if (file.sizeBytes > MOST_READ_BYTES) {
        throw new SystemFunctionError(
          "FileTooLarge",
          `The file ${storageId} has ${String(file.sizeBytes)} bytes; an action can take up to ${String(MOST_READ_BYTES)} into memory. Fetch its URL and read the body bit by bit.`,
        );
      }
      const bytes = await readIfThere(files.path(file.internalId));
      return bytes && { bytes, contentType: file.contentType };
    },
  };
}

/** Null when somebody has deleted the file from the disk: to functions that is a file that is not there. */
async function readIfThere(path: string) {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
