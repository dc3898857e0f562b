// Starts an engine on a folder of its own and pushes a small app into it, bundled as the CLI does.
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bundleProject } from "../../deploy/projectBundle.ts";
import type { JSONObject, JSONValue } from "../../values/index.ts";
import { createEngine } from "../engine.ts";
import { writeModuleFiles } from "../moduleStore.ts";
import type { Engine, EngineOptions, Outcome } from "../types.ts";

/** Files of the functions folder by their path in it. */
export type AppFiles = Record<string, string>;

export type TestApp = {
  /** Another one after `restart`. */
  readonly engine: Engine;
  dataDir: string;
  push(files: AppFiles): Promise<void>;
  query(path: string, args?: JSONObject): Promise<JSONValue>;
  mutation(path: string, args?: JSONObject): Promise<JSONValue>;
  action(path: string, args?: JSONObject): Promise<JSONValue>;
  /** The text with which a run fails. */
  failure(run: Promise<unknown>): Promise<string>;
  /** Closes the engine and opens another one on the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** A run that failed, as an exception of the test. */
export class RunFailed extends Error {
  readonly data: JSONValue | undefined;
  readonly frames: string | undefined;
  readonly logLines: string[];
  constructor(outcome: Outcome & { ok: false }) {
    super(outcome.error.message);
    this.data = outcome.error.data;
    this.frames = outcome.error.frames;
    this.logLines = outcome.logLines;
  }
}

const WORKER = new URL("./engineWorker.ts", import.meta.url);

export async function startApp(
  files: AppFiles,
  options: Partial<EngineOptions> = {},
): Promise<TestApp> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "embedded-engine-")));
  const open = () =>
    createEngine({
      workerUrl: WORKER,
      cloudUrl: "http://127.0.0.1:3210",
      siteUrl: "http://127.0.0.1:3211",
      ...options,
      dataDir,
    });
  let engine = await open();
  const app: TestApp = {
    get engine() {
      return engine;
    },
    dataDir,
    push: (pushed) => pushApp(engine, dataDir, pushed),
    async query(path, args = {}) {
      const { results } = await engine.runQueries([
        { path, args, identity: { kind: "none" }, visibility: "public" },
      ]);
      return valueOf(results[0]);
    },
    mutation: async (path, args = {}) =>
      valueOf(
        await engine.runMutation({ path, args, identity: { kind: "none" }, visibility: "public" }),
      ),
    action: async (path, args = {}) =>
      valueOf(
        await engine.runAction({ path, args, identity: { kind: "none" }, visibility: "public" }),
      ),
    async failure(run) {
      try {
        await run;
      } catch (error) {
        if (error instanceof RunFailed) return error.message;
        throw error;
      }
      throw new Error("The run was expected to fail.");
    },
    async restart() {
      await engine.close();
      engine = await open();
    },
    async close() {
      await engine.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await app.push(files);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

export function valueOf(outcome: Outcome | undefined): JSONValue {
  if (outcome === undefined) throw new Error("The engine gave no result.");
  if (!outcome.ok) throw new RunFailed(outcome);
  return outcome.value;
}

async function pushApp(engine: Engine, dataDir: string, files: AppFiles): Promise<void> {
  const bundle = await bundleFiles(files);
  const analysis = await engine.analyze(bundle);
  const modules = bundle.filter(({ path }) => path !== "schema.js");
  const entries = writeModuleFiles(dataDir, modules, analysis);
  await engine.callSystem("testing:push", {
    schema: analysis.schema,
    // Plain data; its type has no index signature.
    entries: entries,
  });
  await engine.activate();
}

/** Bundles `files` as a functions folder, in a folder from which this repository's packages are found. */
export async function bundleFiles(files: AppFiles) {
  const root = join(import.meta.dirname, "../../../node_modules/.cache");
  await mkdir(root, { recursive: true });
  const projectDir = await mkdtemp(join(root, "embedded-app-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      const file = join(projectDir, "convex", path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const { modules, schema } = await bundleProject(projectDir);
    return schema === null ? modules : [...modules, schema];
  } finally {
    await rm(projectDir, { recursive: true, force: true });
  }
}
