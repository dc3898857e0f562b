// Bundles a functions folder as the `convex` CLI does, to the byte: the same files, the same esbuild settings, so that
// module hashes agree whichever of the two pushed last. For starting an app fast, without type check and codegen.
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import type { BuildFailure, Plugin } from "esbuild";
import { convexEsbuild, type Esbuild } from "./convexEsbuild.ts";
import type { ModuleConfig, ModuleEnvironment } from "./protocol.ts";

export type ProjectBundle = {
  /** As convex.json has it, "convex/" by default. */
  functions: string;
  /** Functions of both environments, shared chunks, and auth.config.js. */
  modules: ModuleConfig[];
  schema: ModuleConfig | null;
};

/** A project that this bundler leaves to the `convex` CLI, or that the backend could not run. */
export class ProjectBundleError extends Error {
  override name = "ProjectBundleError";
}

const ENTRY_POINT_EXTENSIONS = [".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx"];
/** Modules that Convex loads itself; they cannot run in Node. */
const NEVER_NODE = ["http", "crons", "schema", "auth.config"];

/** @param projectDir the folder with package.json and, if any, convex.json */
export async function bundleProject(projectDir: string): Promise<ProjectBundle> {
  const functions = await functionsFolder(projectDir);
  const dir = path.resolve(projectDir, functions);
  if (!existsSync(dir)) {
    throw new ProjectBundleError(`There is no functions folder at ${dir}.`);
  }
  if (["convex.config.ts", "convex.config.js"].some((name) => existsSync(path.join(dir, name)))) {
    throw new ProjectBundleError(
      "The project has a convex.config file. Push it with the convex CLI, which reads that file.",
    );
  }
  const files = await entryPoints(dir);
  const inEnvironment = (environment: ModuleEnvironment) =>
    files.filter((file) => file.environment === environment).map((file) => file.path);
  const schemaFile = firstExisting(dir, ["schema.ts", "schema.js"]);
  const authFile = firstExisting(dir, ["auth.config.ts", "auth.config.js"]);

  const [isolate, node, auth, schema] = await Promise.all([
    bundle(projectDir, dir, inEnvironment("isolate"), { environment: "isolate" }),
    bundle(projectDir, dir, inEnvironment("node"), { environment: "node" }),
    bundle(projectDir, dir, authFile, { environment: "isolate", splitting: false }),
    bundle(projectDir, dir, schemaFile, { environment: "isolate" }),
  ]);
  return { functions, modules: [...isolate, ...node, ...auth], schema: schema[0] ?? null };
}

async function functionsFolder(projectDir: string): Promise<string> {
  const configPath = path.join(projectDir, "convex.json");
  if (!existsSync(configPath)) return "convex/";
  // The CLI has checked the file; only these two fields matter here.
  const config = JSON.parse(await readFile(configPath, "utf8")) as {
    functions?: string;
    node?: { externalPackages?: string[] };
  };
  if ((config.node?.externalPackages ?? []).length > 0) {
    throw new ProjectBundleError(
      "convex.json lists node.externalPackages, which the embedded backend cannot install. Remove them, so that they are bundled.",
    );
  }
  return config.functions ?? "convex/";
}

type EntryPoint = { path: string; environment: ModuleEnvironment };

/** The rules of CONVEX-RUNTIME 3.1: which files of the folder are modules, and where each runs. */
async function entryPoints(dir: string): Promise<EntryPoint[]> {
  const found: EntryPoint[] = [];
  for (const file of await walk(dir)) {
    const relative = path.relative(dir, file);
    const base = path.basename(file);
    if (!ENTRY_POINT_EXTENSIONS.some((extension) => relative.endsWith(extension))) continue;
    if (relative.startsWith(`_generated${path.sep}`)) continue;
    if (base.startsWith(".") || base.startsWith("#") || relative.includes(" ")) continue;
    if (base === "schema.ts" || base === "schema.js" || base.split(".").length > 2) continue;
    const source = await readFile(file, "utf8");
    const isTypeScript = file.endsWith(".ts") || file.endsWith(".tsx");
    if (isTypeScript && !/^\s{0,100}(import|export)/m.test(source)) continue;
    found.push({ path: file, environment: environmentOf(relative, source) });
  }
  return found;
}

function environmentOf(relative: string, source: string): ModuleEnvironment {
  if (!hasUseNodeDirective(source)) return "isolate";
  if (NEVER_NODE.includes(relative.replace(/\.[^/.]+$/, ""))) {
    throw new ProjectBundleError(`"use node" directive is not allowed for ${relative}.`);
  }
  return "node";
}

