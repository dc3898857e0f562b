/**
 * Lets a page's time run hundreds of times as fast, and replaces the browser's recorder by one that keeps up with it:
 * it hands over as many bytes as real sound would have. Runs in the browser.
 */

/** 32 kbit/s. */
const BYTES_PER_MS = 4;
/** Longer than the real one's second: a disk does not get faster with the clock. */
const SLICE_MS = 5_000;
const TICK_MS = 5;

export function fastForward(speed: number): void {
  const realNow = performance.now.bind(performance);
  const startedAtMs = realNow();
  performance.now = () => startedAtMs + (realNow() - startedAtMs) * speed;
  Object.assign(globalThis, { MediaRecorder: FastRecorder });
}

class FastRecorder {
  static isTypeSupported = () => true;

  state = "inactive";
  mimeType = "audio/webm;codecs=opus";
  onstart?: () => void;
  onstop?: () => void;
  ondataavailable?: (event: { data: Blob }) => void;
  #givenUpToMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    this.state = "recording";
    this.#givenUpToMs = performance.now();
    this.#timer = setInterval(() => this.#giveWholeSlices(), TICK_MS);
    setTimeout(() => this.onstart?.());
  }

  stop(): void {
    clearInterval(this.#timer);
    this.state = "inactive";
    this.#giveWholeSlices();
    this.#give(performance.now() - this.#givenUpToMs);
    setTimeout(() => this.onstop?.());
  }

  #giveWholeSlices(): void {
    while (performance.now() - this.#givenUpToMs >= SLICE_MS) this.#give(SLICE_MS);
  }

  #give(ms: number): void {
    this.#givenUpToMs += ms;
    const bytes = new Uint8Array(Math.max(1, Math.round(ms * BYTES_PER_MS)));
    crypto.getRandomValues(bytes.subarray(0, 65_536));
    this.ondataavailable?.({ data: new Blob([bytes]) });
  }
}
