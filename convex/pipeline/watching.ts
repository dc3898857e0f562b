// The times by which leases are watched. Pure.
//
// A watch looks every few seconds whether the action under a lease still runs: a backend that was
// restarted marks the actions that it had to give up, so a lost one is noticed long before its
// lease ends. Looks are counted, not timed, so a clock that jumps back can't stretch a lease.

import { transcriptionTimeoutMs, WRITE_WINDOW_TIMEOUT_MS } from "../ai/timeouts.ts";

/** Time for everything around the provider's call: fetching the audio, saving the text. */
const LEASE_MARGIN_MS = 30_000;
const LOOK_EVERY_MS = 4000;

export function chunkLeaseMs(durationMs: number): number {
  return transcriptionTimeoutMs(durationMs) + LEASE_MARGIN_MS;
}

export const WRITING_LEASE_MS = WRITE_WINDOW_TIMEOUT_MS + LEASE_MARGIN_MS;

export type Look = { delayMs: number; args: { leftMs: number } };

/** The first look under a lease of this length. */
export function firstLook(leaseMs: number): Look {
  return nextLook(leaseMs, leaseMs);
}

/**
 * @param leftMs what is left of the lease by the watch's own count
 * @param untilEndMs what is left by the clock: each look comes a little late, and together they
 *   would come late by seconds on a busy machine
 */
export function nextLook(leftMs: number, untilEndMs: number): Look {
  const delayMs = Math.max(0, Math.min(LOOK_EVERY_MS, leftMs, untilEndMs));
  return { delayMs, args: { leftMs: leftMs - delayMs } };
}
