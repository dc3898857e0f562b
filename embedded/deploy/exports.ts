// `convex export`: a snapshot is taken while everything goes on, zipped beside the data, and downloaded once or more.
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "../database/index.ts";
import type { Engine } from "../functions/index.ts";
import { HttpError } from "../http/errors.ts";
import type { HttpReply } from "../http/router.ts";
import { writeSnapshot } from "./exportSnapshot.ts";
import { asHttpError } from "./push.ts";
import { textOf } from "../values/index.ts";

export type ReportError = (what: string, error: unknown) => void;

export class Exports {
  readonly #engine: Engine;
  readonly #dataDir: string;
  readonly #folder: string;
  readonly #reportError: ReportError;
  #running: Promise<void> = Promise.resolve();

  constructor(engine: Engine, dataDir: string, reportError: ReportError) {
    this.#engine = engine;
    this.#dataDir = dataDir;
    this.#folder = join(dataDir, "exports");
    this.#reportError = reportError;
  }

  /** Starts an export; its progress is in `_exports`. The zip of the one before is removed. */
  async request(includeStorage: boolean): Promise<void> {
    const { value } = await this.#engine
      .callSystem("deploy:requestExport", { includeStorage })
      .catch(asHttpError);
    this.#running = this.#run(textOf(value), includeStorage);
  }

  async download(startTs: string): Promise<HttpReply> {
    const path = join(this.#folder, `${startTs}.zip`);
    const found = /^\d+$/.test(startTs) ? await stat(path).catch(() => null) : null;
    if (found === null) {
      // Not 404: the CLI would try for half a minute.
      throw new HttpError(400, "ExportNotFound", `There is no export of time ${startTs}.`);
    }
    return {
      status: 200,
      headers: {
        "content-type": "application/zip",
        "content-length": String(found.size),
        "content-disposition": `attachment; filename=snapshot_${startTs}.zip`,
      },
      body: createReadStream(path),
    };
  }

  /** Waits for an export in progress, so that a shutdown leaves no half file. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(startTs: string, includeStorage: boolean): Promise<void> {
    const finish = async (error: string | null) => {
      await this.#engine.callSystem("deploy:finishExport", { error });
    };
    try {
      await this.#write(startTs, includeStorage);
      await finish(null);
    } catch (error) {
      this.#reportError("An export failed", error);
      await finish(error instanceof Error ? error.message : String(error)).catch(
        (unrecorded: unknown) =>
          this.#reportError("A failed export could not be recorded", unrecorded),
      );
    }
  }

  async #write(startTs: string, includeStorage: boolean): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const old of await readdir(this.#folder)) await rm(join(this.#folder, old));
    const copyPath = join(this.#folder, `${startTs}.sqlite`);
    const zipPath = join(this.#folder, `${startTs}.zip`);
    try {
      await this.#engine.backup(copyPath);
      const database = Database.open({ path: copyPath });
      try {
        const dataDir = this.#dataDir;
        await writeSnapshot({ database, dataDir, zipPath, includeStorage });
      } finally {
        database.close();
      }
    } finally {
      for (const suffix of ["", "-wal", "-shm"]) await rm(copyPath + suffix, { force: true });
    }
  }
}
