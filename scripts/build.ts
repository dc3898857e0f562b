// Builds the web app when its sources have changed since the last build, so that a second start is quick.
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandPath, exitCode, projectDir, startNode } from "./run.ts";

/** Where the built app lies. */
export const webDir = join(projectDir, "dist");

const stampFile = join(webDir, ".sources");
const sources = [
  "src/**/*",
  "domain/**/*",
  "public/**/*",
  "convex/_generated/**/*",
  "index.html",
  "vite.config.ts",
  "package-lock.json",
];

/** True when dist/ holds what the sources make. */
export function webAppIsBuilt(): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === sourcesHash();
}

/** Runs `vite build`; its output appears only when it fails. */
export async function buildWebApp(): Promise<void> {
  const hash = sourcesHash();
  const child = startNode(commandPath("vite"), ["build", "--logLevel=warn"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if ((await exitCode(child)) !== 0) {
    throw new Error("The web app could not be built; the lines above say why.");
  }
  writeFileSync(stampFile, hash);
}

function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const file of globSync(sources, { cwd: projectDir, withFileTypes: false }).sort()) {
    const path = join(projectDir, file);
    hash.update(file);
    try {
      hash.update(readFileSync(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
    }
  }
  return hash.digest("hex");
}
