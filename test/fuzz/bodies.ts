// Nonsense over HTTP: any method on any path with any headers and bodies.
import { request } from "node:http";
import { once } from "node:events";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { IncomingMessage } from "node:http";
import {
  anyBytes,
  anyName,
  anyObject,
  anyValue,
  garble,
  pick,
  spoil,
  type Random,
} from "./nonsense.ts";

const PATHS = [
  ...["/api/query", "/api/mutation", "/api/action", "/api/query", "/api/mutation", "/api/action"],
  ...[
    "/api/run/messages/send",
    "/api/run/values/echo",
    "/api/query_batch",
    "/http/echo",
    "/api/query",
  ],
  ...[
    "/api/query",
    "/api/mutation",
    "/api/action",
    "/api/function",
    "/api/query_batch",
    "/api/query_ts",
  ],
  ...[
    "/api/query_at_ts",
    "/api/run/messages/send",
    "/api/run/../../x",
    "/api/run/",
    "/api/run/%00/%ff",
  ],
  ...[
    "/api/storage/upload?token=x",
    "/api/storage/upload",
    "/api/storage/nonsense",
    "/api/storage/%2e%2e",
  ],
  ...[
    "/api/storage/6f5b0a4e-1111-4222-8333-444455556666",
    "/version",
    "/",
    "//",
    "/%",
    "/instance_name",
  ],
  ...[
    "/http/hello",
    "/http/echo",
    "/http/throws",
    "/http/files/%2e%2e/x",
    "/http/",
    "/http",
    "/http//",
  ],
  ...["/api/deploy2/start_push", "/api/deploy2/finish_push", "/api/update_environment_variables"],
  ...[
    "/api/get_config_hashes",
    "/api/perform_import",
    "/api/import/start_upload",
    "/api/export/zip/1",
  ],
  ...["/api/export/request/zip", "/api/stream_function_logs", "/api/cancel_job", "/api/unheard_of"],
  ...["/_embedded", "/_embedded/../admin-key", "/api/1.48.0/sync", "/api/debug_event", "/nowhere"],
];
const METHODS = [
  "GET",
  "POST",
  "POST",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "HEAD",
  "PATCH",
  "TRACE",
];

export type Answer = { method: string; path: string; status: number; body: string };

/** The admin's endpoints, which are to tell even the admin what is wrong. */
const ADMIN_PATHS = [
  ...["/api/deploy2/start_push", "/api/deploy2/finish_push", "/api/deploy2/evaluate_push"],
  ...["/api/deploy2/wait_for_schema", "/api/deploy2/evaluate_schema", "/api/get_config_hashes"],
  ...["/api/update_environment_variables", "/api/import/upload_part", "/api/import/finish_upload"],
  ...["/api/perform_import", "/api/export/zip/1", "/api/cancel_job", "/api/function", "/api/query"],
  ...["/api/stream_function_logs?cursor=x", "/api/run_test_function", "/api/shapes2"],
];

/**
 * @param adminKey comes along now and then
 * @returns null when the connection ended without an answer
 */
export async function fuzzRequest(
  url: string,
  adminKey: string,
  random: Random,
): Promise<Answer | null> {
  const { hostname, port } = new URL(url);
  const asAdmin = random() < 0.15;
  const method = asAdmin ? pick(random, ["POST", "POST", "GET"]) : pick(random, METHODS);
  const path = pick(random, asAdmin ? ADMIN_PATHS : PATHS);
  const headers = {
    ...anyHeaders(random),
    ...(asAdmin ? { authorization: `Convex ${adminKey}` } : {}),
  };
  const outgoing = request({ hostname, port, method, path, headers });
  const body = method === "GET" || method === "HEAD" ? Buffer.alloc(0) : anyBody(random, outgoing);
  const answered = Promise.race([
    once(outgoing, "response") as Promise<[IncomingMessage]>,
    once(outgoing, "close").then(() => null),
  ]).catch(() => null);
  if (random() < 0.03) {
    outgoing.write(body.subarray(0, body.length / 2));
    // A sender that goes away in the middle.
    setImmediate(() => outgoing.destroy());
  } else {
    outgoing.end(body);
  }
  const response = (await answered)?.[0];
  if (response === undefined) return null;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return {
    ...{ method, path, status: response.statusCode ?? 0 },
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

function anyHeaders(random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  const maybe = (name: string, values: string[]): void => {
    if (random() < 0.15) headers[name] = pick(random, values);
  };
  maybe("authorization", [
    ...[
      "Bearer x",
      "Bearer a.b.c",
      "Convex wrong",
      "Convex embedded|00:e30=",
      "Convex :",
      "Basic eDp5",
    ],
    ...["Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0In0.", "nonsense", " "],
  ]);
  maybe("convex-client", ["npm-1.0.0", "npm-", "x".repeat(2000), "npm-cli-1.48.0"]);
  maybe("content-type", ["application/json", "text/html", "multipart/form-data", ";;;"]);
  maybe("origin", ["http://evil.test", "null", "x"]);
  maybe("range", ["bytes=0-1", "bytes=-", "bytes=9-1", "bytes=a-b", "bytes=0-1,2-3"]);
  maybe("digest", ["sha-256=", "sha-256=AAAA", "md5=x"]);
  maybe("forwarded", ["proto=https", 'proto="', ";;;"]);
  maybe("x-forwarded-proto", ["https", "gopher", ","]);
  maybe("host", ["x", "x:99999", "[::1", "a b", "%"]);
  maybe("access-control-request-headers", ["x-y", "*"]);
  return headers;
}

/** Fields that the admin's endpoints look at. */
function adminFields(random: Random) {
  return {
    changes: anyValue(random),
    appDefinition: anyValue(random),
    functions: "convex/",
    schemaChange: anyValue(random),
    startPush: anyValue(random),
    importId: anyValue(random),
    id: anyValue(random),
    import: anyValue(random),
    uploadToken: anyValue(random),
    partTokens: anyValue(random),
  };
}

function anyBody(
  random: Random,
  outgoing: { setHeader(name: string, value: string): void },
): Buffer {
  if (random() < 0.1) return anyBytes(random, 2000);
  const call = {
    path: random() < 0.95 ? anyName(random) : anyValue(random),
    args: random() < 0.8 ? anyObject(random) : anyValue(random),
    format:
      random() < 0.9
        ? pick(random, ["json", "convex_encoded_json"])
        : pick(random, [null, "xyz", 5]),
    queries: [anyValue(random)],
    ...(random() < 0.3 ? adminFields(random) : {}),
  };
  const bytes = Buffer.from(garble(random, JSON.stringify(spoil(random, call))));
  const choice = random();
  if (choice < 0.8) return bytes;
  const encoding = pick(random, ["br", "gzip", "deflate", "zstd", "unheard-of"]);
  outgoing.setHeader("content-encoding", encoding);
  if (choice < 0.85) return bytes;
  return encoding === "br" ? brotliCompressSync(bytes) : gzipSync(bytes);
}
