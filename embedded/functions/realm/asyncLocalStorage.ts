// AsyncLocalStorage for a realm, which Convex's runtime has as a global.
import type { HostBridge } from "./host.ts";

export function createAsyncLocalStorage(host: HostBridge) {
  return class AsyncLocalStorage {
    readonly #storage = host.asyncStorage();
    getStore(): unknown {
      return this.#storage.get();
    }
    run(store: unknown, callback: (...args: unknown[]) => unknown, ...args: unknown[]): unknown {
      return this.#storage.run(store, () => callback(...args));
    }
    exit(callback: (...args: unknown[]) => unknown, ...args: unknown[]): unknown {
      return this.#storage.run(undefined, () => callback(...args));
    }
    enterWith(store: unknown): void {
      this.#storage.enter(store);
    }
    disable(): void {
      this.#storage.enter(undefined);
    }
  };
}
