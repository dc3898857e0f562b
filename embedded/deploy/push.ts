// A push from its first request to its last: bundles stored, analysed, checked against the data, then switched to in
// one transaction. Until that transaction nothing has changed, so a push that fails leaves the old code running.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { IndexDiff, ModuleConfig, SchemaStatus, StartPushRequest } from "./protocol.ts";
import {
  finishPushRequest,
  parseBody,
  startPushRequest,
  waitForSchemaRequest,
} from "./protocol.ts";
import type { PreparedPush, PushBasis, PushChanges } from "./applyPush.ts";
import type { StoredModule } from "./deployment.ts";
import type { IndexPrediction } from "./indexDiff.ts";
import { moduleDigest, sweepModuleFiles } from "./moduleFiles.ts";
import {
  AnalysisError,
  SystemFunctionError,
  type Engine,
  type ModuleAnalysis,
} from "../functions/index.ts";
import { readModuleFile, writeModuleFiles } from "../functions/moduleStore.ts";
import { parseSchedule } from "../scheduler/schedule.ts";
import { HttpError, badRequest } from "../http/errors.ts";
import type { JSONObject } from "../values/index.ts";

/** Convex's limit on a push: of the JSON, which comes brotli-compressed. */
export const PUSH_BODY_LIMIT_BYTES = 200_000_000;
/** Started pushes wait in memory for their finish; the CLI runs one at a time, several developers a few. */
const MAX_PENDING_PUSHES = 8;

type PendingPush = { prepared: PreparedPush; dryRun: boolean };

type DeployState = {
  functions: string;
  udfServerVersion: string | null;
  schemaHash: string | null;
  modules: StoredModule[];
  basis: PushBasis;
};

export class Pushes {
  readonly #engine: Engine;
  readonly #dataDir: string;
  readonly #onActivated: () => Promise<void>;
  readonly #pending = new Map<string, PendingPush>();

  /** @param onActivated told after new code (and perhaps a new auth config) is in force */
  constructor(engine: Engine, dataDir: string, onActivated: () => Promise<void>) {
    this.#engine = engine;
    this.#dataDir = dataDir;
    this.#onActivated = onActivated;
  }

  /** What the CLI compares its bundles with. `schemaHash` is for `pushProject`, the CLI ignores it. */
  async configHashes(): Promise<object> {
    const state = await this.#state();
    return {
      config: { functions: state.functions, authInfo: [] },
      moduleHashes: state.modules.map(({ path, hash, environment }) => ({
        path,
        hash,
        environment,
      })),
      udfServerVersion: state.udfServerVersion ?? "0.0.0",
      nodeDependencies: [],
      schemaHash: state.schemaHash,
    };
  }

  /** Which indexes a push would change, before it is made. */
  async evaluate(body: unknown): Promise<{ indexDiff: IndexDiff; indexes: IndexPrediction[] }> {
    const request = parseStartPush(body);
    const { schema } = request.appDefinition;
    const analysis = await this.#analyze(schema === null ? [] : [{ ...schema, path: "schema.js" }]);
    return await this.#schemaDiff(analysis.schema);
  }

