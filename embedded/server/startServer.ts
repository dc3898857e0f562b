// How the parts of the server come up and go down again, each in its turn.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { resolve } from "node:path";
import { loadAdminKey, type AdminKey } from "../auth/adminKey.ts";
import { Authentication } from "../auth/authentication.ts";
import { backupDataFolder, createDeployApi } from "../deploy/index.ts";
import { actionFileServices } from "../files/actionFiles.ts";
import { startFileDeletion } from "../files/deletion.ts";
import { FileStore } from "../files/fileStore.ts";
import { fileRoutes } from "../files/routes.ts";
import { createEngine, type EngineLimits, type FunctionLogEntry } from "../functions/index.ts";
import { createRequireAdmin } from "../http/admin.ts";
import { functionRoutes } from "../http/functionEndpoints.ts";
import { smallRoutes } from "../http/smallEndpoints.ts";
import { startScheduler } from "../scheduler/index.ts";
import { Subscriptions } from "../subscriptions/subscriptions.ts";
import { SyncServer, type SyncServerOptions } from "../sync/syncServer.ts";
import { AppRoutes } from "./appRoutes.ts";
import { lockDataFolder } from "./dataFolderLock.ts";
import { printFunctionLog } from "./functionLog.ts";
import { FunctionLogBus } from "./functionLogBus.ts";
import { HeldServer } from "./heldServer.ts";
import { addressOf, closeServer, listen, type Tls } from "./listen.ts";
import { createMainListener, createSiteListener } from "./mainListener.ts";
import { createFetch } from "./selfFetch.ts";
import { createServerLog, type LogLevel, type ServerLog } from "./serverLog.ts";
import type { Services, Urls } from "./services.ts";
import { Teardown } from "./teardown.ts";

const DEFAULT_PORT = 3210;
const DEFAULT_SITE_PORT = 3211;
/** More than the longest recording needs; a disk can still be filled only by those who get upload URLs. */
const DEFAULT_MAX_UPLOAD_BYTES = 5 * 1024 ** 3;
/** Requests in progress at shutdown get so long to finish. */
const CLOSE_WITHIN_MS = 5_000;

export type ServerOptions = {
  /** Made at first start. One process at a time. */
  dataDir: string;
  /** Default 127.0.0.1: nobody else on the network can reach it. */
  host?: string;
  /** Default 3210; 0 takes any free one. */
  port?: number;
  /** For HTTP actions. Default 3211, or no such port with `siteRoutesOnMainPort`; 0 takes any free one. */
  sitePort?: number;
  /**
   * Serves the main port's everything over https as well, for other devices: browsers record only
   * over https. `name` is the host name or address by which they reach this machine; functions then
   * see that address as CONVEX_CLOUD_URL.
   */
  secure?: Tls & { host: string; port: number; name: string };
  /** What functions see as CONVEX_CLOUD_URL and CONVEX_SITE_URL; default: the bound addresses. */
  publicUrl?: string;
  publicSiteUrl?: string;
  /** Default "info". */
  logLevel?: LogLevel;
  /** The largest file that may be stored. */
  maxUploadBytes?: number;
  /** Replaces the key that is kept in the data folder. */
  adminKey?: string;
  /** Answers whatever no Convex route does (a web app's files), so that one origin is enough for all. */
  fallback?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Also serves HTTP actions at the main origin, for paths that match one of the app's routes. */
  siteRoutesOnMainPort?: boolean;
  /** Changed by tests. */
  limits?: Partial<EngineLimits>;
  sync?: SyncServerOptions;
};

export type RunningServer = {
  /** Where clients connect. No trailing slash. */
  url: string;
  /** Where HTTP actions are. */
  siteUrl: string;
  /** The main port by plain http, for programs on this machine. */
  localUrl: string;
  adminKey: string;
  /** Sends clients away (they come back to a restarted server by themselves) and stops. */
  close(): Promise<void>;
  /** Copies the data folder as of one moment to a new folder, while everything goes on. */
  backup(path: string): Promise<void>;
};

