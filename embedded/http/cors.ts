// Convex's CORS: whoever asks may call the API from any origin. Tokens travel in headers, never in cookies,
// so there is nothing that another site could borrow.
import type { IncomingMessage } from "node:http";

const MAX_AGE_SECONDS = 86_400;

/** Headers for every answer to a browser: the Origin mirrored, credentials allowed. */
export function corsHeaders(message: IncomingMessage): [string, string][] {
  const { origin } = message.headers;
  const vary: [string, string] = [
    "vary",
    "origin, access-control-request-method, access-control-request-headers",
  ];
  if (origin === undefined) return [vary];
  return [
    vary,
    ["access-control-allow-origin", origin],
    ["access-control-allow-credentials", "true"],
    ["access-control-expose-headers", "accept-ranges, content-length, content-range, digest, etag"],
  ];
}

/** What a preflight adds: methods, the asked-for headers mirrored, how long the answer holds. */
export function preflightHeaders(message: IncomingMessage): Record<string, string> {
  const requested = message.headers["access-control-request-headers"];
  return {
    "access-control-allow-methods": "GET, POST, OPTIONS, PATCH, DELETE, PUT",
    ...(requested === undefined ? {} : { "access-control-allow-headers": requested }),
    "access-control-max-age": String(MAX_AGE_SECONDS),
    "content-length": "0",
  };
}
