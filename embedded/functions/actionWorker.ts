// The thread that runs actions and HTTP actions. Pushed code shares this thread's globals, so in the default runtime
// everything of Node is taken from them first; database calls go to the main thread as messages.
import { createRequire } from "node:module";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import process from "node:process";
import type { ActionRequestMessage, ActionWorkerData } from "./actionProtocol.ts";
import { ActionRuntime } from "./actionRuntime.ts";
import { keepConvexGlobals } from "./actionGlobals.ts";

if (parentPort === null) throw new Error("actionWorker.ts is to be started as a worker thread.");
const port = parentPort;
const data = workerData as ActionWorkerData;
const runtime = new ActionRuntime(data, port);

process.on("unhandledRejection", (thrown) => runtime.unhandledRejection(thrown));
process.on("uncaughtException", (thrown) => runtime.unhandledRejection(thrown));

if (data.environment === "isolate") {
  keepConvexGlobals(data.variables);
} else {
  // Bundled CommonJS packages look for it.
  Object.assign(globalThis, { require: createRequire(join(process.cwd(), "bundle.js")) });
}
runtime.installGlobals();
port.on("message", (message: ActionRequestMessage) => runtime.receive(message));
