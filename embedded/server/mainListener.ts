// Who answers a request on the main port, and on the site port: Convex's endpoints, the app's HTTP actions, or
// whatever else lives on the same origin.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { answerHttpAction, type HttpActionServices } from "../http/httpActions.ts";
import { Router, jsonReply, requestUrl, send, textReply, type Route } from "../http/router.ts";
import { RUNNING_TEXT } from "../http/smallEndpoints.ts";
import type { AppRoutes } from "./appRoutes.ts";
import type { ServerLog } from "./serverLog.ts";

type Serve = (message: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What answers paths under `/api` that are nobody's; the app's own `/api/...` routes come before it. */
const CATCH_ALL = "/api/*";

export function createMainListener(options: {
  routes: readonly Route[];
  httpActions: HttpActionServices;
  /** Set when the app's HTTP actions are to be had on the main origin, too. */
  appRoutes: AppRoutes | null;
  fallback: RequestListener | null;
  log: ServerLog;
}): Serve {
  const { routes, httpActions, appRoutes, fallback, log } = options;
  const onError = reportTo(log);
  const convex = new Router(
    [
      ...routes.filter((route) => route.pattern !== CATCH_ALL),
      httpActionRoute("/http/*", httpActions),
    ],
    onError,
  );
  const app = new Router([httpActionRoute("/*", httpActions)], onError);
  const rest = new Router(
    routes.filter((route) => route.pattern === CATCH_ALL),
    onError,
  );

  return async (message, response) => {
    if (await convex.serve(message, response)) return;
    const pathname = requestUrl(message)?.pathname ?? "/";
    if (appRoutes?.matches(message.method ?? "GET", pathname) === true) {
      await app.serve(message, response);
      return;
    }
    if (await rest.serve(message, response)) return;
    if (fallback !== null) {
      fallback(message, response);
      return;
    }
    await send(message, response, nobodys(pathname));
  };
}

/** The site port has nothing but the app's HTTP actions. */
export function createSiteListener(httpActions: HttpActionServices, log: ServerLog): Serve {
  const app = new Router([httpActionRoute("/*", httpActions)], reportTo(log));
  return async (message, response) => {
    await app.serve(message, response);
  };
}

function httpActionRoute(pattern: string, services: HttpActionServices): Route {
  return {
    method: "*",
    pattern,
    cors: "own",
    handle: (request) => answerHttpAction(services, request, `/${request.params.rest ?? ""}`),
  };
}

function nobodys(pathname: string) {
  if (pathname === "/") return textReply(RUNNING_TEXT);
  return jsonReply({ code: "NotFound", message: `Nothing answers ${pathname} here.` }, 404);
}

function reportTo(log: ServerLog) {
  return (error: unknown, request: string): void => {
    log.error(`${request} failed for an internal reason`, error);
  };
}