/**
 * @throws DataFolderInUseError, ListenError, or what kept the database from being opened; nothing is left running then
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const dataDir = resolve(options.dataDir);
  const log = createServerLog(options.logLevel ?? "info");
  const teardown = new Teardown();
  try {
    const lock = lockDataFolder(dataDir);
    teardown.add(() => lock.release());
    const adminKey = loadAdminKey(dataDir, options.adminKey);
    const ports = await openPorts(options, log, teardown);
    lock.noteAddress(ports.urls.cloudUrl);
    const backup = await startParts(options, {
      ...{ dataDir, log, adminKey, ports, teardown },
      lastRunCrashed: lock.lastRunCrashed,
    });
    log.info(`Convex-compatible backend at ${ports.urls.cloudUrl}, data in ${dataDir}`);
    return {
      url: ports.urls.cloudUrl,
      siteUrl: ports.urls.siteUrl,
      localUrl: ports.main.address,
      adminKey: adminKey.value,
      close: () => teardown.run(),
      backup,
    };
  } catch (error) {
    await teardown.run().catch((failure: unknown) => {
      log.error("After a failed start not everything could be stopped", failure);
    });
    throw error;
  }
}

type Ports = { urls: Urls; main: HeldServer; secure: HeldServer | null; site: HeldServer | null };

/** The ports come first: functions are told their addresses. Requests wait until there is somebody to answer them. */
async function openPorts(
  options: ServerOptions,
  log: ServerLog,
  teardown: Teardown,
): Promise<Ports> {
  const { host = "127.0.0.1", secure: tls, siteRoutesOnMainPort = false } = options;
  const open = async (port: number, https?: ServerOptions["secure"]): Promise<HeldServer> => {
    const held = new HeldServer(log);
    const bindTo = https?.host ?? host;
    const take: RequestListener = (message, response) => held.take(message, response);
    const opened = await listen(take, bindTo, port, https);
    const address = addressOf(https?.name ?? host, opened.port);
    held.attach(opened.server, https ? address.replace("http:", "https:") : address);
    // Should the start fail: nobody will answer those who wait.
    teardown.add(() => closeServer(opened.server, 0));
    return held;
  };
  const main = await open(options.port ?? DEFAULT_PORT);
  const sitePort = options.sitePort ?? (siteRoutesOnMainPort ? null : DEFAULT_SITE_PORT);
  const site = sitePort === null ? null : await open(sitePort);
  const secure = tls === undefined ? null : await open(tls.port, tls);
  const cloudUrl = withoutTrailingSlash(options.publicUrl ?? (secure ?? main).address);
  const ownSite = siteRoutesOnMainPort || site === null ? cloudUrl : site.address;
  return {
    urls: { cloudUrl, siteUrl: withoutTrailingSlash(options.publicSiteUrl ?? ownSite) },
    ...{ main, secure, site },
  };
}

async function startParts(
  options: ServerOptions,
  parts: {
    dataDir: string;
    lastRunCrashed: boolean;
    log: ServerLog;
    adminKey: AdminKey;
    ports: Ports;
    teardown: Teardown;
  },
): Promise<RunningServer["backup"]> {
  const { dataDir, lastRunCrashed, log, adminKey, ports, teardown } = parts;
  const { urls } = ports;
  const report = (what: string) => (error: unknown) => log.error(what, error);

  const engine = await createEngine({
    dataDir,
    workerUrl: new URL("./engineWorker.ts", import.meta.url),
    ...urls,
    services: actionFileServices(() => files),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  teardown.add(() => engine.close());
  const functionLogs = new FunctionLogBus();
  const logFunction = (entry: FunctionLogEntry): void => {
    functionLogs.add(entry);
    printFunctionLog(log, entry);
  };
  engine.onLog(logFunction);

  const maxUploadBytes = options.maxUploadBytes ?? DEFAULT_MAX_UPLOAD_BYTES;
  const files = new FileStore({ dataDir, engine, maxUploadBytes });
  const incomplete =
    (await files.clearIncoming()) + (lastRunCrashed ? await files.sweepOrphans() : 0);
  if (incomplete > 0)
    log.debug(`Removed ${String(incomplete)} incomplete uploads of the last run.`);

  const subscriptions = new Subscriptions(engine, report("Queries could not be run; trying again"));
  teardown.add(() => subscriptions.close());
  const deletion = startFileDeletion({
    ...{ engine, subscriptions, files },
    onError: report("Deleted files could not be removed from the disk"),
  });
  teardown.add(() => deletion.close());

  const auth = new Authentication(engine, adminKey, createFetch(engine, urls));
  const requireAdmin = createRequireAdmin(auth, adminKey);
  const services: Services = {
    ...{ dataDir, urls, engine, subscriptions, auth, adminKey, files, functionLogs, log },
    requireAdmin,
  };
  const appRoutes = new AppRoutes(engine);
  const deployApi = createDeployApi(services, () => appRoutes.refresh());
  await deployApi.recover();
  await appRoutes.refresh();

  const scheduler = await startScheduler({
    engine,
    onError: (what, error) => log.error(what, error),
  });
  teardown.add(() => scheduler.close());

  const onInternalError = report("A client's session failed for an internal reason");
  const sync = new SyncServer({ engine, subscriptions, auth, onInternalError }, options.sync);

  const httpActions = { engine, auth, log: logFunction };
  const serveMain = createMainListener({
    routes: [
      ...functionRoutes({ engine, auth, requireAdmin }),
      ...smallRoutes(),
      ...fileRoutes(files),
      ...deployApi.routes,
    ],
    httpActions,
    appRoutes: options.siteRoutesOnMainPort === true ? appRoutes : null,
    fallback: options.fallback ?? null,
    log,
  });
  for (const port of [ports.main, ports.secure]) {
    port?.answerWith(serveMain, (request, socket, head) => sync.upgrade(request, socket, head));
  }
  ports.site?.answerWith(createSiteListener(httpActions, log), () => false);
  teardown.add(async () => {
    const all = [ports.main, ports.secure, ports.site];
    await Promise.all(all.map(async (port) => port?.close(CLOSE_WITHIN_MS)));
  });

  // First those who wait for something to happen are let go; then requests in progress finish.
  teardown.add(() => deployApi.close());
  teardown.add(() => sync.close());

  return (path) =>
    backupDataFolder({
      dataDir,
      target: resolve(path),
      copyDatabase: (target) => engine.backup(target),
    });
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
