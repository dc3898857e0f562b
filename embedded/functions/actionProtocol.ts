// The messages between the main thread and the workers that run actions.
import type { ModuleEntry } from "./moduleStore.ts";
import type { ClientInfo, FunctionError, Identity, ModuleEnvironment } from "./types.ts";

export type ActionWorkerData = {
  environment: ModuleEnvironment;
  dataDir: string;
  deploymentName: string;
  entries: ModuleEntry[];
  variables: Record<string, string>;
};

/** What a run knows of its caller. */
export type RunContext = {
  identity: Identity;
  requestId: string;
  scheduledId: string | null;
  /** The job that this run carries out, or that of the run that called it: when it is cancelled, so is what this schedules. */
  job: string | null;
  client: ClientInfo;
  /** How many actions wait for this one, each called by the one before. */
  depth: number;
};

export type Body = Uint8Array | ReadableStream<Uint8Array> | null;

export type ActionRequestMessage =
  | { type: "run"; id: number; path: string; argsJson: string; context: RunContext }
  | {
      type: "http";
      id: number;
      method: string;
      url: string;
      headers: [string, string][];
      body: Body;
      context: RunContext;
    }
  /** The answer to a `call`. */
  | { type: "answer"; callId: number; result: CallResult }
  /** The run took too long and was answered already; whatever it still asks for is refused. */
  | { type: "abandon"; id: number }
  | { type: "ping"; number: number };

/** What an action asked of the main thread. Files travel as bytes, all else as JSON text. */
export type CallResult =
  | { ok: true; valueJson: string; file?: { bytes: Uint8Array; contentType: string | null } | null }
  | { ok: false; message: string; dataJson?: string };

export type FileArgument = {
  bytes: Uint8Array;
  contentType: string | null;
  sha256Base64: string | null;
};

export type ActionAnswerMessage =
  | { type: "call"; id: number; callId: number; op: string; argsJson: string; file?: FileArgument }
  | {
      type: "done";
      id: number;
      ok: boolean;
      valueJson: string;
      error: FunctionError | null;
      logLines: string[];
    }
  | {
      type: "response";
      id: number;
      status: number;
      headers: [string, string][];
      body: Body;
      /** `GET /path` as the router declares it; null when no route matched. */
      route: string | null;
      error: FunctionError | null;
      logLines: string[];
    }
  | { type: "pong"; number: number };
