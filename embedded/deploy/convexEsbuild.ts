// The bundler that `convex` brings along: the CLI's bundles and ours come from the same one.
import { createRequire } from "node:module";
import path from "node:path";
import type * as EsbuildModule from "esbuild";

export type Esbuild = typeof EsbuildModule;

/**
 * The very esbuild of a project's `convex` package: another version of it writes other bytes.
 *
 * @param projectDir a folder from which the package is found
 */
export function convexEsbuild(projectDir: string): Esbuild {
  const require = createRequire(path.join(path.resolve(projectDir), "package.json"));
  const ofConvex = createRequire(require.resolve("convex/package.json"));
  // A CommonJS module, which `require` cannot type.
  return ofConvex("esbuild") as Esbuild;
}
