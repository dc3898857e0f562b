// `npm start`: the whole system on one port. Builds the app if needed, starts the embedded backend,
// brings its functions and settings up to date, and says where it is.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import sirv from "sirv";
import { startServer } from "../embedded/server/index.ts";
import { pushProject } from "../embedded/deploy/pushProject.ts";
import { buildWebApp, webAppIsBuilt, webDir } from "./build.ts";
import { configure, Deployment } from "./deployment.ts";
import { loadEnvironmentFiles } from "./environment.ts";
import { projectDir } from "./run.ts";
import { fail, step } from "./terminal.ts";

const usage = `npm start -- [options]

  --port N     the port to listen on            (PORT, default 3210; 0 takes any free one)
  --host H     the address to bind to           (HOST, default 127.0.0.1)
  --data DIR   where everything is kept         (LECTERN_DATA, default ./.lectern)
  --help       this text

Settings for transcription and notes are in docs/configuration.md.`;

loadEnvironmentFiles();
const options = readOptions();
mkdirSync(options.dataDir, { recursive: true });

const built = webAppIsBuilt()
  ? Promise.resolve()
  : step("The web app is built", buildWebApp).catch((error: unknown) => fail(String(error)));

const serveApp = sirv(webDir, { dev: true, single: true, etag: true });
const server = await startServer({
  dataDir: options.dataDir,
  host: options.host,
  port: options.port,
  sitePort: 0,
  siteRoutesOnMainPort: true,
  logLevel: "error",
  fallback: (request, response) => serveApp(request, response),
}).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}

await configure(new Deployment(server.url, server.adminKey), server.url);
await step("The functions are in place", () =>
  pushProject({ url: server.url, adminKey: server.adminKey, projectDir }),
);
await built;
console.log(`Lectern is ready at ${server.url}`);

function readOptions(): { port: number; host: string; dataDir: string } {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: process.env.PORT ?? "3210" },
      host: { type: "string", default: process.env.HOST ?? "127.0.0.1" },
      data: { type: "string", default: process.env.LECTERN_DATA ?? ".lectern" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    fail(`The port must be a whole number from 0 to 65535, not "${values.port}".`);
  }
  return { port, host: values.host, dataDir: resolve(projectDir, values.data) };
}
