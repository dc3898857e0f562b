// Lets a fixed number of things happen at once; further ones wait for their turn, in order.

/** Too much waits already, or nothing will be begun any more. The message is written for the caller. */
export class NoSlot extends Error {
  override name = "NoSlot";
}

type Waiting = { begin: () => void; refuse: (error: NoSlot) => void };

export class Slots {
  readonly #mostWaiting: number;
  readonly #waiting = new Set<Waiting>();
  #free: number;

  /** @param mostWaiting what comes when so much waits is refused */
  constructor(count: number, mostWaiting: number) {
    this.#free = count;
    this.#mostWaiting = mostWaiting;
  }

  /** Rejects with `NoSlot` when the work is not begun, otherwise as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#take();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** What waits is refused. */
  refuseWaiting(message: string): void {
    for (const { refuse } of this.#waiting) refuse(new NoSlot(message));
    this.#waiting.clear();
  }

  #take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    if (this.#waiting.size >= this.#mostWaiting) {
      const message = `${String(this.#waiting.size)} others wait already. Try again later.`;
      return Promise.reject(new NoSlot(message));
    }
    return new Promise((begin, refuse) => {
      this.#waiting.add({ begin, refuse });
    });
  }

  /** The slot goes to whoever has waited longest. */
  #leave(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.begin();
      return;
    }
    this.#free += 1;
  }
}
