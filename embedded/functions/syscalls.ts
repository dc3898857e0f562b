// What queries and mutations may ask of the database and its surroundings (CONVEX-RUNTIME 3.7).
import { convexToJson, jsonToConvex } from "convex/values";
import {
  DatabaseError,
  type QueryJSON,
  type Transaction,
  type TransactionLimits,
} from "../database/index.ts";
import { isJSONObject, valueSize, type JSONObject, type JSONValue } from "../values/index.ts";
import type { FunctionTable } from "./functionTable.ts";
import {
  canonicalPath,
  createFunctionHandle,
  displayPath,
  resolveFunctionAddress,
} from "./paths.ts";
import { requestMetadata } from "./requestMetadata.ts";
import type { Frame } from "./run.ts";
import { SystemFunctionError, type SystemFunctions, type SystemFunctionContext } from "./types.ts";

/** What syscalls need apart from the frame that makes them. */
export type SyscallSurroundings = {
  functions(): FunctionTable;
  systemFunctions: SystemFunctions;
  systemContext: Omit<SystemFunctionContext, "journal">;
  deploymentName: string;
};

type Handler = (frame: Frame, args: JSONObject, around: SyscallSurroundings) => JSONValue | string;
/** `raw`: the answer is JSON text already. */
type Entry = { mutationOnly?: true; raw?: true; run: Handler };

export const SYNC_SYSCALLS: Record<string, Entry> = {
  "1.0/queryStream": {
    run: ({ tx }, args) => ({ queryId: tx.openStream(args.query as unknown as QueryJSON) }),
  },
  "1.0/queryCleanup": { run: ({ tx }, args) => tx.streamClose(Number(args.queryId)) },
  "1.0/db/normalizeId": {
    run: ({ tx }, args) => ({
      id: tx.normalizeId(text(args, "table"), text(args, "idString")),
    }),
  },
  "1.0/getSnapshotTs": { run: ({ tx }) => convexToJson(tx.beginTs) },
};

export const ASYNC_SYSCALLS: Record<string, Entry> = {
  "1.0/get": {
    raw: true,
    run: ({ tx }, args) =>
      tx.getRaw(text(args, "id"), {
        isSystem: args.isSystem === true,
        ...(typeof args.table === "string" ? { table: args.table } : {}),
      }) ?? "null",
  },
  "1.0/queryStreamNext": {
    raw: true,
    run: ({ tx }, args) => {
      const value = tx.streamNextRaw(Number(args.queryId));
      return value === null ? '{"value":null,"done":true}' : `{"value":${value},"done":false}`;
    },
  },
  "1.0/queryPage": { run: (frame, args) => queryPage(frame, args) },
  "1.0/count": { run: ({ tx }, args) => tx.count(text(args, "table")) },
  "1.0/insert": {
    mutationOnly: true,
    run: ({ tx }, args) => ({ _id: tx.insert(text(args, "table"), object(args, "value")) }),
  },
  "1.0/shallowMerge": {
    mutationOnly: true,
    run: ({ tx }, args) => tx.patch(text(args, "id"), object(args, "value"), table(args)),
  },
  "1.0/replace": {
    mutationOnly: true,
    run: ({ tx }, args) => tx.replace(text(args, "id"), object(args, "value"), table(args)),
  },
  "1.0/remove": {
    mutationOnly: true,
    run: ({ tx }, args) => tx.remove(text(args, "id"), table(args)),
  },
  "1.0/schedule": {
    mutationOnly: true,
    run: (frame, args, around) =>
      scheduleFunction(frame.tx, args, around.functions(), frame.run.calledByJob),
  },
  "1.0/cancel_job": {
    mutationOnly: true,
    run: (frame, args, around) =>
      system(
        frame.tx,
        "scheduler:cancel",
        {
          id: text(args, "id"),
          ...(frame.run.scheduledId === null ? {} : { by: frame.run.scheduledId }),
        },
        around,
      ),
  },
  "1.0/storageGenerateUploadUrl": {
    mutationOnly: true,
    run: (frame, _args, around) => system(frame.tx, "files:generateUploadUrl", {}, around),
  },
  "1.0/storageGetUrl": { run: storage("files:getUrl") },
  "1.0/storageGetMetadata": { run: storage("files:getMetadata") },
  "1.0/storageDelete": { mutationOnly: true, run: storage("files:delete") },
  "1.0/getUserIdentity": {
    run: ({ run }) => {
      run.usedIdentity = true;
      switch (run.identity.kind) {
        case "none":
          return null;
        case "user":
          return run.identity.attributes;
        case "admin":
          return run.identity.acting ?? null;
        case "invalid":
          throw new SystemFunctionError("Unauthenticated", run.identity.message);
      }
    },
  },
  "1.0/createFunctionHandle": {
    run: (_frame, args) => createFunctionHandle(resolveFunctionAddress(args)),
  },
  "1.0/getTransactionMetrics": {
    run: ({ tx }) => tx.metrics(),
  },
  "1.0/getFunctionMetadata": {
    run: (frame) => ({ name: displayPath(frame.path), componentPath: "" }),
  },
  "1.0/getDeploymentMetadata": {
    run: (_frame, _args, around) => ({ name: around.deploymentName, region: null, class: "s16" }),
  },
  "1.0/getRequestMetadata": {
    mutationOnly: true,
    run: ({ run }) => requestMetadata(run.client, run.requestId, run.scheduledId),
  },
  "1.0/auditLog": { mutationOnly: true, run: () => null },
};

