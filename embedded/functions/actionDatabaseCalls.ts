// Database operations that actions ask for directly: each is a small transaction of its own (CONVEX-RUNTIME 3.7).
import type { Transaction, VectorQueryJSON } from "../database/index.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";
import {
  ACTION_OPERATIONS,
  isActionDatabaseCall,
  type ActionOperation,
} from "./actionOperations.ts";
import { scheduleFunction, system, type SyscallSurroundings } from "./syscalls.ts";
import { SystemFunctionError } from "./types.ts";

type Call = (
  tx: Transaction,
  args: JSONObject,
  around: SyscallSurroundings,
  calledByJob: string | null,
) => JSONValue;

const storage =
  (name: string): Call =>
  (tx, args, around) =>
    system(tx, name, { storageId: args.storageId ?? null }, around);

const CALLS: Record<ActionOperation, Call> = {
  "1.0/actions/schedule": (tx, args, around, calledByJob) =>
    scheduleFunction(tx, args, around.functions(), calledByJob),
  "1.0/actions/cancel_job": (tx, args, around) =>
    system(tx, "scheduler:cancel", { id: args.id ?? null }, around),
  "1.0/actions/vectorSearch": (tx, args) => ({
    results: tx.vectorSearch(args.query as unknown as VectorQueryJSON),
  }),
  "1.0/storageGenerateUploadUrl": (tx, _args, around) =>
    system(tx, "files:generateUploadUrl", {}, around),
  "1.0/storageGetUrl": storage("files:getUrl"),
  "1.0/storageGetMetadata": storage("files:getMetadata"),
  "1.0/storageDelete": storage("files:delete"),
};

export function actionSyscallWrites(op: string): boolean {
  return isActionDatabaseCall(op) && ACTION_OPERATIONS[op] === "write";
}

export function actionSyscall(
  tx: Transaction,
  op: string,
  args: JSONObject,
  around: SyscallSurroundings,
  calledByJob: string | null,
): JSONValue {
  if (!isActionDatabaseCall(op)) {
    throw new SystemFunctionError("Unsupported", `Unknown async operation ${op}`);
  }
  return CALLS[op](tx, args, around, calledByJob);
}
