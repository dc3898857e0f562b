// The web platform's classes that a realm offers, gathered from their own files.
import { createAsyncLocalStorage } from "./asyncLocalStorage.ts";
import { createCrypto } from "./crypto.ts";
import { createEncoding } from "./encoding.ts";
import { eventClasses } from "./events.ts";
import { createFetchTypes } from "./fetchTypes.ts";
import type { HostBridge } from "./host.ts";
import { structuredClone } from "./structuredClone.ts";
import { createUrlClasses } from "./url.ts";

export type RealmClock = { nowMs(): number; look(): void };

export function createWebGlobals(host: HostBridge, clock: RealmClock): Record<string, unknown> {
  const encoding = createEncoding(host);
  const text = { encoder: new encoding.TextEncoder(), decoder: new encoding.TextDecoder() };
  return {
    self: globalThis,
    global: globalThis,
    queueMicrotask: (callback: () => void) => {
      void Promise.resolve().then(callback);
    },
    performance: { now: () => clock.nowMs(), timeOrigin: 0 },
    structuredClone,
    AsyncLocalStorage: createAsyncLocalStorage(host),
    ...encoding,
    ...eventClasses,
    ...createUrlClasses(host),
    ...createFetchTypes(text),
    ...createCrypto(host, () => clock.look()),
  };
}
