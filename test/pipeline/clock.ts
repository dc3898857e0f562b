// Time in the hands of a test: everything that is scheduled waits in one queue until the test runs
// it, in order or not. Date follows; the machine's own timers are only used to let promises settle.
import { vi } from "vitest";

export type Timer = { id: number; dueAt: number; callback: () => void };

// Taken before anything is replaced. Immediates let all promises settle that need no input or output.
const immediately = globalThis.setImmediate;

export class Clock {
  readonly #timers = new Map<number, Timer>();
  #lastId = 0;

  constructor(startMs: number) {
    vi.useFakeTimers({ toFake: ["Date"], now: startMs });
    vi.stubGlobal("setTimeout", (callback: () => void, delayMs = 0) => {
      const id = (this.#lastId += 1);
      this.#timers.set(id, { id, callback, dueAt: Date.now() + Math.max(0, delayMs) });
      return id;
    });
    vi.stubGlobal("clearTimeout", (id: number) => this.#timers.delete(id));
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** What waits, the next first. */
  waiting(): Timer[] {
    return [...this.#timers.values()].sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);
  }

  /** Runs one of the waiting timers, the next by default, and moves the clock to its time. */
  fire(timer: Timer | undefined = this.waiting()[0]): void {
    if (!timer || !this.#timers.delete(timer.id)) throw new Error("There is no such timer.");
    if (timer.dueAt > Date.now()) vi.setSystemTime(timer.dueAt);
    timer.callback();
  }

  /** Lets the clock stand, jump on or jump back; timers keep how long they still wait. */
  jump(byMs: number): void {
    vi.setSystemTime(Date.now() + byMs);
    for (const timer of this.#timers.values()) timer.dueAt += byMs;
  }

  stop(): void {
    this.#timers.clear();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
}

export async function tick(): Promise<void> {
  await new Promise((resolve) => immediately(() => resolve(undefined)));
}
