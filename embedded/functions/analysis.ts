// Looks into a push before anything of it is kept: which functions, routes, crons, schema and auth providers it has.
// Pushed code runs while it is loaded, so that happens in a worker of its own that can be ended.
import { Worker } from "node:worker_threads";
import type { AnalysisAnswer, AnalysisWorkerData } from "./analysisProtocol.ts";
import { WORKER_FLAGS } from "./engineThread.ts";
import { parseFunctionPath } from "./paths.ts";
import { AnalysisError, type ModuleAnalysis, type PushedModule } from "./types.ts";

export type AnalysisOptions = { variables: Record<string, string>; heapMb: number };

/** Loading all modules of a push takes milliseconds; one that is at it for so long never ends. */
const ANALYSIS_TIME_MS = 30_000;

/** @throws AnalysisError with a text for the author of the push */
export async function analyzePush(
  bundle: readonly PushedModule[],
  { variables, heapMb }: AnalysisOptions,
): Promise<ModuleAnalysis> {
  checkPaths(bundle);
  const data: AnalysisWorkerData = { bundle: [...bundle], variables };
  const worker = new Worker(new URL("./analysisWorker.ts", import.meta.url), {
    workerData: data,
    name: "convex-analysis",
    execArgv: [...WORKER_FLAGS],
    // Node modules may print while they are loaded; that belongs to nobody.
    stdout: true,
    stderr: true,
    env: { ...variables },
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  try {
    const answer = await firstAnswer(worker);
    if (!answer.ok) throw new AnalysisError(answer.message);
    checkCrons(answer.analysis);
    return answer.analysis;
  } finally {
    await worker.terminate();
  }
}

function firstAnswer(worker: Worker): Promise<AnalysisAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new AnalysisError(
          `Loading the pushed modules took longer than ${ANALYSIS_TIME_MS / 1_000} seconds. Is there an endless loop or an await that never ends outside of the functions?`,
        ),
      );
    }, ANALYSIS_TIME_MS);
    const settled = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    worker.on("message", (answer: AnalysisAnswer) => settled(() => resolve(answer)));
    worker.on("error", (error: Error) =>
      settled(() =>
        reject(new AnalysisError(`Loading the pushed modules failed: ${error.message}`)),
      ),
    );
    worker.on("exit", () =>
      settled(() =>
        reject(new AnalysisError("A pushed module ended the analysis when it was loaded.")),
      ),
    );
  });
}

function checkPaths(bundle: readonly PushedModule[]): void {
  const seen = new Set<string>();
  for (const { path } of bundle) {
    const wrong = path.split("/").find((part) => !/^[\w.]+$/.test(part) || /^\.+$/.test(part));
    if (wrong !== undefined && !path.startsWith("_deps/")) {
      throw new AnalysisError(
        `${path} is not a valid path to a Convex module. Path component ${wrong} can only contain alphanumeric characters, underscores, or periods.`,
      );
    }
    if (seen.has(path)) throw new AnalysisError(`The module ${path} was pushed twice.`);
    seen.add(path);
  }
}

function checkCrons({ modules }: ModuleAnalysis): void {
  for (const { cronSpecs } of Object.values(modules)) {
    for (const [identifier, { name }] of Object.entries(cronSpecs ?? {})) {
      const path = parseFunctionPath(name);
      const target =
        path === null
          ? undefined
          : modules[path.modulePath]?.functions.find((found) => found.name === path.exportName);
      if (target === undefined) {
        throw new AnalysisError(
          `The cron job '${identifier}' schedules a function that does not exist: ${name}`,
        );
      }
      if (target.udfType === "Query") {
        throw new AnalysisError(
          `The cron job '${identifier}' schedules a query function, only actions and mutations can be scheduled: ${name}`,
        );
      }
    }
  }
}
