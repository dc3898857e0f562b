// A process to be killed: runs the scheduler on a data folder that has been pushed to, until somebody ends it.
import { createEngine } from "../../functions/engine.ts";
import { startScheduler } from "../scheduler.ts";

const [dataDir = ""] = process.argv.slice(2);
const engine = await createEngine({
  dataDir,
  workerUrl: new URL("./engineWorker.ts", import.meta.url),
  cloudUrl: "http://127.0.0.1:3210",
  siteUrl: "http://127.0.0.1:3211",
});
await startScheduler({ engine, onError: (what, error) => console.error(what, error) });
process.stdout.write("running\n");
// The scheduler's timers alone would let the process end.
setInterval(() => {}, 60_000);
