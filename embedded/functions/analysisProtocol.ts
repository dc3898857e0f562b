// What goes into the worker that analyses a push, and what comes out.
import type { ModuleAnalysis, PushedModule } from "./types.ts";

export type AnalysisWorkerData = { bundle: PushedModule[]; variables: Record<string, string> };
export type AnalysisAnswer =
  { ok: true; analysis: ModuleAnalysis } | { ok: false; message: string };
