// Where the bytes of a stored file lie, for the rooms that copy or place them without a running server.
import { join } from "node:path";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * @param filesDir the `files` folder of a data folder
 * @param internalId the uuid in the file's address
 * @throws when it is not a uuid: the name becomes a path
 */
export function storedFilePath(filesDir: string, internalId: string): string {
  if (!UUID.test(internalId)) throw new Error(`Not a file's id: ${internalId}`);
  return join(filesDir, internalId.slice(0, 2), internalId);
}
