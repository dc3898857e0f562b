// The vocabulary between the functions that apps push and everything that calls them: requests, outcomes, the engine.
import type { JSONObject, JSONValue } from "../values/index.ts";
import type { Database, ReadSet, Transaction } from "../database/index.ts";

/** On whose behalf a function runs. */
export type Identity =
  | { kind: "none" }
  | {
      kind: "user";
      /** What `ctx.auth.getUserIdentity()` returns, `tokenIdentifier` included. */
      attributes: JSONObject;
      expiresAtMs?: number;
    }
  /** A token came along but could not be verified: HTTP actions run, `getUserIdentity()` throws this text. */
  | { kind: "invalid"; message: string }
  | { kind: "admin"; acting?: JSONObject };

/** Where a call may reach: clients reach public functions only. */
export type Visibility = "public" | "any";

export type FunctionError = {
  /** `Uncaught Error: text`, or Convex's own sentence for errors that are not the function's. No request id, no frames. */
  message: string;
  /** The data of a ConvexError as Convex JSON; absent for every other error. */
  data?: JSONValue;
  /** Source-mapped frames, each `    at fn (../convex/file.ts:1:2)` and a newline. */
  frames?: string;
};

/** A function's success. `value` is parsed from `valueJson` when first looked at: most callers only pass the text on. */
export type Success = { ok: true; valueJson: string; readonly value: JSONValue };
export type Failure = { ok: false; error: FunctionError };
export type Outcome<Extra = unknown> = (Success | Failure) & { logLines: string[] } & Extra;

export type QueryRequest = {
  /** `dir/module:export`; `.js` and a missing export name (`default`) are understood. */
  path: string;
  args: JSONObject;
  identity: Identity;
  journal?: string | null;
  visibility: Visibility;
};
export type QueryOutcome = Outcome<{
  readSet: ReadSet;
  /** The cursor at which a paginated query ended, to be passed to its next run; null without pagination. */
  journal: string | null;
  usedIdentity: boolean;
  /** The run looked at the clock or at random numbers, so that a later run may differ without any write. */
  usedTimeOrRandomness: boolean;
  /** It was ended from outside (time, memory): nobody knows what it read, so no write can tell when to run it again. */
  wasEnded: boolean;
}>;

export type MutationRequest = {
  path: string;
  args: JSONObject;
  identity: Identity;
  visibility: Visibility;
  /** Makes the mutation idempotent: a second request with the same pair returns the first one's outcome. */
  session?: { sessionId: string; requestId: number };
  /** The `_scheduled_functions` document that this run carries out; its state is written in the same transaction. */
  scheduledId?: string;
  /** The `_crons` name on whose behalf this runs, for the log. */
  cron?: string;
  /** The scheduled action on whose behalf this runs: once that is cancelled, what this schedules is cancelled from the start. */
  calledByJob?: string;
  client?: ClientInfo;
};
export type MutationOutcome = Outcome<{ ts: bigint }>;

export type ActionRequest = {
  path: string;
  args: JSONObject;
  identity: Identity;
  visibility: Visibility;
  scheduledId?: string;
  /** The `_crons` name on whose behalf this runs, for the log. */
  cron?: string;
  client?: ClientInfo;
  /** As in `MutationRequest`. */
  calledByJob?: string;
  /** How many actions wait for it, each called by the one before. */
  depth?: number;
};
export type ActionOutcome = Outcome;

/** What `ctx.meta.getRequestMetadata()` tells a mutation or action about its caller. */
export type ClientInfo = { ip?: string; userAgent?: string; requestId?: string };

export type HttpActionRequest = {
  method: string;
  /** The absolute URL as the action sees it, without the `/http` prefix. */
  url: string;
  headers: [string, string][];
  body: ReadableStream<Uint8Array> | Uint8Array | null;
  identity: Identity;
  client?: ClientInfo;
};
export type HttpActionResponse = {
  status: number;
  headers: [string, string][];
  body: ReadableStream<Uint8Array> | Uint8Array | null;
  logLines: string[];
  /** Set when the action threw; the response above is then Convex's 500 answer. */
  error?: FunctionError;
};

export type Commit = { ts: bigint; writes: { index: number; key: Uint8Array }[] };

export type FunctionKind = "Query" | "Mutation" | "Action" | "HttpAction";
/** One finished run, for log streams and the terminal. */
export type FunctionLogEntry = {
  /** Canonical: `dir/module.js:export`, or `GET /path` for HTTP actions. */
  identifier: string;
  kind: FunctionKind;
  environment: ModuleEnvironment;
  caller: "Client" | "Action" | "Scheduler" | "Cron" | "HttpEndpoint";
  logLines: string[];
  timestampMs: number;
  durationMs: number;
  /** `message` and frames in one text; null after success. */
  error: string | null;
  requestId: string;
};

export type ModuleEnvironment = "isolate" | "node";
/** A module as the CLI pushes it: bundled ESM, with chunks under `_deps/`. */
export type PushedModule = {
  path: string;
  source: string;
  sourceMap?: string;
  environment: ModuleEnvironment;
};

