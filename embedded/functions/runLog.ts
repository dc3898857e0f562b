// Tells of every run that has ended, for the terminal, `convex logs` and the inspection page.
import { errorText } from "./functionErrors.ts";
import type { FunctionTable } from "./functionTable.ts";
import { Listeners } from "./listeners.ts";
import { canonicalPath, parseFunctionPath } from "./paths.ts";
import type { RunAnswer } from "./protocol.ts";
import type { FunctionError, FunctionLogEntry } from "./types.ts";

export class RunLog extends Listeners<FunctionLogEntry> {
  readonly #table: () => FunctionTable;

  constructor(table: () => FunctionTable) {
    super();
    this.#table = table;
  }

  run(
    path: string,
    kind: "Query" | "Mutation" | "Action",
    caller: FunctionLogEntry["caller"],
    requestId: string,
    { logLines, durationMs, error }: RunAnswer,
  ): void {
    if (this.empty || path.startsWith("_system/")) return;
    const entry = this.#table().find(path);
    const parsed = entry?.path ?? parseFunctionPath(path);
    this.tell({
      identifier: parsed === null ? path : canonicalPath(parsed),
      environment: entry?.environment ?? "isolate",
      kind,
      caller,
      logLines,
      durationMs,
      requestId,
      timestampMs: Date.now(),
      error: error === null ? null : errorText(error),
    });
  }

  http(
    identifier: string,
    requestId: string,
    durationMs: number,
    logLines: string[],
    error: FunctionError | null,
  ): void {
    this.tell({
      ...{ identifier, kind: "HttpAction", environment: "isolate", caller: "HttpEndpoint" },
      ...{ logLines, durationMs, requestId, timestampMs: Date.now() },
      error: error === null ? null : errorText(error),
    });
  }
}
