// `ctx.storage.store` and `ctx.storage.get` of actions, whose bytes pass through the main thread.
import { readFile } from "node:fs/promises";
import { SystemFunctionError, type EngineServices } from "../functions/index.ts";
import type { FileStore } from "./fileStore.ts";

/** @param store asked for at each call: the file store itself needs the engine that these services are for */
export function actionFileServices(store: () => FileStore): Required<EngineServices> {
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
      return { bytes: await readFile(files.path(file.internalId)), contentType: file.contentType };
    },
  };
}