export type AnalyzedFunction = {
  name: string;
  pos: { path: string; start_lineno: number; start_col: number } | null;
  udfType: "Query" | "Mutation" | "Action";
  visibility: { kind: "public" } | { kind: "internal" };
  /** Validator JSON as text. */
  args: string;
  returns: string;
};
export type HttpRoute = { path: string; method: string };
export type CronSpec = { name: string; args: JSONObject[]; schedule: JSONObject };
export type AnalyzedModule = {
  functions: AnalyzedFunction[];
  httpRoutes: HttpRoute[] | null;
  cronSpecs: { [identifier: string]: CronSpec } | null;
};
/** What a push contains. */
/** As `convex/server` exports it: name, and the validator's JSON as text. The CLI makes the types of `env` of it. */
export type DeclaredVariable = [
  name: string,
  declaration: { type: "value"; value: string; optional?: boolean },
];

export type ModuleAnalysis = {
  /** By canonical path (`dir/module.js`); `_deps`, the schema and the configs are not in it. */
  modules: { [path: string]: AnalyzedModule };
  /** The schema's `export()` (CONVEX-RUNTIME 4.5); null when `schema.js` was not pushed. */
  schema: JSONObject | null;
  /** `providers` of `auth.config.js` with environment variables resolved. */
  authProviders: JSONObject[];
  /** `env` of `convex.config.js`. */
  declaredVariables: DeclaredVariable[];
};

/** A push that cannot be accepted; the message is written for its author. */
export class AnalysisError extends Error {
  override name = "AnalysisError";
}

/**
 * Trusted TypeScript that runs in the engine worker on a transaction that may touch system tables.
 * Names starting with `_system/` are also reachable by `runQueries` with an admin identity, and are then reactive.
 * Throw `SystemFunctionError` for a failure that the caller is to read.
 */
export type SystemFunction = {
  kind: "query" | "mutation";
  run(tx: Transaction, args: JSONObject, context: SystemFunctionContext): JSONValue;
};
export type SystemFunctionContext = {
  database: Database;
  dataDir: string;
  cloudUrl: string;
  siteUrl: string;
  /** The page cursor of the journal with which a reactive query is run again, and where to leave the new one. */
  journal: { given: string | null; taken: string | null };
};
export type SystemFunctions = Record<string, SystemFunction>;

export class SystemFunctionError extends Error {
  override name = "SystemFunctionError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What actions need from the rooms above `functions/`; the server hands them in. */
export type EngineServices = {
  /** `ctx.storage.store(blob)` of an action; returns the `_storage` id. */
  storeFile?(file: {
    bytes: Uint8Array;
    contentType: string | null;
    sha256Base64: string | null;
  }): Promise<string>;
  /** `ctx.storage.get(id)` of an action. */
  readFile?(storageId: string): Promise<{ bytes: Uint8Array; contentType: string | null } | null>;
};

export type EngineOptions = {
  dataDir: string;
  /** The worker entry that puts the system functions together: `server/engineWorker.ts`. */
  workerUrl: URL;
  /** What functions see as CONVEX_CLOUD_URL and CONVEX_SITE_URL. */
  cloudUrl: string;
  siteUrl: string;
  services?: EngineServices;
  limits?: Partial<EngineLimits>;
};

/** Convex's limits on runs, changeable for tests. Times in milliseconds. */
export type EngineLimits = {
  /** Time in the function's own code, for queries and mutations. */
  userTimeMs: number;
  /** Time in database calls, for queries and mutations. */
  systemTimeMs: number;
  actionTimeMs: number;
  nodeActionTimeMs: number;
  /** Of actions, Node actions and HTTP actions each; further ones wait. Actions called by actions don't count. */
  actionsAtOnce: number;
  /** What one query or mutation may take, byte buffers included. */
  engineHeapMb: number;
  /** What all actions that run at the same time in one environment may take. */
  actionHeapMb: number;
  /** The largest database file; writes that need more fail as on a full disk. Infinity: whatever the disk has. */
  databaseBytes: number;
};

export interface Engine {
  /** All at one snapshot. Never rejects for a failing function; see `Outcome`. */
  runQueries(requests: QueryRequest[]): Promise<{ ts: bigint; results: QueryOutcome[] }>;
  runMutation(request: MutationRequest): Promise<MutationOutcome>;
  runAction(request: ActionRequest): Promise<ActionOutcome>;
  runHttpAction(request: HttpActionRequest): Promise<HttpActionResponse>;
  /** What kind of function a path names, for endpoints that take any; null when there is none. */
  functionKind(
    path: string,
    visibility: Visibility,
  ): Promise<"Query" | "Mutation" | "Action" | null>;
  /** Rejects with SystemFunctionError (code kept) when the function throws. */
  callSystem(name: string, args: JSONObject): Promise<{ value: JSONValue; ts: bigint }>;
  /** The newest commit's timestamp that has been announced. */
  latestTs(): bigint;
  /** In commit order, before the mutation's own result is delivered. Returns a function that ends it. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** After a deploy, an environment variable change, or a restart of the engine worker: nothing known is sure any more. */
  onInvalidateAll(listener: () => void): () => void;
  onLog(listener: (entry: FunctionLogEntry) => void): () => void;
  /** Looks into a push without changing anything. `environmentVariables` default to the deployment's. */
  analyze(bundle: PushedModule[]): Promise<ModuleAnalysis>;
  /** Loads what `_modules` now lists; runs in progress finish on the old code. */
  activate(): Promise<void>;
  /** Environment variables changed: workers get them anew and everything is invalidated. */
  environmentChanged(): Promise<void>;
  /** A consistent copy of the database while it is in use. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}
