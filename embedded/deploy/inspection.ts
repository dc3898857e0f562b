// Serves the inspection page at `/_embedded`: three files of our own, no external resource, and nothing secret in them.
import { readFile } from "node:fs/promises";
import type { HttpReply, Route } from "../http/router.ts";
import type { Services } from "../server/services.ts";
import { asHttpError } from "./push.ts";
import { z } from "zod";
import { parseBody } from "./protocol.ts";
import { jsonReply } from "../http/router.ts";

const FOLDER = new URL("./inspection/", import.meta.url);
const ASSETS = [
  { pattern: "/_embedded", file: "page.html", type: "text/html; charset=utf-8" },
  { pattern: "/_embedded/page.css", file: "page.css", type: "text/css; charset=utf-8" },
  { pattern: "/_embedded/page.js", file: "page.js", type: "text/javascript; charset=utf-8" },
  { pattern: "/_embedded/client.js", file: "client.js", type: "text/javascript; charset=utf-8" },
  { pattern: "/_embedded/views.js", file: "views.js", type: "text/javascript; charset=utf-8" },
];
const HEADERS = {
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export function inspectionRoutes(services: Services): Route[] {
  const assets = ASSETS.map(({ pattern, file, type }): Route => ({
    method: "GET",
    pattern,
    cors: "own",
    handle: async (): Promise<HttpReply> => ({
      status: 200,
      headers: { ...HEADERS, "content-type": type },
      body: await readFile(new URL(file, FOLDER)),
    }),
  }));
  const cancelJob: Route = {
    method: "POST",
    pattern: "/api/cancel_job",
    handle: async (request) => {
      services.requireAdmin(request);
      const { id } = parseBody(z.object({ id: z.string() }), await request.json(), "cancel_job");
      await services.engine.callSystem("scheduler:cancel", { id }).catch(asHttpError);
      return jsonReply(null);
    },
  };
  return [...assets, cancelJob];
}
