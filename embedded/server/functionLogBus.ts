// Keeps the newest log entries of functions, each with a cursor, so that `convex logs` can ask for what came after
// the last one it saw and wait for more without polling.
import type { FunctionLogEntry } from "../functions/index.ts";

/** About what a terminal scrolls back; older entries are gone, as on Convex. */
const KEPT_ENTRIES = 2000;

export type LoggedEntry = { cursor: number; entry: FunctionLogEntry };

export class FunctionLogBus {
  readonly #entries: LoggedEntry[] = [];
  readonly #listeners = new Set<() => void>();
  #lastCursor = 0;

  /** Cursors are milliseconds since the epoch, made strictly increasing: the CLI may also pass a time. */
  add(entry: FunctionLogEntry): void {
    this.#lastCursor = Math.max(this.#lastCursor + 1, Date.now());
    this.#entries.push({ cursor: this.#lastCursor, entry });
    if (this.#entries.length > KEPT_ENTRIES * 2) this.#entries.splice(0, KEPT_ENTRIES);
    for (const listener of [...this.#listeners]) listener();
  }

  /** The cursor of the newest entry, or the present time before there is one. */
  get lastCursor(): number {
    return this.#lastCursor === 0 ? Date.now() : this.#lastCursor;
  }

  /** The kept entries after this cursor, oldest first. */
  since(cursor: number): LoggedEntry[] {
    const first = this.#entries.findIndex((logged) => logged.cursor > cursor);
    return first === -1 ? [] : this.#entries.slice(first);
  }

  /** Like `since`, but waits for the first entry; empty after `timeoutMs` or when `signal` aborts. */
  async wait(cursor: number, timeoutMs: number, signal: AbortSignal): Promise<LoggedEntry[]> {
    const present = this.since(cursor);
    if (present.length > 0 || signal.aborted) return present;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener("abort", done);
      this.#listeners.add(done);
    });
    return this.since(cursor);
  }
}
