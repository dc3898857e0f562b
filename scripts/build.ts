// Builds the web app when its sources have changed since the last build, so that a second start is quick.
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { compressFiles } from "./compress.ts";
import { commandPath, exitCode, outputOf, projectDir, startNode } from "./run.ts";

/** Where the built app lies. */
export const webDir = join(projectDir, "dist");

/** Holds the hash of the sources that a build was made of. */
const STAMP = ".sources";
const stampFile = join(webDir, STAMP);
const sources = [
  "src/**/*",
  "domain/**/*",
  "public/**/*",
  "convex/_generated/**/*",
  "index.html",
  "vite.config.ts",
  "scripts/quickStartPlugin.ts",
  "scripts/compress.ts",
  "package-lock.json",
];

/** True when dist/ holds what the sources make. */
export function webAppIsBuilt(): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === sourcesHash();
}

/**
 * Runs `vite build`; its output appears only when it fails. The new app takes the old one's place when it is whole, so
 * that a server that runs meanwhile, or a second build at the same time, never meets half of one.
 */
export async function buildWebApp(): Promise<void> {
  const hash = sourcesHash();
  const buildDir = join(projectDir, "node_modules/.cache/lectern", String(process.pid));
  const outDir = ["--outDir", buildDir, "--emptyOutDir"];
  const child = startNode(commandPath("vite"), ["build", "--logLevel=warn", ...outDir], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      // A test runner's or a developer's own setting would build React's slow, talkative variant.
      NODE_ENV: "production",
      // This build is for the server that serves it. A deployment named in .env.local, where
      // `convex dev` writes its own, is not meant; what is set here wins over that file.
      VITE_CONVEX_URL: "",
    },
  });
  const output = outputOf(child);
  if ((await exitCode(child)) !== 0) {
    console.error(output());
    rmSync(buildDir, { recursive: true, force: true });
    throw new Error("The web app could not be built; the lines above say why.");
  }
  await compressFiles(buildDir);
  writeFileSync(join(buildDir, STAMP), hash);
  putInPlace(buildDir);
}

function putInPlace(buildDir: string): void {
  const oldDir = `${buildDir}.old`;
  if (existsSync(webDir)) renameSync(webDir, oldDir);
  try {
    renameSync(buildDir, webDir);
  } catch (error) {
    // Another build was put there in this very moment; it is as good as this one.
    if (!webAppIsBuilt()) throw error;
    rmSync(buildDir, { recursive: true, force: true });
  }
  rmSync(oldDir, { recursive: true, force: true });
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
