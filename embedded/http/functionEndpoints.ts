// Calls of functions over plain HTTP: one request, one run, one reply. A function's own failure is a 200 with
// `status: "error"`; everything that kept it from running is an HTTP error.
import type {
  ActionOutcome,
  Engine,
  Identity,
  MutationOutcome,
  Outcome,
  QueryOutcome,
  Visibility,
} from "../functions/index.ts";
import { parseFunctionPath } from "../functions/paths.ts";
import { encodeTs, isJSONObject, type JSONObject } from "../values/index.ts";
import { checkLevels } from "./body.ts";
import { callerInfo } from "./caller.ts";
import { errorText } from "./errorText.ts";
import { HttpError, badRequest } from "./errors.ts";
import { jsonReply, type HttpReply, type HttpRequest, type Route } from "./router.ts";
import { formatValue, parseFormat, type ValueFormat } from "./valueFormat.ts";

type Kind = "Query" | "Mutation" | "Action";

export type FunctionEndpointServices = {
  engine: Engine;
  auth: { fromHeader(header: string | undefined): Promise<Identity> };
  requireAdmin: (request: HttpRequest) => void;
};

type Call = { path: string; args: JSONObject; format: ValueFormat };

const MOST_QUERIES_IN_A_BATCH = 1000;

export function functionRoutes(services: FunctionEndpointServices): Route[] {
  const { engine, auth, requireAdmin } = services;

  const byKind = (kind: Kind): Route["handle"] => {
    return async (request) => {
      const identity = await auth.fromHeader(request.headers.authorization);
      const call = parseCall(await request.json(), request);
      return run(engine, request, identity, kind, call);
    };
  };

  /** The kind is the function's own; a name that there is not is told by the engine in its words. */
  const anyKind = async (
    request: HttpRequest,
    identity: Identity,
    call: Call,
  ): Promise<HttpReply> => {
    const kind = await engine.functionKind(call.path, visibilityFor(identity));
    return run(engine, request, identity, kind ?? "Query", call);
  };

  return [
    { method: "POST", pattern: "/api/query", handle: byKind("Query") },
    { method: "POST", pattern: "/api/mutation", handle: byKind("Mutation") },
    { method: "POST", pattern: "/api/action", handle: byKind("Action") },
    {
      method: "GET",
      pattern: "/api/query",
      handle: async (request) => {
        const identity = await auth.fromHeader(request.headers.authorization);
        const { searchParams } = request.url;
        const call = parseCall(
          {
            path: searchParams.get("path") ?? undefined,
            args: parseArgsParameter(searchParams.get("args")),
            format: searchParams.get("format") ?? undefined,
          },
          request,
        );
        return run(engine, request, identity, "Query", call);
      },
    },
    {
      method: "POST",
      pattern: "/api/query_batch",
      handle: async (request) => {
        const identity = await auth.fromHeader(request.headers.authorization);
        return runBatch(engine, request, identity, parseBatch(await request.json(), request));
      },
    },
    {
      method: "POST",
      pattern: "/api/query_ts",
      handle: async () => jsonReply({ ts: encodeTs(engine.latestTs()) }),
    },
    {
      method: "POST",
      pattern: "/api/query_at_ts",
      handle: () => {
        throw badRequest(
          "NotSupported",
          "The embedded backend keeps no old versions of documents, so it cannot run `consistentQuery`. Use `query`, or one query that reads everything that must agree.",
        );
      },
    },
    {
      method: "POST",
      pattern: "/api/function",
      handle: async (request) => {
        requireAdmin(request);
        const identity = await auth.fromHeader(request.headers.authorization);
        const body = await request.json();
        refuseComponents(body);
        return anyKind(request, identity, parseCall(body, request));
      },
    },
    {
      method: "POST",
      pattern: "/api/run/*",
      handle: async (request) => {
        const identity = await auth.fromHeader(request.headers.authorization);
        const body = await request.json();
        const path = functionPathOf(request.params.rest ?? "");
        const fields = typeof body === "object" && body !== null ? body : {};
        return anyKind(request, identity, parseCall({ ...fields, path }, request));
      },
    },
  ];
}

/** `dir/file/fn` of an address as `dir/file:fn`. */
function functionPathOf(address: string): string {
  const slash = address.lastIndexOf("/");
  return slash === -1 ? address : `${address.slice(0, slash)}:${address.slice(slash + 1)}`;
}

// ---- reading ----

function parseCall(body: unknown, request: HttpRequest): Call {
  const fields = requireObject(body, "The request body");
  const { path } = fields;
  if (typeof path !== "string") {
    throw badRequest("BadJsonBody", "`path` must be a string such as `messages:list`.");
  }
  if (parseFunctionPath(path) === null) {
    throw badRequest(
      "BadConvexFunctionIdentifier",
      `${path} is not a valid path to a Convex function. Use \`dir/file:function\`, or \`dir/file\` for a default export.`,
    );
  }
  return {
    path,
    args: parseArgs(fields.args),
    format: parseFormat(fields.format, convexClient(request)),
  };
}

