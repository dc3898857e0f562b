// Functions' own lines and failures on the terminal, in the words that `convex logs` uses.
import type { FunctionLogEntry } from "../functions/index.ts";
import type { ServerLog } from "./serverLog.ts";

const LETTERS = { Query: "Q", Mutation: "M", Action: "A", HttpAction: "H" } as const;

export function printFunctionLog(log: ServerLog, entry: FunctionLogEntry): void {
  // Most runs have nothing to say, and there are thousands of them in a second.
  if (entry.logLines.length === 0 && entry.error === null && log.level !== "debug") return;
  const name = `[CONVEX ${LETTERS[entry.kind]}(${entry.identifier.replace(/\.js(?=:|$)/, "")})]`;
  log.debug(`${name} ${entry.durationMs.toFixed(1)} ms`);
  for (const line of entry.logLines) log.info(`${name} ${line}`);
  if (entry.error !== null) log.info(`${name} [Request ID: ${entry.requestId}] ${entry.error}`);
}
