// Runs the project's command-line tools with the pinned Node, whatever shell or platform this is.
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json. */
export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** The JavaScript file behind a package's command, so that no shell and no `.cmd` shim is needed. */
export function commandPath(packageName: string, command = packageName): string {
  const packageJson = findPackageJSON(packageName, import.meta.url);
  if (packageJson === undefined) {
    throw new Error(`The package ${packageName} is not installed. Run npm install.`);
  }
  const { bin } = JSON.parse(readFileSync(packageJson, "utf8")) as {
    bin: string | Record<string, string>;
  };
  const relative = typeof bin === "string" ? bin : bin[command];
  if (relative === undefined)
    throw new Error(`The package ${packageName} has no command ${command}.`);
  return join(dirname(packageJson), relative);
}

/** Starts a Node program in the project's folder, its output on this terminal unless told otherwise. */
export function startNode(file: string, args: string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [file, ...args], {
    cwd: projectDir,
    stdio: "inherit",
    ...options,
  });
}

/** Waits for a child to end and gives its exit code; a signal counts as 1. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** Collects what a child with piped output prints; the returned function gives it so far. */
export function outputOf(child: ChildProcess): () => string {
  const parts: Buffer[] = [];
  child.stdout?.on("data", (part: Buffer) => parts.push(part));
  child.stderr?.on("data", (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}
