// Builds the web app when its sources have changed since the last build, so that a second start is quick.
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compressFiles } from "./compress.ts";
import { commandPath, exitCode, outputOf, projectDir, startNode } from "./run.ts";

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
    stdio: ["ignore", "pipe", "pipe"],
    // A test runner's or a developer's own setting would build React's slow, talkative variant.
    env: { ...process.env, NODE_ENV: "production" },
  });
  const output = outputOf(child);
  if ((await exitCode(child)) !== 0) {
    console.error(output());
    throw new Error("The web app could not be built; the lines above say why.");
  }
  await compressFiles(webDir);
  writeFileSync(stampFile, hash);
}

function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const file of globSync(sources, { cwd: projectDir, withFileTypes: false }).sort()) {
    const path = join(projectDir, file);
    if (statSync(path).isDirectory()) continue;
    hash.update(file).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex");
}
