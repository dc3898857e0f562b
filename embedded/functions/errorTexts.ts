// Convex's own sentences for calls that never reach the function.
import type { FunctionError, FunctionKind } from "./types.ts";
import { canonicalPath, displayPath, type FunctionPath } from "./paths.ts";

export const TIMED_OUT = (seconds: number) =>
  `Function execution timed out (maximum duration: ${seconds}s)`;
export const SYSTEM_TIMED_OUT =
  "Your request timed out performing too many system operations. Consider splitting up your function into smaller ones.";
export const NEVER_RESOLVES =
  "Returned promise will never resolve. Did you forget to await something, or to call a callback?";
export const OUT_OF_MEMORY = (megabytes: number) =>
  `JavaScript execution ran out of memory (maximum memory usage: ${megabytes} MB)`;
export const TRANSIENT = "Transient error while executing function";
export const TOO_MANY_ACTIONS = (why: string) =>
  `TooManyConcurrentRequests: The action was not begun. ${why}`;
export const tooDeep = (limit: number) => `Maximum function call depth exceeded (limit: ${limit}).`;
export const NOT_YOUR_REQUEST =
  "This request was sent before by somebody else in the same session, and was carried out then. Its result is not shown to another identity.";
export const DANGLING =
  "A function must not use the database, storage or scheduler after it has finished. Did you forget to await a promise?";

export function notFound(path: string): FunctionError {
  return {
    message: `Could not find public function for '${path}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`,
  };
}

export function notFoundAny(path: string): FunctionError {
  return {
    message: `Could not find function for '${path}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`,
  };
}

export function wrongKind(
  path: FunctionPath,
  asked: FunctionKind,
  defined: FunctionKind,
): FunctionError {
  return {
    message: `Trying to execute ${canonicalPath(path)} as ${asked}, but it is defined as ${defined}.`,
  };
}

export function missingModule(path: FunctionPath): string {
  return `Couldn't find JavaScript module '${path.modulePath}'. Did you forget to run \`npx convex dev\` or \`npx convex deploy\`?`;
}

export function missingExport(path: FunctionPath): string {
  return `Couldn't find ${JSON.stringify(path.exportName)} in module ${JSON.stringify(path.modulePath)}.`;
}

export function tooLargeArguments(path: FunctionPath, sizeBytes: number): string {
  return `Arguments for ${displayPath(path)} are too large (actual: ${mebibytes(sizeBytes)}, limit: 16 MiB)`;
}

export function tooLargeResult(path: FunctionPath, sizeBytes: number): string {
  return `Function ${displayPath(path)} return value is too large (actual: ${mebibytes(sizeBytes)}, limit: 16 MiB)`;
}

export function invalidArguments(path: FunctionPath, problem: string): string {
  return `Invalid arguments for ${displayPath(path)}: ${problem}`;
}

export function invalidResult(path: FunctionPath, problem: string): string {
  return `Function ${displayPath(path)} return value is invalid: ${problem}`;
}

function mebibytes(sizeBytes: number): string {
  return `${(sizeBytes / (1 << 20)).toFixed(2)} MiB`;
}
