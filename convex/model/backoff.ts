// How long to wait before another call. Pure: the chance comes from the caller.

const BASE_MS = 1000;
const CAP_MS = 60_000;
/** Failed calls after which a piece is given up. */
export const MAX_ATTEMPTS = 6;
/** A provider that asks for more than this makes the whole job wait, not one piece. */
export const LONGEST_PIECE_WAIT_MS = 10 * 60_000;

const CIRCUIT_BASE_MS = 5000;
const CIRCUIT_CAP_MS = 10 * 60_000;
/** Pieces in a row that must fail before the provider is taken to be down. */
export const CIRCUIT_THRESHOLD = 3;
/** Probes after which a job fails: about an hour and a half of a provider being down. */
export const MAX_CIRCUIT_OPENINGS = 16;

/**
 * Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * A wait that the provider asks for is obeyed, with the jitter on top, so that lanes that were
 * turned away together don't come back together.
 *
 * @param failures failed calls so far, 1 or more
 * @param chance from 0 up to 1
 */
export function backoffMs(failures: number, chance: number, retryAfterMs = 0): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1));
  const jitter = chance * ceiling;
  return Math.round(retryAfterMs > 0 ? retryAfterMs + Math.min(jitter, BASE_MS) : jitter);
}

/** How long a job waits before it asks a provider that is down again; half of it is chance. */
export function circuitWaitMs(openings: number, chance: number, retryAfterMs = 0): number {
  const ceiling = Math.min(CIRCUIT_CAP_MS, CIRCUIT_BASE_MS * 2 ** (openings - 1));
  return Math.round(Math.max(retryAfterMs, ceiling / 2 + (chance * ceiling) / 2));
}
