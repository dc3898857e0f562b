// When something that failed for no fault of its own is tried again: later each time, as on Convex.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 2 * 60 * 60_000;

export class Backoff {
  readonly #waits = new Map<string, { untilMs: number; waitMs: number }>();

  /** It failed (again). */
  add(id: string, nowMs: number): void {
    const before = this.#waits.get(id)?.waitMs ?? FIRST_WAIT_MS / 2;
    const waitMs = Math.min(before * 2, LONGEST_WAIT_MS);
    this.#waits.set(id, { untilMs: nowMs + waitMs, waitMs });
  }

  forget(id: string): void {
    this.#waits.delete(id);
  }

  isWaiting(id: string, nowMs: number): boolean {
    return (this.#waits.get(id)?.untilMs ?? 0) > nowMs;
  }

  /** When the next of those that wait is to be tried; infinity when there is none. */
  next(nowMs: number): number {
    const times = [...this.#waits.values()].map(({ untilMs }) => untilMs);
    return Math.min(Infinity, ...times.filter((untilMs) => untilMs > nowMs));
  }
}
