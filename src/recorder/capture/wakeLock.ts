/**
 * Keeps the screen awake while recording: phones stop a page's microphone when the screen goes dark. The lock is lost
 * whenever the page is hidden, so it is taken again when it is back. Where there is no lock, silent audio keeps some
 * browsers going.
 */

export class WakeLock {
  readonly #onChange: (held: boolean) => void;
  #wanted = false;
  #sentinel: WakeLockSentinel | undefined;
  #silence: HTMLAudioElement | undefined;

  /** @param onChange told whether the screen is being kept awake */
  constructor(onChange: (held: boolean) => void) {
    this.#onChange = onChange;
  }

  hold(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    document.addEventListener("visibilitychange", this.#take);
    this.#take();
  }

  release(): void {
    this.#wanted = false;
    document.removeEventListener("visibilitychange", this.#take);
    void this.#sentinel?.release();
    this.#sentinel = undefined;
    this.#silence?.pause();
    this.#silence = undefined;
  }

  #take = (): void => void this.#request();

  async #request(): Promise<void> {
    if (!this.#wanted || document.visibilityState !== "visible") return;
    if (this.#sentinel && !this.#sentinel.released) return;
    // Typed as always there; Safari before 16.4 and some in-app browsers have none.
    const api = navigator.wakeLock as globalThis.WakeLock | undefined;
    try {
      if (!api) throw new Error("This browser has no wake lock.");
      const sentinel = await api.request("screen");
      if (!this.#wanted) return void sentinel.release();
      this.#sentinel = sentinel;
      sentinel.onrelease = () => this.#onChange(false);
      this.#onChange(true);
    } catch {
      // Refused in battery saver.
      this.#playSilence();
      this.#onChange(false);
    }
  }

  #playSilence(): void {
    if (this.#silence) return;
    this.#silence = new Audio(silentWav());
    this.#silence.loop = true;
    // Refused before the first touch; then there is nothing left to try.
    this.#silence.play().catch(() => undefined);
  }
}

/** One second of 8 kHz, 8-bit silence. */
function silentWav(): string {
  const samples = 8_000;
  const file = new Uint8Array(44 + samples).fill(128, 44);
  const view = new DataView(file.buffer);
  const text = (offset: number, value: string) =>
    [...value].forEach((letter, i) => view.setUint8(offset + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, samples, true);
  view.setUint32(28, samples, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, samples, true);
  return `data:audio/wav;base64,${btoa(String.fromCharCode(...file))}`;
}
