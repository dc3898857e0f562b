// What the server hands to every module that answers requests: the running parts, by name, and nothing global.
// Types only, so that http, sync and deploy can name it without depending on how the server is put together.
import type { AdminKey } from "../auth/adminKey.ts";
import type { Authentication } from "../auth/authentication.ts";
import type { FileStore } from "../files/fileStore.ts";
import type { Engine } from "../functions/index.ts";
import type { Subscriptions } from "../subscriptions/subscriptions.ts";
import type { HttpRequest } from "../http/router.ts";
import type { FunctionLogBus } from "./functionLogBus.ts";
import type { ServerLog } from "./serverLog.ts";

/** The addresses that clients and functions are told: CONVEX_CLOUD_URL and CONVEX_SITE_URL. No trailing slash. */
export type Urls = { readonly cloudUrl: string; readonly siteUrl: string };

export type Services = {
  readonly dataDir: string;
  readonly urls: Urls;
  readonly engine: Engine;
  readonly subscriptions: Subscriptions;
  readonly auth: Authentication;
  readonly adminKey: AdminKey;
  readonly files: FileStore;
  /** Recent log entries of functions, with cursors: what `convex logs` and the inspection page read. */
  readonly functionLogs: FunctionLogBus;
  /** The server's own words on the terminal. */
  readonly log: ServerLog;
  /**
   * Throws a 401 or 403 HttpError unless the request carries the admin key: in `Authorization: Convex <key>`,
   * or as `adminKeyInBody` where the CLI sends it in the JSON body.
   */
  requireAdmin: (request: HttpRequest, adminKeyInBody?: unknown) => void;
};
