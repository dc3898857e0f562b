// Loads pushed ES modules into a vm realm (or the worker's own), each once, linked only to other pushed modules.
import { posix } from "node:path";
import vm from "node:vm";
import { MODULE_SCHEME } from "./sourceMaps.ts";

export type ModuleNamespace = Record<string, unknown>;
export type ModuleSources = {
  /** The module's text; undefined when nothing of that path was pushed. */
  read(path: string): string | undefined;
};

export type LoaderOptions = {
  sources: ModuleSources;
  /** The realm; undefined means the one in which the loader itself runs. */
  context?: vm.Context;
  /** Resolves what is no pushed module (Node's own modules for "use node"); null refuses. */
  external?: (specifier: string) => Promise<vm.Module> | null;
  importMeta?: (meta: ImportMeta, path: string) => void;
  /** Told around each dynamic import that user code starts: it settles in a later turn. */
  pending?: { begin(): void; end(): void };
  /** Makes an error of the realm, so that a refused import hands no object of the worker to pushed code. */
  realmError?: (message: string) => unknown;
};

export class ModuleLoader {
  readonly #options: LoaderOptions;
  readonly #modules = new Map<string, vm.SourceTextModule>();
  readonly #evaluated = new Map<string, Promise<ModuleNamespace>>();
  #linking: Promise<void> = Promise.resolve();

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  has(path: string): boolean {
    return this.#modules.has(path) || this.#options.sources.read(path) !== undefined;
  }

  /** The module's exports, after its code has run; a failing module fails again on each call, as in any ES host. */
  load(path: string): Promise<ModuleNamespace> {
    let evaluated = this.#evaluated.get(path);
    if (evaluated === undefined) {
      evaluated = this.#evaluate(path);
      this.#evaluated.set(path, evaluated);
    }
    return evaluated;
  }

  async #evaluate(path: string): Promise<ModuleNamespace> {
    const module = this.#module(path, null);
    await this.#link(module);
    await module.evaluate();
    return module.namespace as ModuleNamespace;
  }

  /** One at a time: two graphs that share a module must not link it at the same moment. */
  #link(module: vm.Module): Promise<void> {
    const linked = this.#linking.then(async () => {
      if (module.status !== "unlinked") return;
      await module.link((specifier, referrer) => this.#resolve(specifier, referrer.identifier));
    });
    this.#linking = linked.catch(() => undefined);
    return linked;
  }

  #resolve(specifier: string, referrer: string): vm.Module | Promise<vm.Module> {
    if (/^\.{0,2}\//.test(specifier)) {
      const from = referrer.slice(MODULE_SCHEME.length);
      return this.#module(posix.join(posix.dirname(from), specifier), from);
    }
    const external = this.#options.external?.(specifier) ?? null;
    if (external !== null) return external;
    throw new Error(
      `Module ${JSON.stringify(specifier)} cannot be imported here. Node.js modules are available in files that start with "use node".`,
    );
  }

  #module(path: string, referrer: string | null): vm.SourceTextModule {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const source = this.#options.sources.read(path);
    if (source === undefined) {
      throw new Error(
        referrer === null
          ? `Couldn't find JavaScript module '${path}'.`
          : `Couldn't find JavaScript module '${path}', imported by '${referrer}'.`,
      );
    }
    const { context, importMeta, pending } = this.#options;
    const module = new vm.SourceTextModule(source, {
      identifier: MODULE_SCHEME + path,
      ...(context === undefined ? {} : { context }),
      ...(importMeta === undefined
        ? {}
        : { initializeImportMeta: (meta: ImportMeta) => importMeta(meta, path) }),
      importModuleDynamically: async (specifier: string) => {
        pending?.begin();
        try {
          return await this.#import(specifier, MODULE_SCHEME + path);
        } finally {
          pending?.end();
        }
      },
    });
    this.#modules.set(path, module);
    return module;
  }

  async #import(specifier: string, referrer: string): Promise<vm.Module> {
    let module: vm.Module;
    try {
      module = await this.#resolve(specifier, referrer);
      await this.#link(module);
    } catch (error) {
      const { realmError } = this.#options;
      throw realmError !== undefined && error instanceof Error ? realmError(error.message) : error;
    }
    // What the module itself throws already belongs to its realm.
    await module.evaluate();
    return module;
  }
}
