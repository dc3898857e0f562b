// The first code that runs in a new realm: gives it Convex's globals and takes away what would make runs differ.
import { createClock } from "./clock.ts";
import { createConsole } from "./console.ts";
import { createConvexGlobal } from "./convexGlobal.ts";
import { describeError } from "./errors.ts";
import { forbiddenGlobals } from "./forbidden.ts";
import type { HostBridge, RealmControls } from "./host.ts";
import { createRandom } from "./random.ts";
import { createWebGlobals } from "./web.ts";

export function install(host: HostBridge): RealmControls {
  let looked = false;
  const look = () => {
    looked = true;
  };
  const clock = createClock(look);
  const random = createRandom(look);
  const environment: Record<string, string> = {};

  define({
    Date: clock.DateConstructor,
    Convex: createConvexGlobal(host),
    console: createConsole(host, () => clock.DateConstructor.now()),
    process: { env: environment },
    ...createWebGlobals(host, { nowMs: () => clock.DateConstructor.now(), look }),
    ...forbiddenGlobals(),
  });
  Object.defineProperty(Math, "random", {
    value: () => random.next(),
    writable: true,
    configurable: true,
  });
  holdRunsOpenForWebAssembly(host);
  for (const name of ["SharedArrayBuffer", "Atomics", "WeakRef"]) {
    Reflect.deleteProperty(globalThis, name);
  }
  // Its callbacks would run whenever the collector likes, in the middle of someone else's run.
  define({
    FinalizationRegistry: class FinalizationRegistry {
      register() {}
      unregister() {
        return false;
      }
    },
  });

  return {
    begin(nowMs, seed) {
      clock.set(nowMs);
      random.seed(seed);
      looked = false;
    },
    looked: () => looked,
    setEnvironment(json) {
      for (const name of Object.keys(environment)) Reflect.deleteProperty(environment, name);
      Object.assign(environment, JSON.parse(json));
    },
    refuseUnsetVariables(text) {
      const strict = new Proxy(environment, {
        get(variables, name) {
          if (typeof name === "string" && !Object.hasOwn(variables, name)) {
            throw new Error(text(name));
          }
          return Reflect.get(variables, name) as unknown;
        },
      });
      define({ process: { env: strict } });
    },
    invoke(target, method, argsJson, succeed, fail) {
      let result: unknown;
      try {
        result = (target[method] as (args: string) => unknown)(argsJson);
      } catch (thrown) {
        fail(thrown);
        return;
      }
      Promise.resolve(result).then(succeed, fail);
    },
    describeError,
  };
}

function define(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }
}

/** Compilation settles in a later turn; without this the run would look as if it could never settle. */
function holdRunsOpenForWebAssembly(host: HostBridge): void {
  const wasm = (globalThis as { WebAssembly?: Record<string, unknown> }).WebAssembly;
  if (wasm === undefined) return;
  for (const name of ["compile", "instantiate"]) {
    const original = wasm[name] as (...args: unknown[]) => Promise<unknown>;
    wasm[name] = (...args: unknown[]) => {
      host.beginPending();
      return original(...args).finally(() => host.endPending());
    };
  }
}
