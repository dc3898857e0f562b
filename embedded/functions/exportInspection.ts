// Reads from a loaded module's exports what Convex has to know of it (CONVEX-RUNTIME 3.2).
import { isJSONObject, type JSONObject, type ValidatorJSON } from "../values/index.ts";
import {
  AnalysisError,
  type AnalyzedFunction,
  type AnalyzedModule,
  type CronSpec,
  type HttpRoute,
  type ModuleEnvironment,
} from "./types.ts";

const KINDS = { isQuery: "Query", isMutation: "Mutation", isAction: "Action" } as const;

/** Read in their own ways. */
const DEFINITIONS = ["schema.js", "auth.config.js", "convex.config.js"];

/** Chunks hold no functions. */
export function isInspected(path: string): boolean {
  return !/(^|\/)_deps\//.test(path) && !DEFINITIONS.includes(path);
}

/** @throws AnalysisError when an export is not what Convex accepts */
export function inspectModule(
  namespace: Record<string, unknown>,
  path: string,
  environment: ModuleEnvironment,
): AnalyzedModule {
  const functions: AnalyzedFunction[] = [];
  for (const [name, exported] of Object.entries(namespace)) {
    const analyzed = inspectExport(exported, name, path);
    if (analyzed === null) continue;
    if (environment === "node" && analyzed.udfType !== "Action") {
      throw new AnalysisError(
        `\`${name}\` defined in \`${path}\` is a ${analyzed.udfType} function. Only actions can be defined in Node.js. See https://docs.convex.dev/functions/actions for more details.`,
      );
    }
    functions.push(analyzed);
  }
  return {
    functions,
    httpRoutes: path === "http.js" ? httpRoutes(namespace.default) : null,
    cronSpecs: path === "crons.js" ? cronSpecs(namespace.default) : null,
  };
}

type Candidate = Record<string, unknown> & {
  exportArgs?: (this: void) => string;
  exportReturns?: (this: void) => string;
};

/** @returns null for exports that are no functions of Convex */
function inspectExport(exported: unknown, name: string, path: string): AnalyzedFunction | null {
  if (exported === null || (typeof exported !== "object" && typeof exported !== "function")) {
    return null;
  }
  // What a property holds is looked at before it is used.
  const candidate = exported as Candidate;
  const kinds = (Object.keys(KINDS) as (keyof typeof KINDS)[]).filter((kind) => kind in candidate);
  const [kind, ...others] = kinds;
  if (kind === undefined) return null;
  if (others.length > 0) {
    throw new AnalysisError(
      `\`${name}\` in ${path} is more than one of query, mutation and action.`,
    );
  }
  const isPublic = "isPublic" in candidate;
  const isInternal = "isInternal" in candidate;
  if (isPublic && isInternal) return null;
  if (!isPublic && !isInternal) {
    throw new AnalysisError(`\`${name}\` in ${path} is neither public nor internal.`);
  }
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) {
    throw new AnalysisError(
      `\`${name}\` in ${path} cannot be the name of a function: use letters, digits and underscores.`,
    );
  }
  const args = validatorText(candidate.exportArgs, name, path) ?? '{"type":"any"}';
  const { type } = JSON.parse(args) as ValidatorJSON;
  if (type !== "object" && type !== "any") {
    throw new AnalysisError(
      `Args validator must be an object or any: \`${name}\` in ${path} has v.${type}().`,
    );
  }
  return {
    name,
    pos: null,
    udfType: KINDS[kind],
    visibility: { kind: isPublic ? "public" : "internal" },
    args,
    returns: validatorText(candidate.exportReturns, name, path) ?? "null",
  };
}

function validatorText(
  exporter: (() => string) | undefined,
  name: string,
  path: string,
): string | undefined {
  if (exporter === undefined) return undefined;
  try {
    return String(exporter());
  } catch (error) {
    throw new AnalysisError(
      `The validators of \`${name}\` in ${path} cannot be read: ${messageOf(error)}`,
    );
  }
}

function httpRoutes(router: unknown): HttpRoute[] {
  if (!isMarked(router, "isRouter") || typeof router.getRoutes !== "function") {
    throw new AnalysisError(
      "The default export of `convex/http.ts` is not a Router. Write `const http = httpRouter(); ...; export default http;`.",
    );
  }
  // `getRoutes` of `convex/server`: path, method, handler.
  const routes = (router.getRoutes as () => [string, string, unknown][])();
  return routes.map(([path, method]) => ({ path, method }));
}

function cronSpecs(crons: unknown): Record<string, CronSpec> {
  if (!isMarked(crons, "isCrons") || typeof crons.export !== "function") {
    throw new AnalysisError(
      "The default export of `convex/crons.ts` is not a Crons object. Write `const crons = cronJobs(); ...; export default crons;`.",
    );
  }
  // `export` of `convex/server`.
  return JSON.parse((crons.export as () => string)()) as Record<string, CronSpec>;
}

/** @throws AnalysisError when the default export is no schema */
export function exportedSchema(namespace: Record<string, unknown>): JSONObject {
  const schema = namespace.default as { export?: unknown } | undefined;
  if (typeof schema !== "object" || typeof schema.export !== "function") {
    throw new AnalysisError(
      "The default export of `convex/schema.ts` is not a schema. Write `export default defineSchema({ ... })`.",
    );
  }
  let exported: unknown;
  try {
    exported = JSON.parse((schema.export as () => string)());
  } catch (error) {
    throw new AnalysisError(`The schema cannot be read: ${messageOf(error)}`);
  }
  if (!isJSONObject(exported)) throw new AnalysisError("The schema's export is not an object.");
  return exported;
}

/** @throws AnalysisError when the default export is no auth config */
export function exportedAuthProviders(namespace: Record<string, unknown>): JSONObject[] {
  const config = namespace.default as { providers?: unknown } | undefined;
  // Through JSON: what the config holds must be plain data, and may not stay tied to the realm.
  const providers: unknown = JSON.parse(JSON.stringify(config?.providers ?? null));
  if (!Array.isArray(providers) || !providers.every(isJSONObject)) {
    throw new AnalysisError(
      "The default export of `convex/auth.config.ts` must be `{ providers: [...] }`.",
    );
  }
  return providers;
}

function isMarked(value: unknown, mark: string): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && mark in value;
}

/** Errors of a realm are no instances of this thread's Error. */
function messageOf(error: unknown): string {
  const message: unknown = (error as { message?: unknown } | null)?.message;
  return typeof message === "string" ? message : String(error);
}
