// Makes a realm for queries and mutations: a vm context that has Convex's globals and nothing of the worker around it.
import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import type { HostBridge, RealmControls } from "./realm/host.ts";

const REALM_FOLDER = new URL("./realm/", import.meta.url);

export type Realm = {
  context: vm.Context;
  controls: RealmControls;
  /** An Error of the realm. */
  error(message: string): unknown;
};

let bootSources: Map<string, string> | null = null;

/** The realm's own code, as JavaScript; read once for each thread. */
function readBootSources(): Map<string, string> {
  if (bootSources !== null) return bootSources;
  bootSources = new Map();
  for (const name of readdirSync(fileURLToPath(REALM_FOLDER))) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
    const source = readFileSync(new URL(name, REALM_FOLDER), "utf8");
    bootSources.set(name, stripTypeScriptTypes(source));
  }
  return bootSources;
}

/** @param makeBridge gets the realm's own constructors, with which the bridge makes what it hands in */
export async function createRealm(
  makeBridge: (intrinsics: RealmIntrinsics) => HostBridge,
): Promise<Realm> {
  // Without a contextified object, globals are plain and fast.
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: true },
  });
  const sources = readBootSources();
  const modules = new Map<string, vm.SourceTextModule>();
  const moduleOf = (name: string): vm.SourceTextModule => {
    let module = modules.get(name);
    if (module === undefined) {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`The realm has no file ${name}.`);
      module = new vm.SourceTextModule(source, { context, identifier: `realm:/${name}` });
      modules.set(name, module);
    }
    return module;
  };
  const entry = moduleOf("install.ts");
  await entry.link((specifier) => moduleOf(specifier.replace(/^\.\//, "")));
  await entry.evaluate();
  const { install } = entry.namespace as { install: (host: HostBridge) => RealmControls };
  const intrinsics = vm.runInContext(
    "({ ArrayBuffer, Error, parse: JSON.parse })",
    context,
  ) as RealmIntrinsics;
  const controls = install(makeBridge(intrinsics));
  return { context, controls, error: (message) => new intrinsics.Error(message) };
}

export type RealmIntrinsics = {
  ArrayBuffer: ArrayBufferConstructor;
  Error: ErrorConstructor;
  parse(json: string): unknown;
};