  async start(body: unknown): Promise<object> {
    const request = parseStartPush(body);
    const state = await this.#state();
    const modules = this.#collectModules(request, state.modules);
    const { schema, definition } = request.appDefinition;
    const analysis = await this.#analyze([
      ...modules,
      ...(schema === null ? [] : [{ ...schema, path: "schema.js" }]),
      ...(definition === null ? [] : [{ ...definition, path: "convex.config.js" }]),
    ]);
    checkCronSchedules(analysis);
    const { indexDiff } = await this.#schemaDiff(analysis.schema);
    const pushId = this.#remember({
      dryRun: request.dryRun,
      prepared: {
        schema: analysis.schema === null ? null : JSON.stringify(analysis.schema),
        schemaHash: schema === null ? null : moduleDigest(schema.source, schema.sourceMap),
        authProviders: JSON.stringify(analysis.authProviders),
        analysis: JSON.stringify(analysis.modules),
        functions: request.functions,
        udfServerVersion: request.appDefinition.udfServerVersion,
        message: null,
        modules: this.#store(modules, analysis),
        basis: state.basis,
      },
    });
    return startPushReply(request, analysis, indexDiff, pushId);
  }

  /** Checks the documents that are there against the newest started push's schema. */
  async waitForSchema(body: unknown): Promise<SchemaStatus> {
    parseBody(waitForSchemaRequest, body, "wait_for_schema");
    const pushId = pushIdOf(body);
    const push = pushId === null ? undefined : this.#pending.get(pushId);
    if (push === undefined) return { type: "raceDetected" };
    try {
      await this.#engine.callSystem("deploy:checkSchema", { schema: push.prepared.schema });
      return { type: "complete" };
    } catch (error) {
      if (!(error instanceof SystemFunctionError)) throw error;
      return {
        type: "failed",
        error: error.message,
        componentPath: "",
        tableName: /in table "([^"]+)"/.exec(error.message)?.[1] ?? null,
      };
    }
  }

  async finish(body: unknown): Promise<object> {
    const request = parseBody(finishPushRequest, body, "finish_push");
    const pushId = request.startPush.componentDefinitionPackages[""]?.pushId ?? "";
    const push = this.#pending.get(pushId);
    if (push === undefined) {
      throw badRequest(
        "RaceDetected",
        "This push was not started here, or too long ago. Push again.",
      );
    }
    const dryRun = push.dryRun || request.dryRun;
    const prepared = { ...push.prepared, message: request.message ?? null };
    const { value } = await this.#engine
      .callSystem(dryRun ? "deploy:previewPush" : "deploy:finishPush", asArguments(prepared))
      .catch(asHttpError);
    this.#pending.delete(pushId);
    if (!dryRun) await this.#activate(prepared);
    // The system function returns what `applyPush` does.
    return finishPushReply(value as unknown as PushChanges);
  }

  /** New values may be part of the auth config, which is evaluated at once, as on Convex. */
  async environmentChanged(): Promise<void> {
    await this.#engine.environmentChanged();
    const state = await this.#state();
    const authConfig = state.modules.filter((module) => module.path === "auth.config.js");
    if (authConfig.length > 0) {
      const analysis = await this.#analyze(authConfig.map((module) => this.#read(module)));
      await this.#engine.callSystem("deploy:replaceAuthProviders", {
        authProviders: JSON.stringify(analysis.authProviders),
      });
    }
    await this.#onActivated();
  }

  async #activate(prepared: PreparedPush): Promise<void> {
    await this.#engine.activate();
    await this.#onActivated();
    const listed = prepared.modules.flatMap((module) => [
      module.sha256,
      module.sourceMapSha256 ?? "",
    ]);
    await sweepModuleFiles(this.#dataDir, new Set(listed));
  }

  async #state(): Promise<DeployState> {
    const { value } = await this.#engine.callSystem("deploy:state", {});
    // The system function builds exactly this.
    return value as unknown as DeployState;
  }

  async #analyze(modules: ModuleConfig[]): Promise<ModuleAnalysis> {
    return await this.#engine.analyze(modules).catch(asHttpError);
  }

  async #schemaDiff(schema: JSONObject | null) {
    const { value } = await this.#engine
      .callSystem("deploy:schemaDiff", { schema: schema === null ? null : JSON.stringify(schema) })
      .catch(asHttpError);
    return value as unknown as { indexDiff: IndexDiff; indexes: IndexPrediction[] };
  }

  /** Changed modules as sent, unchanged ones from the disk. */
  #collectModules(request: StartPushRequest, stored: StoredModule[]): ModuleConfig[] {
    const byPath = new Map(stored.map((module) => [module.path, module]));
    const unchanged = request.appDefinition.unchangedModuleHashes.map((wanted) => {
      const module = byPath.get(wanted.path);
      if (module?.hash !== wanted.sha256 || module.environment !== wanted.environment) {
        throw badRequest(
          "RaceDetected",
          `Module ${wanted.path} is not as the push expects; another push came in between. Push again.`,
        );
      }
      return this.#read(module);
    });
    return [...request.appDefinition.changedModules, ...unchanged];
  }

  #read(module: StoredModule): ModuleConfig {
    const { path, environment, sha256, sourceMapSha256 } = module;
    const source = readModuleFile(this.#dataDir, sha256);
    if (sourceMapSha256 === undefined) return { path, environment, source };
    return { path, environment, source, sourceMap: readModuleFile(this.#dataDir, sourceMapSha256) };
  }

  #store(modules: ModuleConfig[], analysis: ModuleAnalysis): StoredModule[] {
    const entries = writeModuleFiles(this.#dataDir, modules, analysis);
    return entries.map((entry, i) => ({
      ...entry,
      hash: moduleDigest(modules[i]?.source ?? "", modules[i]?.sourceMap),
    }));
  }

  #remember(push: PendingPush): string {
    const pushId = randomUUID();
    this.#pending.set(pushId, push);
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= MAX_PENDING_PUSHES) break;
      this.#pending.delete(oldest);
    }
    return pushId;
  }
}

