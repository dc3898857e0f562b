// What `ctx.meta.getRequestMetadata()` answers, in mutations and actions alike.
import type { JSONObject } from "../values/index.ts";
import type { ClientInfo } from "./types.ts";

export function requestMetadata(
  client: ClientInfo,
  requestId: string,
  scheduledId: string | null,
): JSONObject {
  return {
    ip: client.ip ?? null,
    userAgent: client.userAgent ?? null,
    requestId,
    scheduledFunctionId: scheduledId,
    authToken: null,
  };
}
