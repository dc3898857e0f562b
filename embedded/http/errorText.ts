// How a function's error reads for its caller: Convex's first line with a request id, then message and frames.
import type { FunctionError } from "../functions/index.ts";

export function errorText(
  error: Pick<FunctionError, "message" | "frames">,
  requestId: string,
): string {
  const frames = error.frames === undefined || error.frames === "" ? "" : `\n${error.frames}`;
  return `[Request ID: ${requestId}] Server Error\n${error.message}${frames}`;
}
