// `node local-ai/cli.ts`: the speech server as a process of its own.
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chooseModel, speechModels, thisMachine } from "./models.ts";
import { startSpeechServer } from "./server.ts";

const usage = `node local-ai/cli.ts [options]

  --port N      the port to listen on; 0, the default, takes any free one
  --host H      the address to bind to (127.0.0.1)
  --folder DIR  where downloaded models are kept (./models)
  --model M     a model's name or a ggml file (LECTERN_SPEECH_MODEL; chosen by this machine's memory and cores)
  --threads N   processor threads for recognition (all but one)

Models: ${speechModels.map((model) => model.name).join(", ")}`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    host: { type: "string", default: "127.0.0.1" },
    folder: { type: "string", default: "models" },
    model: { type: "string", default: process.env.LECTERN_SPEECH_MODEL },
    threads: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(usage);
  process.exit(0);
}

try {
  const server = await startSpeechServer({
    host: values.host,
    port: Number(values.port),
    folder: resolve(values.folder),
    model: values.model ?? chooseModel(thisMachine()).name,
    threads: Number(values.threads ?? Math.max(1, availableParallelism() - 1)),
    ...(process.env.LECTERN_SPEECH_MODELS_URL
      ? { modelsUrl: process.env.LECTERN_SPEECH_MODELS_URL }
      : {}),
  });
  console.log(`Speech to text is ready at ${server.url}`);
  // A parent that started this process talks to it over IPC; without the parent it has no purpose.
  process.send?.({ url: server.url });
  process.once("disconnect", () => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
