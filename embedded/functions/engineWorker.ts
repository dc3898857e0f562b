import type { SystemFunctions } from "./types.ts";

export function runEngineWorker(_options: { systemFunctions: SystemFunctions }): void {
  throw new Error("The engine is being written.");
}
