/** The lecture's clock: runs while it records, stands still while it is paused, and goes on where an earlier session ended. */

export class RecordingClock {
  #elapsedMs: number;
  #runningSinceMs: number | undefined;

  /** @param startMs what the clock shows at first: the end of the earlier sessions, or 0 */
  constructor(startMs: number) {
    this.#elapsedMs = startMs;
  }

  get running(): boolean {
    return this.#runningSinceMs !== undefined;
  }

  /** @param nowMs from performance.now() */
  start(nowMs: number): void {
    this.#runningSinceMs ??= nowMs;
  }

  stop(nowMs: number): void {
    this.#elapsedMs = this.at(nowMs);
    this.#runningSinceMs = undefined;
  }

  /** What the clock shows at a moment of performance.now(), in milliseconds. */
  at(nowMs: number): number {
    const running = this.#runningSinceMs;
    return running === undefined ? this.#elapsedMs : this.#elapsedMs + Math.max(0, nowMs - running);
  }
}
