// The messages between the main thread and the engine worker. Values travel as JSON text, which costs one copy.
import type { JSONValue } from "../values/index.ts";
import type { ReadSet, WriteKey } from "../database/index.ts";
import type { ModuleEntry } from "./moduleStore.ts";
import type { FunctionPath } from "./paths.ts";
import type {
  ClientInfo,
  FunctionError,
  Identity,
  ModuleEnvironment,
  Visibility,
} from "./types.ts";

/** Given to the engine worker when it starts. */
export type EngineWorkerData = {
  dataDir: string;
  cloudUrl: string;
  siteUrl: string;
  deploymentName: string;
  clockMemory: SharedArrayBuffer;
  userTimeMs: number;
  /** Infinity: whatever the disk has. */
  databaseBytes: number;
};

export type QueryMessage = {
  path: string;
  argsJson: string;
  identity: Identity;
  journal: string | null;
  visibility: Visibility;
};
export type MutationMessage = {
  type: "mutation";
  id: number;
  path: string;
  argsJson: string;
  identity: Identity;
  visibility: Visibility;
  requestId: string;
  session?: { sessionId: string; requestId: number };
  scheduledId?: string;
  calledByJob?: string;
  client?: ClientInfo;
};
export type SystemMessage = { type: "system"; id: number; name: string; argsJson: string };
/** Database operations of actions that are no functions: scheduling, files, vector search. */
export type ActionSyscallMessage = {
  type: "actionSyscall";
  id: number;
  op: string;
  argsJson: string;
  /** The job of the action that asks, if it is a scheduled one. */
  calledByJob: string | null;
};

export type PrepareActionMessage = {
  type: "prepareAction";
  id: number;
  path: string;
  argsJson: string;
  visibility: Visibility;
};
/** What `prepareAction` answers. */
export type PreparedAction =
  | { ok: true; path: FunctionPath; environment: ModuleEnvironment; checksReturns: boolean }
  | { ok: false; error: FunctionError };

/** What `activate` answers: enough for the workers that run actions. */
export type DeploymentInfo = { entries: ModuleEntry[]; variables: Record<string, string> };

export type EngineRequest =
  | { type: "queries"; id: number; requests: QueryMessage[] }
  | MutationMessage
  | SystemMessage
  | ActionSyscallMessage
  | PrepareActionMessage
  | { type: "checkReturns"; id: number; path: string; valueJson: string }
  /** Reads `_modules` and the environment variables anew. */
  | { type: "activate"; id: number }
  | { type: "close"; id: number };

/** One run's end. `durationMs` is wall time. */
export type RunAnswer = {
  ok: boolean;
  valueJson: string;
  error: FunctionError | null;
  logLines: string[];
  durationMs: number;
};
export type QueryAnswer = RunAnswer & {
  readSet: PackedKeys;
  journal: string | null;
  usedIdentity: boolean;
  usedTimeOrRandomness: boolean;
  /** Its worker was ended, and with it all knowledge of what it had read. */
  wasEnded?: true;
};
/** `changedWholeTables`: `writes` does not list everything that became another. */
export type CommitMessage = { ts: bigint; writes: PackedKeys; changedWholeTables: boolean };

export type EngineAnswer =
  | { type: "queries"; id: number; ts: bigint; results: QueryAnswer[] }
  | { type: "mutation"; id: number; ts: bigint; result: RunAnswer; replayed: boolean }
  | { type: "system"; id: number; ts: bigint; valueJson: string }
  | { type: "done"; id: number; value: JSONValue }
  | { type: "failed"; id: number; name: string; code: string; message: string };

export type EngineMessage = {
  /** Commits come before the answers of the mutations that made them. */
  commits: CommitMessage[];
  answers: EngineAnswer[];
};

/**
 * Many short byte strings as one text, a character for each byte: cloning byte arrays from thread to thread costs far more
 * than their bytes. `spans`: for each entry the index number and the length of each part (-1: null).
 */
export type PackedKeys = { spans: number[]; bytes: string };

export function packWrites(writes: readonly WriteKey[]): PackedKeys {
  const spans: number[] = [];
  for (const { index, key } of writes) spans.push(index, key.length);
  return { spans, bytes: joined(writes.map(({ key }) => key)) };
}

export function unpackWrites({ spans, bytes }: PackedKeys): WriteKey[] {
  const take = reader(bytes);
  const writes: WriteKey[] = [];
  for (let position = 0; position < spans.length; position += 2) {
    writes.push({ index: spans[position] ?? 0, key: take(spans[position + 1] ?? 0) });
  }
  return writes;
}

export function packReadSet(readSet: ReadSet): PackedKeys {
  const spans: number[] = [];
  const keys: Uint8Array[] = [];
  for (const { index, from, to } of readSet) {
    spans.push(index, from.length, to === null ? -1 : to.length);
    keys.push(from);
    if (to !== null) keys.push(to);
  }
  return { spans, bytes: joined(keys) };
}

export function unpackReadSet({ spans, bytes }: PackedKeys): ReadSet {
  const take = reader(bytes);
  const readSet: ReadSet = [];
  for (let position = 0; position < spans.length; position += 3) {
    const from = take(spans[position + 1] ?? 0);
    const toLength = spans[position + 2] ?? -1;
    readSet.push({ index: spans[position] ?? 0, from, to: toLength < 0 ? null : take(toLength) });
  }
  return readSet;
}

function joined(keys: readonly Uint8Array[]): string {
  let length = 0;
  for (const key of keys) length += key.length;
  const bytes = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const key of keys) {
    bytes.set(key, offset);
    offset += key.length;
  }
  return bytes.toString("latin1");
}

/** Takes one key after the other. They share memory of their own, as some of them are kept for long. */
function reader(text: string): (length: number) => Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(text.length);
  bytes.write(text, "latin1");
  let offset = 0;
  return (length) => {
    const key = new Uint8Array(bytes.buffer, offset, length);
    offset += length;
    return key;
  };
}
