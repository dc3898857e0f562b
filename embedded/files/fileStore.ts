// The bytes of stored files on disk: written and synced before their row exists, removed after it is gone,
// and swept at start if a crash left some without a row.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { SystemFunctionError, type Engine } from "../functions/index.ts";
import { isJSONObject, textOf } from "../values/index.ts";
import { areDeletionsHeld } from "./deletionHold.ts";

export type StoredFile = {
  storageId: string;
  internalId: string;
  sha256Base64: string;
  sizeBytes: number;
  contentType: string | null;
};
/** Bytes on disk that have no row yet. */
export type WrittenBytes = { internalId: string; sha256Base64: string; sizeBytes: number };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Where bytes are while they arrive. */
const INCOMING = ".incoming";

export class FileStore {
  readonly #filesDir: string;
  readonly #engine: Pick<Engine, "callSystem">;
  readonly maxUploadBytes: number;

  constructor(options: {
    dataDir: string;
    engine: Pick<Engine, "callSystem">;
    maxUploadBytes: number;
  }) {
    this.#filesDir = join(options.dataDir, "files");
    this.#engine = options.engine;
    this.maxUploadBytes = options.maxUploadBytes;
    mkdirSync(join(this.#filesDir, INCOMING), { recursive: true });
  }

  static isInternalId(text: string): boolean {
    return UUID.test(text);
  }

  /** Where the bytes of a file are. */
  path(internalId: string): string {
    if (!FileStore.isInternalId(internalId)) throw new Error(`Not a file's id: ${internalId}`);
    return join(this.#filesDir, internalId.slice(0, 2), internalId);
  }

  /**
   * Writes bytes durably. They stay only if a row for them is committed: call `discard` otherwise.
   * @throws what the source throws; nothing is left behind then
   */
  async write(source: AsyncIterable<Uint8Array>): Promise<WrittenBytes> {
    const internalId = randomUUID();
    const incoming = join(this.#filesDir, INCOMING, internalId);
    const hash = createHash("sha256");
    let sizeBytes = 0;
    try {
      const file = await open(incoming, "wx", 0o600);
      try {
        for await (const chunk of source) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const final = this.path(internalId);
      const folder = join(final, "..");
      await mkdir(folder, { recursive: true });
      await rename(incoming, final);
      await syncFolder(folder);
    } catch (error) {
      await rm(incoming, { force: true });
      throw error;
    }
    return { internalId, sha256Base64: hash.digest("base64"), sizeBytes };
  }

  async discard(written: Pick<WrittenBytes, "internalId">): Promise<void> {
    await rm(this.path(written.internalId), { force: true });
  }

  /**
   * Gives written bytes their row, and spends the upload token in the same transaction.
   * @param token null when the server itself stores
   * @returns the `_storage` document's id
   */
  async commit(
    written: WrittenBytes,
    contentType: string | null,
    token: string | null,
  ): Promise<string> {
    try {
      const { value } = await this.#engine.callSystem("files:commitUpload", {
        token,
        internalId: written.internalId,
        sha256: written.sha256Base64,
        size: written.sizeBytes,
        contentType,
      });
      return textOf(value);
    } catch (error) {
      await this.discard(written);
      throw error;
    }
  }

  /** @throws SystemFunctionError with Convex's code when the token is unknown, spent or expired */
  async checkUploadToken(token: string): Promise<void> {
    await this.#engine.callSystem("files:checkUploadToken", { token });
  }

  /**
   * Stores bytes on behalf of the server itself.
   * @param expectedSha256 base64; null when the sender did not say
   * @throws SystemFunctionError Sha256Mismatch
   */
  async store(
    bytes: Uint8Array,
    contentType: string | null,
    expectedSha256: string | null = null,
  ): Promise<string> {
    const written = await this.write(once(bytes));
    if (expectedSha256 !== null && expectedSha256 !== written.sha256Base64) {
      await this.discard(written);
      throw new SystemFunctionError(
        "Sha256Mismatch",
        `The bytes have the SHA-256 ${written.sha256Base64}, not ${expectedSha256}.`,
      );
    }
    return this.commit(written, contentType, null);
  }

  async byInternalId(internalId: string): Promise<StoredFile | null> {
    return this.#find("files:byInternalId", { internalId });
  }

  async byStorageId(storageId: string): Promise<StoredFile | null> {
    return this.#find("files:byStorageId", { storageId });
  }

  async #find(name: string, args: { [key: string]: string }): Promise<StoredFile | null> {
    const { value } = await this.#engine.callSystem(name, args);
    if (!isJSONObject(value)) return null;
    return {
      storageId: textOf(value._id),
      internalId: textOf(value.internalId),
      sha256Base64: textOf(value.sha256),
      sizeBytes: Number(value.size),
      contentType: typeof value.contentType === "string" ? value.contentType : null,
    };
  }

  /** The bytes from `first` to `last`, both included; all of them without a range. */
  read(internalId: string, range?: { first: number; last: number }): Readable {
    return createReadStream(
      this.path(internalId),
      range === undefined ? {} : { start: range.first, end: range.last },
    );
  }

  /** Bytes must stay for now although their rows are gone: the data folder is being copied. */
  areDeletionsHeld(): Promise<boolean> {
    return areDeletionsHeld(this.#filesDir);
  }

  /** Removes the bytes of files whose rows are gone; harmless when they are gone too. */
  async remove(internalIds: readonly string[]): Promise<void> {
    for (const internalId of internalIds) await this.discard({ internalId });
  }

  /** Removes what was still arriving when the last run ended. Only at start, before anybody can upload. */
  async clearIncoming(): Promise<number> {
    const names = await readdir(join(this.#filesDir, INCOMING));
    for (const name of names) await rm(join(this.#filesDir, INCOMING, name), { force: true });
    return names.length;
  }

  /**
   * Removes bytes that have no row: what a crash between the two left. Looks at every file, so only after a crash,
   * and only at start, before anybody can upload.
   * @returns how many were removed
   */
  async sweepOrphans(): Promise<number> {
    if (await this.areDeletionsHeld()) return 0;
    const { value } = await this.#engine.callSystem("files:allInternalIds", {});
    const known = new Set(Array.isArray(value) ? value : []);
    let removed = 0;
    for (const folder of await readdir(this.#filesDir)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      const names = await readdir(join(this.#filesDir, folder));
      const orphans = names.filter((name) => UUID.test(name) && !known.has(name));
      await this.remove(orphans);
      removed += orphans.length;
      if (orphans.length === names.length) await rmdir(join(this.#filesDir, folder));
    }
    return removed;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A rename is durable only once its folder is. Windows cannot sync folders and does not need to. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
