// What clients and people ask a deployment about itself.
import { INSTANCE_NAME } from "../auth/adminKey.ts";
import { jsonReply, textReply, type Route } from "./router.ts";

/** The telemetry that clients send is read (so that the connection stays usable) and dropped. */
const DEBUG_EVENT_LIMIT_BYTES = 1 << 20;

export const RUNNING_TEXT = "This Convex deployment is running. See https://docs.convex.dev/.";

export function smallRoutes(): Route[] {
  const text = (pattern: string, body: string): Route => ({
    method: "GET",
    pattern,
    handle: () => textReply(body),
  });
  return [
    text("/version", "unknown"),
    text("/instance_version", "unknown"),
    text("/instance_name", INSTANCE_NAME),
    {
      method: "POST",
      pattern: "/api/debug_event",
      handle: async (request) => {
        await request.bytes(DEBUG_EVENT_LIMIT_BYTES);
        return jsonReply(null);
      },
    },
  ];
}
