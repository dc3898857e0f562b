// `npm start`: the whole system on one port. Builds the app if needed, starts the embedded backend,
// brings its functions and settings up to date, and says where it is.
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import sirv from "sirv";
import { pushProject } from "../embedded/deploy/pushProject.ts";
import { startServer, type ServerOptions } from "../embedded/server/index.ts";
import { buildWebApp, webAppIsBuilt, webDir } from "./build.ts";
import { certificateFor } from "./certificate.ts";
import { configure, configureSpeech, Deployment } from "./deployment.ts";
import { loadEnvironmentFiles } from "./environment.ts";
import { authorityPath, certificateNames, lanAddresses, lanInstructions } from "./lan.ts";
import { readOptions, usage, type StartOptions } from "./options.ts";
import { projectDir } from "./run.ts";
import { fail, failWith, step, warn } from "./terminal.ts";

loadEnvironmentFiles();
const options = optionsOrExit();
mkdirSync(options.dataDir, { recursive: true });

const lan = options.lan ? await lanSettings(options).catch(failWith) : undefined;
const built = webAppIsBuilt()
  ? Promise.resolve()
  : step("The web app is built", buildWebApp).catch(failWith);

const serveApp = sirv(webDir, {
  dev: true, // looks at the folder anew each time: it may still be being built
  single: true,
  etag: true,
  brotli: true,
  gzip: true,
  setHeaders: (response, path) =>
    // Names under assets/ change with their content; everything else is asked for anew.
    response.setHeader(
      "Cache-Control",
      path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    ),
});
const server = await startServer({
  dataDir: options.dataDir,
  // With --lan this is for programs on this machine; people use the https address.
  host: lan ? "127.0.0.1" : options.host,
  port: lan ? 0 : options.port,
  siteRoutesOnMainPort: true,
  logLevel: "error",
  fallback: answerWithApp,
  ...(lan ? { secure: lan.secure } : {}),
}).catch(failWith);

const deployment = new Deployment(server.localUrl, server.adminKey);
const variables = await configure(deployment, server.url).catch(failWith);
const speech = await configureSpeech(deployment, variables, {
  dataDir: options.dataDir,
  onTrouble: warn,
}).catch(failWith);
stopOnSignals();

await step("The functions are in place", () =>
  pushProject({ url: server.localUrl, adminKey: server.adminKey, projectDir }),
).catch(failWith);
await built;
// A speech server that does not come up has said so; everything else works without it.
await speech?.ready.catch(() => {});
if (lan) console.log(await lanInstructions(server.url));
console.log(`Lectern is ready at ${server.url}`);

function optionsOrExit(): StartOptions {
  try {
    const read = readOptions(process.argv.slice(2), process.env);
    if (read !== "help") return read;
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  console.log(usage);
  process.exit(0);
}

async function lanSettings({ host, port, dataDir, lanName }: StartOptions) {
  const name = lanName ?? lanAddresses()[0];
  if (name === undefined) {
    throw new Error(
      "This computer is in no network, so no other device can reach it. Connect it, or start without --lan.",
    );
  }
  const { authority, ...pair } = await certificateFor(join(dataDir, "lan"), certificateNames(name));
  const secure: NonNullable<ServerOptions["secure"]> = { ...pair, host, port, name };
  return { secure, authority };
}

function answerWithApp(request: IncomingMessage, response: ServerResponse): void {
  if (lan && request.url === authorityPath) {
    response.writeHead(200, { "Content-Type": "application/x-x509-ca-cert" });
    return void response.end(lan.authority);
  }
  serveApp(request, response);
}

/** The first signal stops everything in order; a second one means now. */
function stopOnSignals(): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void Promise.allSettled([server.close(), speech?.stop()]).then(() => process.exit(0));
    });
  }
}