function parseBatch(body: unknown, request: HttpRequest): Call[] {
  const { queries } = requireObject(body, "The request body");
  if (!Array.isArray(queries)) throw badRequest("BadJsonBody", "`queries` must be an array.");
  if (queries.length > MOST_QUERIES_IN_A_BATCH) {
    throw badRequest(
      "TooManyQueries",
      `A batch may hold ${String(MOST_QUERIES_IN_A_BATCH)} queries, not ${String(queries.length)}.`,
    );
  }
  return queries.map((query: unknown) => parseCall(query, request));
}

/** The object itself, or an array of exactly that one. */
function parseArgs(args: unknown): JSONObject {
  if (args === undefined) return {};
  const [argument = {}, ...rest] = Array.isArray(args) ? (args as unknown[]) : [args];
  // Parsed from JSON, so that what is an object is a JSONObject.
  if (rest.length === 0 && isJSONObject(argument)) return argument;
  throw badRequest("BadArgs", "`args` must be an object, or an array of one object.");
}

function parseArgsParameter(text: string | null): unknown {
  if (text === null) return {};
  checkLevels(text, "The `args` parameter");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest("BadArgs", "The `args` parameter is not valid JSON.");
  }
}

function requireObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badRequest("BadJsonBody", `${what} must be a JSON object.`);
  }
  return value as Record<string, unknown>;
}

function refuseComponents(body: unknown): void {
  const { componentPath } = requireObject(body, "The request body");
  if (componentPath === undefined || componentPath === null || componentPath === "") return;
  throw badRequest("NotSupported", "The embedded backend has no components.");
}

function convexClient(request: HttpRequest): string | undefined {
  const header = request.headers["convex-client"];
  return Array.isArray(header) ? header[0] : header;
}

function visibilityFor(identity: Identity): Visibility {
  return identity.kind === "admin" ? "any" : "public";
}

// ---- running ----

async function run(
  engine: Engine,
  request: HttpRequest,
  identity: Identity,
  kind: Kind,
  { path, args, format }: Call,
): Promise<HttpReply> {
  const client = callerInfo(request.message);
  const common = { path, args, identity, visibility: visibilityFor(identity) };
  switch (kind) {
    case "Query": {
      const { results } = await engine.runQueries([common]);
      return outcomeReply(requireResult(results[0]), format, client.requestId);
    }
    case "Mutation":
      return outcomeReply(
        await engine.runMutation({ ...common, client }),
        format,
        client.requestId,
      );
    case "Action":
      return outcomeReply(await engine.runAction({ ...common, client }), format, client.requestId);
    default:
      return kind satisfies never;
  }
}

async function runBatch(
  engine: Engine,
  request: HttpRequest,
  identity: Identity,
  calls: Call[],
): Promise<HttpReply> {
  const { requestId } = callerInfo(request.message);
  const visibility = visibilityFor(identity);
  const { results } = await engine.runQueries(
    calls.map(({ path, args }) => ({ path, args, identity, visibility })),
  );
  const texts = calls.map(({ format }, position) =>
    outcomeJson(requireResult(results[position]), format, requestId),
  );
  return rawJsonReply(`{"results":[${texts.join(",")}]}`);
}

function requireResult(outcome: QueryOutcome | undefined): QueryOutcome {
  if (outcome === undefined) {
    throw new HttpError(
      500,
      "InternalServerError",
      "The engine answered fewer queries than asked.",
    );
  }
  return outcome;
}

function outcomeReply(
  outcome: QueryOutcome | MutationOutcome | ActionOutcome,
  format: ValueFormat,
  requestId: string,
): HttpReply {
  return rawJsonReply(outcomeJson(outcome, format, requestId));
}

/** Unlike on the socket, empty log lines are left out. */
function outcomeJson(outcome: Outcome, format: ValueFormat, requestId: string): string {
  const logLines = outcome.logLines.length === 0 ? {} : { logLines: outcome.logLines };
  if (outcome.ok) {
    const rest = JSON.stringify(logLines).slice(1, -1);
    const value = formatValue(outcome.valueJson, format);
    return `{"status":"success","value":${value}${rest === "" ? "" : `,${rest}`}}`;
  }
  const { error } = outcome;
  const errorData =
    error.data === undefined
      ? ""
      : `,"errorData":${formatValue(JSON.stringify(error.data), format)}`;
  const rest = { status: "error", errorMessage: errorText(error, requestId), ...logLines };
  return `${JSON.stringify(rest).slice(0, -1)}${errorData}}`;
}

function rawJsonReply(text: string): HttpReply {
  return { status: 200, headers: { "content-type": "application/json" }, body: text };
}
