// The web platform's classes that a realm offers, gathered from their own files.
import type { HostBridge } from "./host.ts";

export type RealmClock = { nowMs(): number; look(): void };

export function createWebGlobals(_host: HostBridge, clock: RealmClock): Record<string, unknown> {
  return {
    self: globalThis,
    global: globalThis,
    queueMicrotask: (callback: () => void) => {
      void Promise.resolve().then(callback);
    },
    performance: { now: () => clock.nowMs(), timeOrigin: 0 },
  };
}
