// Errors of the worker's own code: those written for the caller, and faults below the functions.
import { DatabaseError } from "../database/index.ts";
import type { StoreErrorCode } from "../store/index.ts";
import { SystemFunctionError, type FunctionError } from "./types.ts";

/** An error of the worker's own code: its text when it was written for the caller, null when it is a fault. */
export function expectedError(error: unknown): FunctionError | null {
  if (isStoreFault(error)) return null;
  if (error instanceof DatabaseError) {
    return {
      message: error.message,
      ...(error.data === undefined ? {} : { data: error.data }),
    };
  }
  if (error instanceof SystemFunctionError) return { message: error.message };
  return null;
}

const STORE_FAULTS: ReadonlySet<string> = new Set([
  "DiskFull",
  "DatabaseCorrupt",
  "StorageFailure",
] satisfies StoreErrorCode[]);

/** Faults below the functions: the disk is full, the file is damaged. */
export function isStoreFault(error: unknown): boolean {
  return error instanceof DatabaseError && STORE_FAULTS.has(error.code);
}

export function storeFaultText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `InternalServerError: the database could not carry this out (${text}). Nothing was changed.`;
}
