// Runs one of the scripts with a Node that can: `node scripts/with-node.js start`. Plain JavaScript, so
// that a Node too old for the rest of the project can still say so instead of failing on its syntax.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const least = 24;
const [name = "", ...args] = process.argv.slice(2);
const script = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
const binary = process.platform === "win32" ? "node.exe" : "node";
// Programs that were compiled once start quicker from then on, here and in what is started from here.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
  new URL("../node_modules/.cache/node", import.meta.url),
);
const pinned = fileURLToPath(new URL(`../node_modules/node/bin/${binary}`, import.meta.url));

if (majorVersion() >= least) {
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  process.argv.splice(1, 2, script);
  await import(`./${name}.ts`);
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [script, ...args], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => tooOld(error.message));
  child.once("exit", (code) => process.exit(code ?? 1));
} else {
  tooOld("it is not in node_modules");
}

function majorVersion() {
  return Number(process.versions.node.split(".")[0]);
}

/** @param {string} reason why the Node that comes with the project can't be used */
function tooOld(reason) {
  console.error(
    `Lectern needs Node ${least} or newer, and this is Node ${process.versions.node}. ` +
      `npm install brings the right one along, but ${reason}: run "npm install" (without ` +
      `--ignore-scripts, without --omit=dev), then "npm ${name === "start" ? "start" : `run ${name}`}" again.`,
  );
  process.exit(1);
}
