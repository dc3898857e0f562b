// `npm run dev`: the embedded backend, `convex dev` pushing functions on save, and Vite with hot reload.
import { resolve } from "node:path";
import { startServer } from "../embedded/server/index.ts";
import { configure, configureSpeech, Deployment } from "./deployment.ts";
import { loadEnvironmentFiles } from "./environment.ts";
import { commandPath, exitCode, projectDir, startNode } from "./run.ts";
import { failWith, warn } from "./terminal.ts";

loadEnvironmentFiles();
const dataDir = resolve(projectDir, process.env.LECTERN_DATA || ".lectern");
const server = await startServer({
  dataDir,
  port: Number(process.env.CONVEX_PORT || 3210),
  siteRoutesOnMainPort: true,
  logLevel: "info",
}).catch(failWith);
const deployment = new Deployment(server.localUrl, server.adminKey);
const variables = await configure(deployment, server.url);
const speech = await configureSpeech(deployment, variables, { dataDir, onTrouble: warn });

const environment = {
  ...process.env,
  CONVEX_SELF_HOSTED_URL: server.url,
  CONVEX_SELF_HOSTED_ADMIN_KEY: server.adminKey,
  VITE_CONVEX_URL: server.url,
};
const children = [
  startNode(commandPath("convex"), ["dev", "--tail-logs", "disable"], { env: environment }),
  startNode(commandPath("vite"), ["--host", "127.0.0.1"], { env: environment }),
];

const ended = children.map(exitCode);
const stop = () => {
  for (const child of children) child.kill();
};
// Ctrl+C reaches the children by itself; this process stays until they have ended.
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
// When one of the two ends, there is nothing left to develop with: end the other as well.
const code = await Promise.race(ended);
stop();
await Promise.all(ended);
await Promise.all([server.close(), speech?.stop()]);
process.exit(code);