/** Directives stand before any statement, after comments only. */
export function hasUseNodeDirective(source: string): boolean {
  const beforeStatements =
    /^\uFEFF?(?:#![^\n]*\n)?(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|(?:"[^"\n]*"|'[^'\n]*')[^\S\n]*(?:;|\n|$))*/;
  const prologue = beforeStatements.exec(source)?.[0] ?? "";
  const withoutComments = prologue.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
  return /(["'])use node\1/.test(withoutComments);
}

/** Files in the CLI's order; folders that are components of their own are left out. */
async function walk(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const files: string[] = [];
  for (const entry of entries) {
    const child = path.join(dir, entry.name);
    if (entry.isFile()) files.push(child);
    const isComponent = () => existsSync(path.join(child, "convex.config.ts"));
    if (entry.isDirectory() && !isComponent()) files.push(...(await walk(child)));
  }
  return files;
}

function firstExisting(dir: string, names: string[]): string[] {
  return names
    .map((name) => path.join(dir, name))
    .filter((file) => existsSync(file))
    .slice(0, 1);
}

/** One call of esbuild with the CLI's settings. */
async function bundle(
  projectDir: string,
  dir: string,
  files: string[],
  options: { environment: ModuleEnvironment; splitting?: boolean },
): Promise<ModuleConfig[]> {
  if (files.length === 0) return [];
  const isNode = options.environment === "node";
  const esbuild = convexEsbuild(projectDir);
  const result = await esbuild
    .build({
      absWorkingDir: path.resolve(projectDir),
      entryPoints: files,
      bundle: true,
      platform: isNode ? "node" : "browser",
      format: "esm",
      target: "esnext",
      jsx: "automatic",
      outdir: "out",
      outbase: dir,
      conditions: ["convex", "module"],
      plugins: [...(isNode ? [] : [asyncHooksShim]), serverOnlyStub, wasmModules],
      write: false,
      sourcemap: true,
      sourcesContent: false,
      splitting: options.splitting ?? true,
      chunkNames: isNode ? path.join("_deps", "node", "[hash]") : path.join("_deps", "[hash]"),
      treeShaking: true,
      minifySyntax: true,
      minifyIdentifiers: true,
      minifyWhitespace: false,
      keepNames: true,
      define: { "process.env.NODE_ENV": '"production"' },
      metafile: true,
      logLevel: "silent",
    })
    .catch(async (error: unknown) => {
      throw await describeFailure(esbuild, error);
    });
  const out = path.resolve(projectDir, "out");
  const texts = new Map(
    result.outputFiles.map((file) => [
      path.relative(out, file.path).split(path.sep).join("/"),
      file.text,
    ]),
  );
  return [...texts]
    .filter(([name]) => !name.endsWith(".map"))
    .map(([name, source]) => {
      const sourceMap = texts.get(`${name}.map`);
      return {
        path: name,
        source,
        ...(sourceMap === undefined ? {} : { sourceMap }),
        environment: options.environment,
      };
    });
}

async function describeFailure(esbuild: Esbuild, error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !("errors" in error)) return error;
  const { errors } = error as BuildFailure;
  const messages = await esbuild.formatMessages(errors, { kind: "error" });
  return new ProjectBundleError(`The functions could not be bundled:\n${messages.join("\n")}`);
}

/** Outside "use node" files AsyncLocalStorage comes from the runtime's globals. */
const asyncHooksShim: Plugin = {
  name: "async-hooks-shim",
  setup(build) {
    const namespace = "async-hooks-shim";
    build.onResolve({ filter: /^(node:)?async_hooks$/ }, (args) => ({
      path: args.path,
      namespace,
    }));
    build.onLoad({ filter: /.*/, namespace }, () => ({
      contents: `
            export const AsyncLocalStorage = globalThis.AsyncLocalStorage;
            export const AsyncResource = globalThis.AsyncResource;
            export default { AsyncLocalStorage, AsyncResource };
          `,
      loader: "js",
    }));
  },
};

/** React's marker package has no content on a server. */
const serverOnlyStub: Plugin = {
  name: "server-only-stub",
  setup(build) {
    const namespace = "server-only-stub";
    build.onResolve({ filter: /^server-only$/ }, (args) => ({ path: args.path, namespace }));
    build.onLoad({ filter: /.*/, namespace }, () => ({ contents: "", loader: "js" }));
  },
};

/** `import module from "./x.wasm"` gives a WebAssembly.Module whose bytes are in the bundle. */
const wasmModules: Plugin = {
  name: "wasm-modules",
  setup(build) {
    build.onResolve({ filter: /\.wasm$/ }, (args) => {
      if (args.namespace === "wasm-stub") return { path: args.path, namespace: "wasm-binary" };
      if (args.resolveDir === "") return undefined;
      return { path: path.resolve(args.resolveDir, args.path), namespace: "wasm-stub" };
    });
    build.onLoad({ filter: /.*/, namespace: "wasm-stub" }, (args) => ({
      contents: `import wasm from ${JSON.stringify(args.path)}
          export default new WebAssembly.Module(wasm)`,
    }));
    build.onLoad({ filter: /.*/, namespace: "wasm-binary" }, async (args) => ({
      contents: await readFile(args.path),
      loader: "binary",
    }));
  },
};
