// The embedded backend without its sockets: engine, scheduler and file store as the server puts them together.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convexToJson, jsonToConvex } from "convex/values";
import { bundleProject } from "../../embedded/deploy/projectBundle.ts";
import { FileStore } from "../../embedded/files/fileStore.ts";
import {
  createEngine,
  writeModuleFiles,
  type Engine,
  type Outcome,
} from "../../embedded/functions/index.ts";
import { startScheduler, type Scheduler } from "../../embedded/scheduler/index.ts";
import type { JSONObject } from "../../embedded/values/index.ts";
import type { Answer, Call, Side } from "./side.ts";

/** Scheduled functions here take milliseconds. */
const SETTLE_MS = 20_000;
const NOBODY = { identity: { kind: "none" as const }, visibility: "public" as const };

export class EmbeddedSide implements Side {
  readonly #engine: Engine;
  readonly #scheduler: Scheduler;
  readonly #dataDir: string;

  static async start(): Promise<EmbeddedSide> {
    const dataDir = await mkdtemp(join(tmpdir(), "embedded-differential-"));
    const engine = await createEngine({
      dataDir,
      workerUrl: new URL("./engineWorker.ts", import.meta.url),
      cloudUrl: "http://127.0.0.1:3210",
      siteUrl: "http://127.0.0.1:3211",
      services: {
        storeFile: async ({ bytes, contentType, sha256Base64 }) =>
          await files.store(bytes, contentType, sha256Base64),
        readFile: (id) => readFile(files, id),
      },
    });
    const files: FileStore = new FileStore({ dataDir, engine, maxUploadBytes: 1 << 20 });
    await push(engine, dataDir);
    const scheduler = await startScheduler({
      engine,
      onError: (what, error) => {
        throw new Error(what, { cause: error });
      },
    });
    return new EmbeddedSide(engine, scheduler, dataDir);
  }

  constructor(engine: Engine, scheduler: Scheduler, dataDir: string) {
    this.#engine = engine;
    this.#scheduler = scheduler;
    this.#dataDir = dataDir;
  }

  async reset(): Promise<void> {
    await this.#engine.callSystem("differential:reset", {});
  }

  async call({ kind, path, args }: Call): Promise<Answer> {
    const request = { ...NOBODY, path, args: convexToJson(args) as JSONObject };
    const outcome = await this.#run(kind, request);
    if (outcome.ok) return { ok: true, value: jsonToConvex(outcome.value) };
    const { message, data } = outcome.error;
    return {
      ok: false,
      error: message,
      ...(data === undefined ? {} : { data: jsonToConvex(data) }),
    };
  }

  async settle(): Promise<void> {
    const startedMs = performance.now();
    for (;;) {
      if (performance.now() - startedMs > SETTLE_MS) {
        throw new Error("The embedded scheduler did not finish what was due.");
      }
      const { value } = await this.#engine.callSystem("differential:isBusy", {});
      if (value === false) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async close(): Promise<void> {
    await this.#scheduler.close();
    await this.#engine.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #run(
    kind: Call["kind"],
    request: typeof NOBODY & { path: string; args: JSONObject },
  ): Promise<Outcome> {
    if (kind === "mutation") return this.#engine.runMutation(request);
    if (kind === "action") return this.#engine.runAction(request);
    const { results } = await this.#engine.runQueries([request]);
    const [result] = results;
    if (result === undefined) throw new Error("The engine gave no result.");
    return result;
  }
}

async function readFile(files: FileStore, storageId: string) {
  const file = await files.byStorageId(storageId);
  if (file === null) return null;
  const bytes = new Uint8Array(Buffer.concat(await files.read(file.internalId).toArray()));
  return { bytes, contentType: file.contentType };
}

async function push(engine: Engine, dataDir: string): Promise<void> {
  const { modules, schema } = await bundleProject(join(import.meta.dirname, "app"));
  const analysis = await engine.analyze(schema === null ? modules : [...modules, schema]);
  // Plain data; its type has no index signature.
  const entries = writeModuleFiles(dataDir, modules, analysis) as unknown as JSONObject[];
  await engine.callSystem("differential:push", { schema: analysis.schema, entries });
  await engine.activate();
}
