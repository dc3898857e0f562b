// Pushes a project's functions to a running backend in a fraction of a second: the CLI's protocol without its start-up,
// type check and codegen. `npm start` uses it, at first start and after an update; it does nothing when nothing changed.
import { brotliCompress, constants } from "node:zlib";
import { promisify } from "node:util";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { moduleDigest } from "./moduleFiles.ts";
import { bundleProject, type ProjectBundle } from "./projectBundle.ts";

export type PushOptions = {
  /** The backend's address, such as http://127.0.0.1:3210. */
  url: string;
  adminKey: string;
  /** The folder with package.json; its functions folder is `convex/`, or what convex.json says. */
  projectDir: string;
  /** Push also when the backend already has exactly these modules. */
  force?: boolean;
};

export type PushResult = { pushed: boolean; moduleCount: number; durationMs: number };

/** The backend refused the push; the old functions go on running. */
export class PushError extends Error {
  override name = "PushError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const configHashes = z.object({
  moduleHashes: z.array(z.object({ path: z.string(), hash: z.string(), environment: z.string() })),
  schemaHash: z.string().nullable().default(null),
});
const schemaStatus = z.object({ type: z.string(), error: z.string().optional() });

/**
 * Bundles `projectDir`'s functions and makes the backend run them.
 *
 * @throws ProjectBundleError when the functions do not bundle, PushError when the backend refuses them
 */
export async function pushProject(options: PushOptions): Promise<PushResult> {
  const started = performance.now();
  const [bundle, current] = await Promise.all([
    bundleProject(options.projectDir),
    call(options, "/api/get_config_hashes", {}).then((reply) => configHashes.parse(reply)),
  ]);
  const known = new Map(current.moduleHashes.map((module) => [module.path, module]));
  const done = (pushed: boolean): PushResult => ({
    pushed,
    moduleCount: bundle.modules.length,
    durationMs: performance.now() - started,
  });
  if (options.force !== true && isUnchanged(bundle, current.schemaHash, known)) return done(false);

  const startPush = await call(options, "/api/deploy2/start_push", {
    dryRun: false,
    functions: bundle.functions,
    appDefinition: {
      definition: null,
      dependencies: [],
      schema: bundle.schema,
      ...partition(bundle, known),
      udfServerVersion: await convexVersion(options.projectDir),
    },
    componentDefinitions: [],
    nodeDependencies: [],
  });
  const status = schemaStatus.parse(
    await call(options, "/api/deploy2/wait_for_schema", {
      schemaChange: z.object({ schemaChange: z.unknown() }).parse(startPush).schemaChange,
      timeoutMs: 10_000,
      dryRun: false,
    }),
  );
  if (status.type === "failed") {
    throw new PushError("SchemaValidationFailed", status.error ?? "Schema validation failed.");
  }
  await call(options, "/api/deploy2/finish_push", { startPush, dryRun: false, message: null });
  return done(true);
}

type KnownModules = ReadonlyMap<string, { hash: string; environment: string }>;

function isUnchanged(
  bundle: ProjectBundle,
  schemaHash: string | null,
  known: KnownModules,
): boolean {
  const { schema } = bundle;
  const localSchemaHash = schema === null ? null : moduleDigest(schema.source, schema.sourceMap);
  const { changedModules } = partition(bundle, known);
  return (
    changedModules.length === 0 &&
    known.size === bundle.modules.length &&
    localSchemaHash === schemaHash
  );
}

function partition(bundle: ProjectBundle, known: KnownModules) {
  const hashed = bundle.modules.map((module) => ({
    module,
    sha256: moduleDigest(module.source, module.sourceMap),
  }));
  const isKnown = ({ module, sha256 }: (typeof hashed)[number]) => {
    const there = known.get(module.path);
    return there?.hash === sha256 && there.environment === module.environment;
  };
  return {
    changedModules: hashed.filter((entry) => !isKnown(entry)).map(({ module }) => module),
    unchangedModuleHashes: hashed
      .filter((entry) => isKnown(entry))
      .map(({ module, sha256 }) => ({
        path: module.path,
        environment: module.environment,
        sha256,
      })),
  };
}

async function call(options: PushOptions, endpoint: string, body: object): Promise<unknown> {
  const compressed = await promisify(brotliCompress)(
    JSON.stringify({ ...body, adminKey: options.adminKey }),
    { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
  );
  const response = await fetch(new URL(endpoint, options.url), {
    method: "POST",
    headers: {
      authorization: `Convex ${options.adminKey}`,
      "content-type": "application/json",
      "content-encoding": "br",
    },
    body: compressed,
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as unknown;
  throw asPushError(response.status, text);
}

function asPushError(status: number, text: string): PushError {
  const shape = z.object({ code: z.string(), message: z.string() });
  try {
    const { code, message } = shape.parse(JSON.parse(text));
    return new PushError(code, message);
  } catch {
    return new PushError(
      "HttpError",
      `The backend answered ${String(status)}: ${text.slice(0, 500)}`,
    );
  }
}

/** The version of `convex` that the project's functions were bundled with. */
async function convexVersion(projectDir: string): Promise<string> {
  const require = createRequire(path.join(path.resolve(projectDir), "package.json"));
  const packageJson = await readFile(require.resolve("convex/package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(packageJson)).version;
}
