// The room that runs pushed functions: `createEngine` on the main thread, `runEngineWorker` in the worker that owns the database.
export type * from "./types.ts";
export { AnalysisError, SystemFunctionError } from "./types.ts";
export { createEngine } from "./engine.ts";
export { RESULT_LOST } from "./engineLosses.ts";
export { runEngineWorker } from "./engineWorker.ts";
export { newRequestId } from "./outcomes.ts";
export { writeModuleFiles } from "./moduleStore.ts";
