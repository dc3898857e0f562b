// The deploy API's endpoints, each a line from its path to the room's part that answers it.
// Whatever is not known here gets 400 or 501, never 404: the CLI retries a 404 for half a minute.
import { PUBLIC_API_BODY_LIMIT } from "../http/body.ts";
import { HttpError } from "../http/errors.ts";
import { jsonReply, type HttpReply, type HttpRequest, type Route } from "../http/router.ts";
import type { Services } from "../server/services.ts";
import { environmentChangesRequest, parseBody } from "./protocol.ts";
import { Exports } from "./exports.ts";
import { functionExecution } from "./functionExecution.ts";
import { Imports } from "./imports.ts";
import { inspectionRoutes } from "./inspection.ts";
import { asHttpError, PUSH_BODY_LIMIT_BYTES, Pushes } from "./push.ts";

/** How long a poll for logs waits for the first entry. */
const LOG_POLL_MS = 50_000;

export type DeployApi = {
  routes: Route[];
  /** Cleans up after a crash; call once, before the first request. */
  recover(): Promise<void>;
  close(): Promise<void>;
};

/** @param onActivated told after every push and environment change, when new code and auth config are in force */
export function createDeployApi(services: Services, onActivated: () => Promise<void>): DeployApi {
  const { engine, dataDir, functionLogs, log, urls } = services;
  const reportError = (what: string, error: unknown) => {
    log.error(what, error);
  };
  const pushes = new Pushes(engine, dataDir, onActivated);
  const exports = new Exports(engine, dataDir, reportError);
  const imports = new Imports(engine, dataDir, reportError);
  const closing = new AbortController();

  /** The CLI sends the key in the header, and on older endpoints in the body, too. */
  const adminJson =
    (handle: (body: unknown) => Promise<unknown>): Route["handle"] =>
    async (request) => {
      // Strangers cannot have more read than anybody: only the header tells who asks before the body is there.
      const isAdmin = services.auth.adminFromHeader(request.headers.authorization) !== null;
      const body = await request.json(isAdmin ? PUSH_BODY_LIMIT_BYTES : PUBLIC_API_BODY_LIMIT);
      services.requireAdmin(request, adminKeyIn(body));
      return jsonReply((await handle(body)) ?? null);
    };
  const admin =
    (handle: (request: HttpRequest) => Promise<HttpReply>): Route["handle"] =>
    async (request) => {
      services.requireAdmin(request);
      return await handle(request);
    };
  const post = (pattern: string, handle: Route["handle"]): Route => ({
    method: "POST",
    pattern,
    handle,
  });
  const get = (pattern: string, handle: Route["handle"]): Route => ({
    method: "GET",
    pattern,
    handle,
  });

  async function changeEnvironment(body: unknown): Promise<void> {
    const { changes } = parseBody(environmentChangesRequest, body, "update_environment_variables");
    await engine.callSystem("deploy:changeEnvironment", { changes }).catch(asHttpError);
    await pushes.environmentChanged();
  }

  async function streamLogs(request: HttpRequest): Promise<HttpReply> {
    const cursor = Number(request.url.searchParams.get("cursor") ?? "0");
    if (!Number.isFinite(cursor)) throw new HttpError(400, "BadCursor", "cursor must be a number.");
    const signal = AbortSignal.any([request.signal, closing.signal]);
    // With cursor 0 the CLI asks where the log stands, so that it can skip the past.
    const logged =
      cursor === 0 ? functionLogs.since(0) : await functionLogs.wait(cursor, LOG_POLL_MS, signal);
    const newCursor = logged.at(-1)?.cursor ?? Math.max(cursor, functionLogs.lastCursor);
    return jsonReply({ entries: logged.map(({ entry }) => functionExecution(entry)), newCursor });
  }

  const unsupported = (what: string): Route["handle"] =>
    admin(async () => {
      throw new HttpError(400, "NotSupported", `The embedded backend does not support ${what}.`);
    });

  const routes: Route[] = [
    post(
      "/api/get_config_hashes",
      adminJson(() => pushes.configHashes()),
    ),
    post(
      "/api/deploy2/evaluate_schema",
      adminJson(async (body) => {
        const { indexes } = await pushes.evaluate(body);
        return {
          // Tables are left out: they only feed a warning about slow validation, which is fast here.
          componentSchemaEvaluations: {
            "": { definitionPath: "", schemaValidation: true, tables: [], indexes },
          },
          newComponentDefinitions: [],
        };
      }),
    ),
    post(
      "/api/deploy2/evaluate_push",
      adminJson(async (body) => {
        const { indexDiff } = await pushes.evaluate(body);
        return {
          schemaChange: { allocatedComponentIds: {}, schemaIds: {}, indexDiffs: { "": indexDiff } },
        };
      }),
    ),
    post(
      "/api/deploy2/start_push",
      adminJson((body) => pushes.start(body)),
    ),
    post(
      "/api/deploy2/wait_for_schema",
      adminJson((body) => pushes.waitForSchema(body)),
    ),
    post(
      "/api/deploy2/finish_push",
      adminJson((body) => pushes.finish(body)),
    ),
    post(
      "/api/deploy2/report_push_completed",
      adminJson(async () => null),
    ),

    post("/api/update_environment_variables", adminJson(changeEnvironment)),
    get(
      "/api/v1/get_canonical_urls",
      admin(async () => jsonReply({ convexCloudUrl: urls.cloudUrl, convexSiteUrl: urls.siteUrl })),
    ),
    get("/api/stream_function_logs", admin(streamLogs)),
    get("/api/stream_udf_execution", admin(streamLogs)),
    get(
      "/api/check_admin_key",
      admin(async () => jsonReply({ allowedOps: [], isReadOnly: false })),
    ),

    post(
      "/api/export/request/zip",
      admin(async (request) => {
        await exports.request(request.url.searchParams.get("includeStorage") === "true");
        return jsonReply(null);
      }),
    ),
    get(
      "/api/export/zip/:startTs",
      admin((request) => exports.download(request.params.startTs ?? "")),
    ),

    post(
      "/api/import/start_upload",
      admin(async () => jsonReply(await imports.startUpload())),
    ),
    post(
      "/api/import/upload_part",
      admin(async (request) => jsonReply(await imports.uploadPart(request))),
    ),
    post(
      "/api/import/finish_upload",
      adminJson((body) => imports.finishUpload(body)),
    ),
    post(
      "/api/perform_import",
      adminJson((body) => imports.perform(body)),
    ),

    post("/api/run_test_function", unsupported("one-off queries (`convex run --inline-query`)")),
    get("/api/shapes2", unsupported("inferred table shapes")),
    ...inspectionRoutes(services),
    // Everything else under /api that nobody answers.
    {
      method: "*",
      pattern: "/api/*",
      handle: (request) => {
        throw new HttpError(
          501,
          "NotImplemented",
          `The embedded backend does not implement ${request.method} ${request.url.pathname}.`,
        );
      },
    },
  ];

  return {
    routes,
    recover: async () => {
      await engine.callSystem("deploy:failInterrupted", {});
      await imports.removeLeftovers();
    },
    close: async () => {
      closing.abort();
      await Promise.all([exports.close(), imports.close()]);
    },
  };
}

function adminKeyIn(body: unknown): unknown {
  return typeof body === "object" && body !== null && "adminKey" in body
    ? body.adminKey
    : undefined;
}
