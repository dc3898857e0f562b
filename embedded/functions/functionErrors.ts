// From whatever pushed code threw to what callers are told: one text, a ConvexError's data, frames of the author's files.
import type { JSONValue } from "../values/index.ts";
import type { FrameMapper } from "./sourceMaps.ts";
import type { FunctionError } from "./types.ts";

type Described = { text: string; stack: string; data?: string };

/** For errors thrown by pushed code; `describe` runs inside their realm. */
export function functionError(
  thrown: unknown,
  describe: (thrown: unknown) => string,
  mapper: FrameMapper,
): FunctionError {
  // Made by realm/errors.ts.
  const { text, stack, data } = JSON.parse(describe(thrown)) as Described;
  const frames = mapper.frames(stack);
  return {
    message: `Uncaught ${text}`,
    ...(data === undefined ? {} : { data: JSON.parse(data) as JSONValue }),
    ...(frames === "" ? {} : { frames }),
  };
}

/** The text that a calling function sees when a nested call failed. */
export function errorText({ message, frames }: FunctionError): string {
  return frames === undefined ? message : `${message}\n${frames}`;
}
