// The numbers that whoever runs a deployment may set, read from environment variables.

import { transcribesHere, type Environment } from "../ai/configuration.ts";

const DEFAULT_LANES = 4;
const DEFAULT_MAX_CALLS_IN_FLIGHT = 8;
/**
 * A machine that transcribes by itself works on one piece at a time: a second one is ready when the
 * first is done, and more would only wait until their time is up. The third call may be for notes.
 */
const LANES_HERE = 2;
const MAX_CALLS_IN_FLIGHT_HERE = 3;
/** More calls at once than this help no provider and would make claims slow. */
const HIGHEST = 64;

/** How many pieces of one lecture are transcribed at once: LECTERN_LANES, 1 to 64. */
export function lanesPerJob(env: Environment): number {
  return numberFrom(env["LECTERN_LANES"], transcribesHere(env) ? LANES_HERE : DEFAULT_LANES);
}

/** How many calls to providers are in flight at once: LECTERN_MAX_CALLS_IN_FLIGHT, 1 to 64. */
export function maxCallsInFlight(env: Environment): number {
  return numberFrom(
    env["LECTERN_MAX_CALLS_IN_FLIGHT"],
    transcribesHere(env) ? MAX_CALLS_IN_FLIGHT_HERE : DEFAULT_MAX_CALLS_IN_FLIGHT,
  );
}

function numberFrom(text: string | undefined, fallback: number): number {
  const value = Number(text?.trim() || fallback);
  return Number.isInteger(value) ? Math.min(HIGHEST, Math.max(1, value)) : fallback;
}
