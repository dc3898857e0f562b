// `node local-ai/cli.ts`: the speech server as a process of its own.
import { availableParallelism, setPriority } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chooseModel, speechModels, thisMachine } from "./models.ts";
import { startSpeechServer } from "./server.ts";

const usage = `node local-ai/cli.ts [options]

  --port N      the port to listen on; 0, the default, takes any free one
  --host H      the address to bind to (127.0.0.1)
  --folder DIR  where downloaded models are kept (./models)
  --model M     a model's name or a ggml file (LECTERN_SPEECH_MODEL; chosen by this machine's memory and cores)
  --base-path P the path that requests begin with (/v1)
  --threads N   processor threads for recognition (LECTERN_SPEECH_THREADS; all but one)

Models: ${speechModels.map((model) => model.name).join(", ")}`;

// A variable that is set to nothing is not set.
const { LECTERN_SPEECH_MODEL, LECTERN_SPEECH_MODELS_URL, LECTERN_SPEECH_THREADS } = process.env;
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    folder: { type: "string", default: "models" },
    "base-path": { type: "string", default: "/v1" },
    model: { type: "string", default: LECTERN_SPEECH_MODEL || chooseModel(thisMachine()).name },
    threads: {
      type: "string",
      default: LECTERN_SPEECH_THREADS || String(Math.max(1, availableParallelism() - 1)),
    },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(usage);
  process.exit(0);
}

try {
  // Recognition takes every core there is; whoever serves pages meanwhile goes first.
  setPriority(10);
  const server = await startSpeechServer({
    host: values.host,
    port: wholeNumber("--port", values.port, 0, 65_535),
    basePath: values["base-path"],
    folder: resolve(values.folder),
    model: values.model,
    threads: wholeNumber("--threads", values.threads, 1, 256),
    ...(LECTERN_SPEECH_MODELS_URL ? { modelsUrl: LECTERN_SPEECH_MODELS_URL } : {}),
  });
  console.log(`Speech to text is ready at ${server.url}`);
  const stop = () => void server.close().finally(() => process.exit(0));
  process.once("SIGTERM", stop);
  // Ctrl+C reaches a whole group of processes; a parent stops this one in its own time.
  process.on("SIGINT", () => {
    if (!process.connected) stop();
  });
  // A parent that started this process talks to it over IPC; without the parent it has no purpose.
  process.once("disconnect", stop);
  process.send?.({ port: server.port });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}
