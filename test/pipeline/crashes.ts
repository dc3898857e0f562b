// The ways in which an action can be cut off, for tests of what the pipeline makes of them.
import type { Intercept } from "./instrument.ts";
import type { World } from "./world.ts";

export const CRASH_POINTS = [
  /** Scheduled, never begun. */
  "before the provider call",
  /** The answer came, the mutation was never sent. */
  "before the save",
  /** The mutation was done, its answer never came. */
  "after the save",
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/**
 * - `unnoticed`: the action just never ends, as when a machine loses its network
 * - `noticed`: the backend marks it as failed, as after a restart
 */
export type CrashKind = "unnoticed" | "noticed";

/** Cuts off the first `times` actions of a name (all names by default). */
export function crashing(
  world: World,
  point: CrashPoint,
  kind: CrashKind,
  options: { times?: number; name?: RegExp } = {},
): Intercept {
  let left = options.times ?? 1;
  const die = (): Promise<never> =>
    kind === "unnoticed" ? world.vanish() : Promise.reject(new Error("The machine was killed."));
  return async ({ name, proceed }) => {
    if (left === 0 || (options.name && !options.name.test(name))) return await proceed();
    left -= 1;
    if (point === "before the provider call") return await die();
    return await proceed(async (send) => {
      if (point === "after the save") await send();
      return await die();
    });
  };
}
