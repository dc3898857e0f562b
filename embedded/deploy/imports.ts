// `convex import`: parts are uploaded, read and staged, then the CLI's user confirms, then the documents go into hidden
// tables a few at a time, which one last transaction shows.
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RESULT_LOST, SystemFunctionError, type Engine } from "../functions/index.ts";
import { badRequest } from "../http/errors.ts";
import type { HttpRequest } from "../http/router.ts";
import { type JSONObject, type JSONValue, textOf } from "../values/index.ts";
import type { ReportError } from "./exports.ts";
import { placeBlobs } from "./importBlobs.ts";
import { ImportError, stageImport, STOPPED, type ImportPlan } from "./importStaging.ts";
import { tableNotEmpty } from "./importTables.ts";
import { finishUploadRequest, parseBody, performImportRequest } from "./protocol.ts";
import { asHttpError } from "./push.ts";
import { importFolder, readPlan } from "./stagedDocuments.ts";

/** A part is 5 MiB, more only for files so large that there would be too many parts. */
const MAX_PART_BYTES = 1024 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** The beginning of an upload's folder; those of imports are called as their ids. */
const UPLOAD = "upload-";
/** So long what was uploaded waits for its next part, or to be confirmed. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;

type TableCount = { name: string; documentCount: number };

export class Imports {
  readonly #engine: Engine;
  readonly #dataDir: string;
  readonly #reportError: ReportError;
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(engine: Engine, dataDir: string, reportError: ReportError) {
    this.#engine = engine;
    this.#dataDir = dataDir;
    this.#reportError = reportError;
  }

  /** What imports left behind that a crash ended. Call before the first request; hidden tables go in the background. */
  async removeLeftovers(): Promise<void> {
    await rm(join(this.#dataDir, "imports"), { recursive: true, force: true });
    this.#track(this.#removeHiddenTables());
  }

  async startUpload(): Promise<{ uploadToken: string }> {
    await this.#removeForgotten();
    const uploadToken = randomUUID();
    await mkdir(this.#uploadFolder(uploadToken), { recursive: true });
    return { uploadToken };
  }

  /** Uploads that nobody finished and imports that nobody confirmed. */
  async #removeForgotten(): Promise<void> {
    const folder = join(this.#dataDir, "imports");
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      // Gone meanwhile: its import has just ended.
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
      if (Date.now() - mtimeMs < FORGOTTEN_AFTER_MS || mtimeMs === Infinity) continue;
      const isForgotten =
        name.startsWith(UPLOAD) ||
        (await this.#engine.callSystem("deploy:expireImport", { importId: name })).value === true;
      if (isForgotten) await rm(path, { recursive: true, force: true });
    }
  }

  /** Stores one part. Returns its token, which says which part it is. */
  async uploadPart(request: HttpRequest): Promise<string> {
    const token = request.url.searchParams.get("uploadToken") ?? "";
    const partNumber = Number(request.url.searchParams.get("partNumber"));
    if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
      throw badRequest("InvalidPartNumber", "partNumber must be a whole number from 1 to 10000.");
    }
    const folder = await this.#existingUpload(token);
    const partToken = String(partNumber);
    const file = createWriteStream(join(folder, partToken));
    await pipeline(request.stream(MAX_PART_BYTES), file);
    return partToken;
  }

  /** Puts the parts together and begins to read them. The CLI watches the import from here on. */
  async finishUpload(body: unknown): Promise<{ importId: string }> {
    const { import: wanted, ...upload } = parseBody(finishUploadRequest, body, "finish_upload");
    if ((wanted.componentPath ?? "") !== "") {
      throw badRequest("ComponentsNotSupported", "The embedded backend has no components.");
    }
    const uploaded = await this.#existingUpload(upload.uploadToken);
    const { format, mode } = wanted;
    const tableName = wanted.tableName ?? null;
    const created = await this.#engine.callSystem("deploy:createImport", {
      format,
      mode,
      tableName,
    });
    const importId = textOf(created.value);
    const folder = importFolder(this.#dataDir, importId);
    this.#inBackground(importId, async () => {
      await mkdir(folder, { recursive: true });
      const path = join(folder, "upload");
      // An empty file has no parts.
      await writeFile(path, "");
      for (const partToken of upload.partTokens) {
        const part = createReadStream(join(uploaded, String(Number(partToken))));
        await pipeline(part, createWriteStream(path, { flags: "a" }));
      }
      await rm(uploaded, { recursive: true });
      const plan = await stageImport({
        ...{ path, format, mode, tableName, folder },
        signal: this.#closing.signal,
      });
      await this.#askForConfirmation(importId, plan);
    });
    return { importId };
  }

  async perform(body: unknown): Promise<void> {
    const { importId } = parseBody(performImportRequest, body, "perform_import");
    await this.#engine.callSystem("deploy:confirmImport", { importId }).catch(asHttpError);
    this.#inBackground(importId, async () => {
      await this.#apply(importId);
      await rm(importFolder(this.#dataDir, importId), { recursive: true, force: true });
    });
  }

  /** Ends what is in progress: an import that has not shown its documents by now shows none. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async #apply(importId: string): Promise<void> {
    const folder = importFolder(this.#dataDir, importId);
    await this.#step("deploy:beginImport", importId);
    while (await this.#step("deploy:importSome", importId)) {
      if (this.#closing.signal.aborted) throw new ImportError(STOPPED);
    }
    const takeBack = await placeBlobs(this.#dataDir, folder, readPlan(folder));
    try {
      await this.#step("deploy:finishImport", importId);
    } catch (error) {
      await takeBack();
      throw error;
    }
  }

  /** One of the import's transactions, which each know when they were carried out before. */
  async #step(name: string, importId: string): Promise<JSONValue> {
    for (;;) {
      try {
        return (await this.#engine.callSystem(name, { importId })).value;
      } catch (error) {
        const isLost = error instanceof SystemFunctionError && error.code === RESULT_LOST;
        if (!isLost) throw error;
      }
    }
  }

  /** What was replaced, and what failed imports had written, in small transactions, too. */
  async #removeHiddenTables(): Promise<void> {
    try {
      let hasMore = true;
      while (hasMore && !this.#closing.signal.aborted) {
        const { value } = await this.#engine.callSystem("deploy:removeImportLeftovers", {});
        hasMore = value === true;
      }
    } catch (error) {
      this.#reportError(
        "Documents that an import replaced could not be removed; they go at the next start",
        error,
      );
    }
  }

  async #askForConfirmation(importId: string, plan: ImportPlan): Promise<void> {
    const { value } = await this.#engine.callSystem("deploy:tableCounts", {});
    const counts = new Map(
      (value as TableCount[]).map((table) => [table.name, table.documentCount]),
    );
    const changes = plannedChanges(plan, counts);
    const deletes = changes.some((change) => change.deleted > 0);
    await this.#setState(importId, {
      state: "waiting_for_confirmation",
      message_to_confirm: describeChanges(changes),
      require_manual_confirmation: deletes,
    });
  }

  /** Work whose failure belongs into the import's record. */
  #inBackground(importId: string, work: () => Promise<void>): void {
    const running = work()
      .catch(async (error: unknown) => {
        await rm(importFolder(this.#dataDir, importId), { recursive: true, force: true });
        if (!isForTheUser(error)) this.#reportError("An import failed", error);
        const message = error instanceof Error ? error.message : String(error);
        await this.#setState(importId, { state: "failed", error_message: message });
      })
      .catch((error: unknown) => this.#reportError("A failed import could not be recorded", error))
      .then(() => this.#removeHiddenTables());
    this.#track(running);
  }

  #track(running: Promise<void>): void {
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async #setState(importId: string, state: JSONObject): Promise<void> {
    await this.#engine.callSystem("deploy:setImportState", { importId, state });
  }

  #uploadFolder(token: string): string {
    return join(this.#dataDir, "imports", `${UPLOAD}${token}`);
  }

  async #existingUpload(token: string): Promise<string> {
    const folder = this.#uploadFolder(token);
    const isToken = /^[0-9a-f-]{36}$/.test(token);
    const found = isToken ? await stat(folder).catch(() => null) : null;
    if (found === null)
      throw badRequest("InvalidUploadToken", "There is no upload with this token.");
    return folder;
  }
}

