// Which functions the active push has: kind, visibility and validators, as found when it was analysed.
import type { ValidatorJSON } from "../values/index.ts";
import type { ModuleEntry } from "./moduleStore.ts";
import { canonicalPath, parseFunctionPath, type FunctionPath } from "./paths.ts";
import type { AnalyzedModule, ModuleEnvironment } from "./types.ts";

export type FunctionEntry = {
  path: FunctionPath;
  kind: "Query" | "Mutation" | "Action";
  isPublic: boolean;
  environment: ModuleEnvironment;
  args: ValidatorJSON;
  /** Null: results are not checked. */
  returns: ValidatorJSON | null;
};

export class FunctionTable {
  readonly #functions = new Map<string, FunctionEntry>();
  readonly #modules = new Set<string>();
  /** By the texts that callers have used for those that exist: parsing them takes longer than finding them. */
  readonly #asCalled = new Map<string, FunctionEntry>();
  readonly entries: readonly ModuleEntry[];

  constructor(entries: readonly ModuleEntry[]) {
    this.entries = entries;
    for (const entry of entries) {
      this.#modules.add(entry.path);
      if (entry.analysis === undefined) continue;
      // Written by our own analysis when the module was pushed.
      const analysis = JSON.parse(entry.analysis) as AnalyzedModule;
      for (const analyzed of analysis.functions) {
        const path = { modulePath: entry.path, exportName: analyzed.name };
        this.#functions.set(canonicalPath(path), {
          path,
          kind: analyzed.udfType,
          isPublic: analyzed.visibility.kind === "public",
          environment: entry.environment,
          args: JSON.parse(analyzed.args) as ValidatorJSON,
          returns: JSON.parse(analyzed.returns) as ValidatorJSON | null,
        });
      }
    }
  }

  get(path: FunctionPath): FunctionEntry | undefined {
    return this.#functions.get(canonicalPath(path));
  }

  /** @param path as a client writes it */
  find(path: string): FunctionEntry | undefined {
    const known = this.#asCalled.get(path);
    if (known !== undefined) return known;
    const parsed = parseFunctionPath(path);
    const entry = parsed === null ? undefined : this.get(parsed);
    if (entry !== undefined) this.#asCalled.set(path, entry);
    return entry;
  }

  hasModule(modulePath: string): boolean {
    return this.#modules.has(modulePath);
  }
}
