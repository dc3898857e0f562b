// Time that runs take, in memory shared with the main thread, so that it can see a run that never comes back.

const SEQUENCE = 0;
const PHASE = 1;
const COMMITTED = 2;
const POSITION = 3;
const IDLE = 0;
const USER = 1;
const SYSTEM = 2;
const OWN = 3;

/** Reading the thread's CPU time takes as long as a row's insert: runs that begin this soon after each other share it. */
const MAX_CPU_AGE_MS = 0.5;

/** Memory: two words and a counter, then four times in ms. */
export function createClockMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(16 + 4 * 8);
}

/** Monotonic and the same in all threads. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export type RunReading = {
  sequence: number;
  position: number;
  /** No pushed function runs: it is the server's own work. */
  isOwn: boolean;
  userMs: number;
  systemMs: number;
  cpuAtStartMs: number;
};

export class RunClock {
  readonly #words: Int32Array;
  /** Start of the phase, user time before it, system time before it, the thread's CPU time at the run's start. */
  readonly #times: Float64Array;
  #cpuReadMs = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 4);
    this.#times = new Float64Array(memory, 16, 4);
  }

  /** A run begins, in its system phase. `sequence` names its request, `position` its place in there. */
  start(sequence: number, position: number): void {
    const now = nowMs();
    this.#times[0] = now;
    this.#times[1] = 0;
    this.#times[2] = 0;
    if (now - this.#cpuReadMs > MAX_CPU_AGE_MS) {
      this.#times[3] = cpuMs(process.threadCpuUsage());
      this.#cpuReadMs = now;
    }
    Atomics.store(this.#words, POSITION, position);
    Atomics.store(this.#words, PHASE, SYSTEM);
    Atomics.store(this.#words, SEQUENCE, sequence);
  }

  /** The server's own work begins, which has no time limit. To be ended like a run. */
  startOwn(sequence: number, position: number): void {
    Atomics.store(this.#words, POSITION, position);
    Atomics.store(this.#words, PHASE, OWN);
    Atomics.store(this.#words, SEQUENCE, sequence);
  }

  enterUser(): void {
    this.#enter(USER);
  }

  enterSystem(): void {
    this.#enter(SYSTEM);
  }

  get inUser(): boolean {
    return this.#words[PHASE] === USER;
  }

  /** The run is over. */
  stop(): void {
    this.#enter(IDLE);
    Atomics.store(this.#words, SEQUENCE, 0);
  }

  /** Everything up to this request is durable; known to the main thread even if the answer never leaves the worker. */
  committed(sequence: number): void {
    Atomics.store(this.#words, COMMITTED, sequence);
  }

  get lastCommitted(): number {
    return Atomics.load(this.#words, COMMITTED);
  }

  /** CPU time of the calling thread since the run's start, in ms. For the worker itself. */
  cpuSinceStartMs(): number {
    return cpuMs(process.threadCpuUsage()) - (this.#times[3] ?? 0);
  }

  /** The run in progress as another thread may look at it; null when there is none. */
  read(): RunReading | null {
    const sequence = Atomics.load(this.#words, SEQUENCE);
    if (sequence === 0) return null;
    const phase = Atomics.load(this.#words, PHASE);
    const position = Atomics.load(this.#words, POSITION);
    if (phase === OWN) {
      return { sequence, position, isOwn: true, userMs: 0, systemMs: 0, cpuAtStartMs: 0 };
    }
    const inPhaseMs = nowMs() - (this.#times[0] ?? 0);
    return {
      ...{ sequence, position, isOwn: false },
      userMs: (this.#times[1] ?? 0) + (phase === USER ? inPhaseMs : 0),
      systemMs: (this.#times[2] ?? 0) + (phase === SYSTEM ? inPhaseMs : 0),
      cpuAtStartMs: this.#times[3] ?? 0,
    };
  }

  #enter(next: number): void {
    const phase = this.#words[PHASE];
    if (phase === next) return;
    const now = nowMs();
    const elapsed = now - (this.#times[0] ?? now);
    if (phase === USER) this.#times[1] = (this.#times[1] ?? 0) + elapsed;
    if (phase === SYSTEM) this.#times[2] = (this.#times[2] ?? 0) + elapsed;
    this.#times[0] = now;
    Atomics.store(this.#words, PHASE, next);
  }
}

/** From `process.threadCpuUsage()` or `worker.cpuUsage()`, which count microseconds. */
export function cpuMs(usage: { user: number; system: number }): number {
  return (usage.user + usage.system) / 1_000;
}