type TableChange = { name: string; added: number; deleted: number; kept: number };

/** What an import does to each table, given how many documents are there. */
export function plannedChanges(
  plan: ImportPlan,
  counts: ReadonlyMap<string, number>,
): TableChange[] {
  const changes = plan.tables.map(({ name, documentCount }) => {
    const existing = counts.get(name) ?? 0;
    if (plan.mode === "requireEmpty" && existing > 0) throw new ImportError(tableNotEmpty(name));
    const replaced = plan.mode === "replace" || plan.mode === "replaceAll";
    return {
      name,
      added: documentCount,
      deleted: replaced ? existing : 0,
      kept: replaced ? 0 : existing,
    };
  });
  if (plan.mode !== "replaceAll") return changes;
  const imported = new Set(plan.tables.map((table) => table.name));
  const others = [...counts].filter(
    ([name, count]) => !imported.has(name) && !name.startsWith("_") && count > 0,
  );
  return [...changes, ...others.map(([name, deleted]) => ({ name, added: 0, deleted, kept: 0 }))];
}

/** A table of the changes, as the CLI prints it above its question. */
export function describeChanges(changes: TableChange[]): string {
  const rows = [
    ["table", "add", "delete", "keep"],
    ...changes.map(({ name, added, deleted, kept }) => [
      name,
      String(added),
      String(deleted),
      String(kept),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Whether the message was written for whoever imports. */
function isForTheUser(error: unknown): boolean {
  return error instanceof ImportError || error instanceof SystemFunctionError;
}
