// How long calls to providers may take. Apart from the code that makes them, because the pipeline's
// mutations need these numbers for their leases and not the client library behind the calls.

/**
 * How long one piece may take. A hosted model needs seconds for minutes of speech; a small machine
 * up to the speech's own length and half more. Stays below the ten minutes of an action.
 */
export function transcriptionTimeoutMs(durationMs: number): number {
  return Math.min(60_000 + Math.round(durationMs * 1.5), 9 * 60_000);
}

/** How long one window, or the merge, may take with all its calls; a lease must last longer. */
export const WRITE_WINDOW_TIMEOUT_MS = 6 * 60_000;
