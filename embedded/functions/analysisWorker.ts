// The thread that loads a push once to look into it: default-runtime modules in a realm, Node modules after them.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { checkVariables, exportedVariables } from "./declaredVariables.ts";
import type { AnalysisAnswer, AnalysisWorkerData } from "./analysisProtocol.ts";
import {
  exportedSchema,
  exportedAuthProviders,
  inspectModule,
  isInspected,
} from "./exportInspection.ts";
import { importExternal } from "./externalModules.ts";
import { errorText, functionError } from "./functionErrors.ts";
import { ModuleLoader } from "./moduleLoader.ts";
import { describeError } from "./realm/errors.ts";
import { createPlatformBridge, type Pending } from "./realmBridge.ts";
import { createRealm, type Realm } from "./realmHost.ts";
import { FrameMapper } from "./sourceMaps.ts";
import { AnalysisError, type ModuleAnalysis, type ModuleEnvironment } from "./types.ts";

const SCHEMA = "schema.js";
const AUTH_CONFIG = "auth.config.js";
const APP_CONFIG = "convex.config.js";
const NO_PENDING: Pending = { begin: () => undefined, end: () => undefined };
const NO_DATABASE = "The database cannot be used while a module is loaded.";

const { bundle, variables } = workerData as AnalysisWorkerData;

function loaderOptions(environment: ModuleEnvironment) {
  const sources = new Map(
    bundle.filter((module) => module.environment === environment).map((m) => [m.path, m.source]),
  );
  return { sources: { read: (path: string) => sources.get(path) } };
}

function analysisRealm(environmentVariables: Record<string, string>): Promise<Realm> {
  return createRealm((intrinsics) => ({
    ...createPlatformBridge(
      intrinsics,
      () => ({ key: new Uint8Array(32), position: 0 }),
      NO_PENDING,
    ),
    syscall: () => `-${NO_DATABASE}`,
    asyncSyscall: (_op, _args, _resolve, reject) => reject(NO_DATABASE, undefined),
    log: () => undefined,
  })).then((realm) => {
    realm.controls.setEnvironment(JSON.stringify(environmentVariables));
    realm.controls.begin(0, new Uint32Array([1, 2, 3, 4]));
    return realm;
  });
}

/** Loads a module or says why its author's code failed. */
async function load(
  loader: ModuleLoader,
  path: string,
  describe: (thrown: unknown) => string,
): Promise<Record<string, unknown>> {
  try {
    return await loader.load(path);
  } catch (thrown) {
    const map = bundle.find((module) => module.path === path)?.sourceMap ?? null;
    const mapper = new FrameMapper((asked) =>
      asked === path ? map : (bundle.find((module) => module.path === asked)?.sourceMap ?? null),
    );
    const text = errorText(functionError(thrown, describe, mapper)).trimEnd();
    throw new AnalysisError(`Failed to analyze ${path}: ${text}`);
  }
}

async function analyze(): Promise<ModuleAnalysis> {
  const analysis: ModuleAnalysis = {
    ...{ modules: {}, schema: null, authProviders: [], declaredVariables: [] },
  };
  const has = (path: string) => bundle.some((module) => module.path === path);
  const realm = await analysisRealm(variables);
  const describe = (thrown: unknown) => realm.controls.describeError(thrown);
  const loader = new ModuleLoader({
    ...loaderOptions("isolate"),
    context: realm.context,
    realmError: (message) => realm.error(message),
  });
  if (has(APP_CONFIG)) {
    analysis.declaredVariables = exportedVariables(await load(loader, APP_CONFIG, describe));
    checkVariables(analysis.declaredVariables, variables);
  }
  if (has(SCHEMA)) analysis.schema = exportedSchema(await load(loader, SCHEMA, describe));
  if (has(AUTH_CONFIG)) analysis.authProviders = await authProviders();
  for (const { path, environment } of bundle) {
    if (environment !== "isolate" || !isInspected(path)) continue;
    const namespace = await load(loader, path, describe);
    analysis.modules[path] = inspectModule(namespace, path, environment);
  }
  await analyzeNodeModules(analysis);
  return analysis;
}

/** In a realm of its own, whose `process.env` refuses names that are not set: the config would be wrong without them. */
async function authProviders() {
  const realm = await analysisRealm(variables);
  realm.controls.refuseUnsetVariables(
    (name) => `Environment variable ${name} is used in auth config file but its value was not set.`,
  );
  const loader = new ModuleLoader({
    ...loaderOptions("isolate"),
    context: realm.context,
    realmError: (message) => realm.error(message),
  });
  const describe = (thrown: unknown) => realm.controls.describeError(thrown);
  return exportedAuthProviders(await load(loader, AUTH_CONFIG, describe));
}

/** Last, because they may do whatever they like to this thread. */
async function analyzeNodeModules(analysis: ModuleAnalysis): Promise<void> {
  const modules = bundle.filter(
    ({ path, environment }) => environment === "node" && isInspected(path),
  );
  if (modules.length === 0) return;
  Object.assign(globalThis, { require: createRequire(join(process.cwd(), "bundle.js")) });
  const loader = new ModuleLoader({
    ...loaderOptions("node"),
    external: importExternal,
    importMeta: (meta, path) => {
      meta.url = pathToFileURL(join(process.cwd(), path)).href;
    },
  });
  for (const { path } of modules) {
    analysis.modules[path] = inspectModule(await load(loader, path, describeError), path, "node");
  }
}

function answer(message: AnalysisAnswer): void {
  parentPort?.postMessage(message);
}

// Work that a module started and nobody awaits is no part of the analysis.
process.on("unhandledRejection", () => undefined);

try {
  answer({ ok: true, analysis: await analyze() });
} catch (error) {
  answer({ ok: false, message: error instanceof Error ? error.message : String(error) });
}
