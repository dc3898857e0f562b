/**
 * Finds out how much this page may still store by asking for it. What a browser says about its quota may be made up
 * (Chromium tells every page the same, so that nobody is recognised by it); a file that can't be made longer is the truth.
 * Nothing is written: the file is given back its length.
 */

const FILE_NAME = "lectern-room";
/** A quarter of a minute of recording. */
const PRECISION_BYTES = 60_000;

/**
 * @param enoughBytes more than this is of no interest
 * @returns how much room there is, at most `enoughBytes`; undefined where a browser has no such files
 */
export async function roomUpTo(enoughBytes: number): Promise<number | undefined> {
  try {
    // Typed as always there; missing in insecure contexts and old browsers.
    const storage = navigator.storage as StorageManager | undefined;
    const folder = await storage?.getDirectory?.();
    const file = await folder?.getFileHandle(FILE_NAME, { create: true });
    if (!file) return undefined;
    let roomBytes = 0;
    let tooMuchBytes = enoughBytes + 1;
    for (let asked = enoughBytes; tooMuchBytes - roomBytes > PRECISION_BYTES;) {
      if (await hasRoom(file, asked)) roomBytes = asked;
      else tooMuchBytes = asked;
      asked = Math.floor((roomBytes + tooMuchBytes) / 2);
    }
    return roomBytes;
  } catch {
    // Safari before 26 makes such files longer in workers only; private windows have none.
    return undefined;
  }
}

async function hasRoom(file: FileSystemFileHandle, bytes: number): Promise<boolean> {
  const writable = await file.createWritable();
  try {
    await writable.truncate(bytes);
    await writable.abort();
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") return false;
    throw error;
  }
}