function parseStartPush(body: unknown): StartPushRequest {
  const request = parseBody(startPushRequest, body, "start_push");
  const { appDefinition, componentDefinitions, nodeDependencies } = request;
  if (componentDefinitions.length > 0 || appDefinition.dependencies.length > 0) {
    throw badRequest(
      "ComponentsNotSupported",
      "This push uses components (app.use(...) in convex.config.ts), which the embedded backend does not have. Use a full Convex deployment, or remove the component.",
    );
  }
  if (nodeDependencies.length > 0) {
    const names = nodeDependencies.map(({ name }) => name).join(", ");
    throw badRequest(
      "ExternalPackagesNotSupported",
      `convex.json lists packages to install on the server (${names}), which the embedded backend does not do. Remove node.externalPackages, so that they are bundled.`,
    );
  }
  return request;
}

/** Early, so that the CLI shows what is wrong before it asks anything. */
function checkCronSchedules({ modules }: ModuleAnalysis): void {
  for (const { cronSpecs } of Object.values(modules)) {
    for (const [name, { schedule }] of Object.entries(cronSpecs ?? {})) {
      try {
        parseSchedule(schedule, name);
      } catch (error) {
        asHttpError(error);
      }
    }
  }
}

/** `schemaChange` comes back with the id that start_push put into it. */
function pushIdOf(body: unknown): string | null {
  const shape = z.object({ schemaChange: z.object({ schemaIds: z.object({ "": z.string() }) }) });
  const parsed = shape.safeParse(body);
  return parsed.success ? parsed.data.schemaChange.schemaIds[""] : null;
}

function startPushReply(
  request: StartPushRequest,
  analysis: ModuleAnalysis,
  indexDiff: IndexDiff,
  pushId: string,
): object {
  const functions = Object.fromEntries(
    Object.entries(analysis.modules).map(([path, module]) => [
      path,
      { ...module, sourceMapped: null },
    ]),
  );
  return {
    environmentVariables: {},
    externalDepsId: null,
    // The CLI sends this back with finish_push.
    componentDefinitionPackages: { "": { pushId } },
    appAuth: analysis.authProviders,
    analysis: {
      "": {
        definition: {
          path: "",
          definitionType: { type: "app" },
          childComponents: [],
          httpMounts: {},
          exports: { type: "branch", branch: [] },
          envVars: analysis.declaredVariables,
        },
        schema: analysis.schema,
        functions,
        udfConfig: {
          serverVersion: request.appDefinition.udfServerVersion,
          importPhaseRngSeed: { $bytes: "" },
          importPhaseUnixTimestamp: { $integer: "AAAAAAAAAAA=" },
        },
      },
    },
    app: {
      definitionPath: "",
      componentPath: "",
      args: {},
      childComponents: {},
      httpRoutes: {
        httpModuleRoutes: analysis.modules["http.js"]?.httpRoutes ?? null,
        mounts: [],
      },
      exports: {},
    },
    schemaChange: {
      allocatedComponentIds: {},
      schemaIds: { "": pushId },
      indexDiffs: { "": indexDiff },
    },
  };
}

function finishPushReply(changes: PushChanges): object {
  return {
    authDiff: changes.authDiff,
    definitionDiffs: {},
    componentDiffs: {
      "": {
        diffType: { type: "modify" },
        moduleDiff: changes.moduleDiff,
        udfConfigDiff: null,
        cronDiff: changes.cronDiff,
        indexDiff: changes.indexDiff,
        schemaDiff: changes.schemaDiff,
      },
    },
  };
}

function asArguments(prepared: PreparedPush): JSONObject {
  // Plain data only; interfaces have no index signature.
  return prepared;
}

/** What the author of a push can do something about is a 400 with its text; anything else stays an internal error. */
export function asHttpError(error: unknown): never {
  if (error instanceof HttpError) throw error;
  if (error instanceof AnalysisError) throw badRequest("InvalidModules", error.message);
  if (error instanceof SystemFunctionError) throw badRequest(error.code, error.message);
  throw error;
}
