// How a function's error reads for its caller: Convex's first line with a request id, then message and frames.
import { randomBytes } from "node:crypto";
import type { FunctionError } from "../functions/index.ts";

/** 16 hex digits: the same in the caller's error text and in the server's log. */
export function newRequestId(): string {
  return randomBytes(8).toString("hex");
}

export function errorText(
  error: Pick<FunctionError, "message" | "frames">,
  requestId: string,
): string {
  const frames = error.frames === undefined || error.frames === "" ? "" : `\n${error.frames}`;
  return `[Request ID: ${requestId}] Server Error\n${error.message}${frames}`;
}
