// What the `convex` CLI sends and expects on the deploy endpoints, parsed at the border. Fields that this backend has
// no use for are left out of the schemas; zod drops them.
import { z } from "zod";
import { badRequest } from "../http/errors.ts";
import type { JSONValue } from "../values/index.ts";

export const moduleEnvironment = z.enum(["isolate", "node"]);
export type ModuleEnvironment = z.infer<typeof moduleEnvironment>;

/** One bundled ES module. `path` is relative to the functions folder, as "dir/file.js" or "_deps/HASH.js". */
export const moduleConfig = z.object({
  path: z.string().min(1),
  source: z.string(),
  sourceMap: z.string().optional(),
  environment: moduleEnvironment,
});
export type ModuleConfig = z.infer<typeof moduleConfig>;

/** A module that the server already has; `sha256` is the hex digest of source and source map together. */
export const moduleHash = z.object({
  path: z.string(),
  environment: moduleEnvironment,
  sha256: z.string(),
});

export const startPushRequest = z.object({
  adminKey: z.string(),
  dryRun: z.boolean(),
  functions: z.string().default("convex/"),
  appDefinition: z.object({
    definition: moduleConfig.nullable(),
    dependencies: z.array(z.string()),
    schema: moduleConfig.nullable(),
    changedModules: z.array(moduleConfig),
    unchangedModuleHashes: z.array(moduleHash),
    udfServerVersion: z.string(),
  }),
  componentDefinitions: z.array(z.unknown()),
  nodeDependencies: z.array(z.object({ name: z.string(), version: z.string() })),
});
export type StartPushRequest = z.infer<typeof startPushRequest>;

export const waitForSchemaRequest = z.object({
  adminKey: z.string(),
  schemaChange: z.unknown(),
  dryRun: z.boolean().default(false),
});

/** `startPush` is the reply to start_push, sent back as it was. */
export const finishPushRequest = z.object({
  adminKey: z.string(),
  dryRun: z.boolean().default(false),
  message: z.string().nullish(),
  startPush: z.object({
    componentDefinitionPackages: z.record(z.string(), z.object({ pushId: z.string() })),
  }),
});

export const environmentChangesRequest = z.object({
  changes: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
});
export type EnvironmentChange = z.infer<typeof environmentChangesRequest>["changes"][number];

export const importMode = z.enum(["requireEmpty", "append", "replace", "replaceAll"]);
export type ImportMode = z.infer<typeof importMode>;
export const importFormat = z.enum(["csv", "jsonLines", "jsonArray", "zip"]);
export type ImportFormat = z.infer<typeof importFormat>;

export const finishUploadRequest = z.object({
  import: z.object({
    tableName: z.string().nullish(),
    componentPath: z.string().nullish(),
    mode: importMode,
    format: importFormat,
  }),
  uploadToken: z.string(),
  partTokens: z.array(z.string()),
});

export const performImportRequest = z.object({ importId: z.string() });

export type DatabaseIndexConfig = { name: string; type: "database"; fields: string[] };
export type SearchIndexConfig = {
  name: string;
  type: "search";
  searchField: string;
  filterFields: string[];
};
export type VectorIndexConfig = {
  name: string;
  type: "vector";
  dimensions: number;
  vectorField: string;
  filterFields: string[];
};
/** An index as the CLI prints it; `name` is "table.index". */
export type IndexConfig = (DatabaseIndexConfig | SearchIndexConfig | VectorIndexConfig) & {
  staged?: boolean;
};
export type IndexDiff = {
  added_indexes: IndexConfig[];
  removed_indexes: IndexConfig[];
  enabled_indexes: IndexConfig[];
  disabled_indexes: IndexConfig[];
};

export type SchemaStatus =
  | { type: "complete" }
  | { type: "raceDetected" }
  | { type: "failed"; error: string; componentPath: string; tableName: string | null };

/** One entry of `/api/stream_function_logs`; `timestamp` in seconds, `executionTime` in seconds. */
export type FunctionExecution = {
  kind: "Completion";
  identifier: string;
  udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  componentPath: null;
  logLines: string[];
  timestamp: number;
  executionTime: number;
  cachedResult: boolean;
  success: JSONValue;
  error: string | null;
  caller: string;
  requestId: string;
  executionId: string;
  environment: ModuleEnvironment;
  identityType: string;
  willRetry: boolean;
  executionTimestamp: number;
  usageStats: Record<string, number>;
};

/**
 * Parses a request body, or answers 400 with the first field that is wrong.
 *
 * @param what names the request in the error text
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw badRequest("BadRequest", `${what}${where}: ${issue?.message ?? "not understood"}.`);
}
