// Pushed bundles as files: each source and source map lies in `<dataDir>/modules/` under its sha-256.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModuleAnalysis, ModuleEnvironment, PushedModule } from "./types.ts";

/** What `_modules` lists. `sha256` and `sourceMapSha256` are hex and name files. */
export type ModuleEntry = {
  path: string;
  sha256: string;
  environment: ModuleEnvironment;
  sourceMapSha256?: string;
  /** An AnalyzedModule as JSON text; absent for `_deps` chunks, the schema and the auth config. */
  analysis?: string;
};

export function modulesFolder(dataDir: string): string {
  return join(dataDir, "modules");
}

export function readModuleFile(dataDir: string, sha256: string): string {
  return readFileSync(join(modulesFolder(dataDir), sha256), "utf8");
}

/** The pushed source map's text; null when there is none. */
export function readSourceMap(dataDir: string, entry: ModuleEntry | undefined): string | null {
  return entry?.sourceMapSha256 === undefined
    ? null
    : readModuleFile(dataDir, entry.sourceMapSha256);
}

/** Writes the texts of a push, those that are there already excepted, and says what `_modules` is to list. */
export function writeModuleFiles(
  dataDir: string,
  bundle: readonly PushedModule[],
  analysis: ModuleAnalysis,
): ModuleEntry[] {
  mkdirSync(modulesFolder(dataDir), { recursive: true });
  return bundle.map(({ path, source, sourceMap, environment }) => {
    const analyzed = analysis.modules[path];
    return {
      path,
      environment,
      sha256: writeText(dataDir, source),
      ...(sourceMap === undefined ? {} : { sourceMapSha256: writeText(dataDir, sourceMap) }),
      ...(analyzed === undefined ? {} : { analysis: JSON.stringify(analyzed) }),
    };
  });
}

function writeText(dataDir: string, text: string): string {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const path = join(modulesFolder(dataDir), sha256);
  if (!existsSync(path)) {
    // Through a second name, so that a crash leaves no half file under a name that promises its content.
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, text, { flush: true });
    renameSync(temporary, path);
  }
  return sha256;
}