/**
 * Writes a pending job into the calling transaction; `scheduler/` carries it out after the commit.
 *
 * @param calledByJob the job of the action that asks: when it has been cancelled, so is what it schedules
 */
export function scheduleFunction(
  tx: Transaction,
  args: JSONObject,
  functions: FunctionTable,
  calledByJob: string | null,
): string {
  const path = resolveFunctionAddress(args);
  if (!functions.hasModule(path.modulePath)) {
    throw new SystemFunctionError(
      "InvalidFunctionPath",
      `Attempted to schedule function at nonexistent path: ${path.modulePath}`,
    );
  }
  if (functions.get(path) === undefined) {
    throw new SystemFunctionError(
      "InvalidFunctionPath",
      `Attempted to schedule function, but no exported function ${path.exportName} found in the file: ${path.modulePath}. Did you forget to export it?`,
    );
  }
  const scheduledTimeMs = Number(args.ts) * 1_000;
  if (!(Math.abs(scheduledTimeMs - tx.nowMs) <= FIVE_YEARS_MS)) {
    throw new SystemFunctionError(
      "InvalidScheduledFunctionDelay",
      `Attempted to schedule ${displayPath(path)} more than five years ${scheduledTimeMs > tx.nowMs ? "in the future" : "in the past"}.`,
    );
  }
  const functionArgs = object(args, "args");
  tx.noteScheduled(valueSize(jsonToConvex([functionArgs] as never)));
  return tx.asSystem.insert("_scheduled_functions", {
    name: canonicalPath(path),
    args: [functionArgs],
    scheduledTime: scheduledTimeMs,
    ...(isCancelled(tx, calledByJob)
      ? { state: { kind: "canceled" }, completedTime: tx.nowMs }
      : { state: { kind: "pending" } }),
  });
}

function isCancelled(tx: Transaction, job: string | null): boolean {
  const state = job === null ? undefined : tx.asSystem.get(job)?.state;
  return isJSONObject(state) && state.kind === "canceled";
}

const FIVE_YEARS_MS = 5 * 366 * 24 * 60 * 60 * 1_000;

export function system(
  tx: Transaction,
  name: string,
  args: JSONObject,
  around: Pick<SyscallSurroundings, "systemFunctions" | "systemContext">,
): JSONValue {
  const systemFunction = around.systemFunctions[name];
  if (systemFunction === undefined) {
    throw new SystemFunctionError("Unsupported", `This backend was started without ${name}.`);
  }
  return systemFunction.run(tx.asSystem, args, {
    ...around.systemContext,
    journal: { given: null, taken: null },
  });
}

function storage(name: string): Handler {
  return (frame, args, around) =>
    system(frame.tx, name, { storageId: text(args, "storageId") }, around);
}

function queryPage(frame: Frame, args: JSONObject): JSONValue {
  if (frame.paginated) {
    throw new DatabaseError(
      "MultiplePaginatedDatabaseQueries",
      "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
    );
  }
  frame.paginated = true;
  const { run } = frame;
  const keepsJournal = run.tx.kind === "query" && run.journalTaken === null;
  const result = frame.tx.queryPage(
    {
      query: args.query as unknown as QueryJSON,
      cursor: (args.cursor ?? null) as string | null,
      endCursor: (args.endCursor ?? null) as string | null,
      pageSize: Number(args.pageSize),
      maximumRowsRead: (args.maximumRowsRead ?? null) as number | null,
      maximumBytesRead: (args.maximumBytesRead ?? null) as number | null,
    },
    keepsJournal ? run.journalGiven : null,
  );
  if (keepsJournal) run.journalTaken = result.continueCursor;
  return result;
}

/** A nested call's tighter limits; names that the database does not count are ignored. */
export function nestedLimits(given: JSONValue | undefined): Partial<TransactionLimits> | null {
  if (!isJSONObject(given)) return null;
  return given;
}

function text(args: JSONObject, name: string): string {
  const value = args[name];
  if (typeof value === "string") return value;
  throw new DatabaseError("InvalidArgument", `Invalid argument \`${name}\`: expected a string.`);
}

function object(args: JSONObject, name: string): JSONObject {
  const value = args[name];
  if (isJSONObject(value)) return value;
  throw new DatabaseError("InvalidArgument", `Invalid argument \`${name}\`: expected an object.`);
}

function table(args: JSONObject): string | undefined {
  return typeof args.table === "string" ? args.table : undefined;
}
