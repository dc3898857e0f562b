// What a request says about who sent it, in the form in which functions and their logs want it.
import type { IncomingMessage } from "node:http";
import { newRequestId, type ClientInfo } from "../functions/index.ts";

/** The peer's address, not what a header claims: anybody can write a header. */
export function callerInfo(message: IncomingMessage): ClientInfo & { requestId: string } {
  const ip = message.socket.remoteAddress;
  const userAgent = message.headers["user-agent"];
  return {
    requestId: newRequestId(),
    ...(ip === undefined ? {} : { ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
