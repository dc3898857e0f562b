// Serves the inspection page at `/_embedded`: our own files, no external resource, and nothing secret in them.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { jsonReply, type HttpReply, type Route } from "../http/router.ts";
import type { Services } from "../server/services.ts";
import { convexEsbuild } from "./convexEsbuild.ts";
import { parseBody } from "./protocol.ts";
import { asHttpError } from "./push.ts";

const FOLDER = new URL("./inspection/", import.meta.url);
const HEADERS = {
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

export function inspectionRoutes(services: Services): Route[] {
  const asset = (pattern: string, type: string, read: () => Promise<string | Buffer>): Route => ({
    method: "GET",
    pattern,
    cors: "own",
    handle: async (): Promise<HttpReply> => ({
      status: 200,
      headers: { ...HEADERS, "content-type": `${type}; charset=utf-8` },
      body: await read(),
    }),
  });
  const file = (name: string) => () => readFile(new URL(name, FOLDER));
  let script: Promise<string> | null = null;
  return [
    asset("/_embedded", "text/html", file("page.html")),
    asset("/_embedded/", "text/html", file("page.html")),
    asset("/_embedded/page.css", "text/css", file("page.css")),
    asset("/_embedded/page.js", "text/javascript", () => {
      script ??= pageScript();
      // What failed is tried again when it is asked for again.
      script.catch(() => (script = null));
      return script;
    }),
    {
      method: "POST",
      pattern: "/api/cancel_job",
      handle: async (request) => {
        services.requireAdmin(request);
        const { id } = parseBody(z.object({ id: z.string() }), await request.json(), "cancel_job");
        await services.engine.callSystem("scheduler:cancel", { id }).catch(asHttpError);
        return jsonReply(null);
      },
    },
  ];
}

/** The page's modules and Convex's own client as one script; a fraction of a second, once, when first asked for. */
async function pageScript(): Promise<string> {
  const folder = fileURLToPath(FOLDER);
  const { outputFiles } = await convexEsbuild(folder).build({
    entryPoints: [fileURLToPath(new URL("main.ts", FOLDER))],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
