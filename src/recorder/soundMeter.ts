/** Adds up, frame by frame, what is needed to know whether there is any sound in a piece. */
import { AUDIBLE_DB, LOUDEST_DB, SILENCE_DB, type Sound } from "../../domain/sound.ts";

const AUDIBLE_PEAK = 10 ** (AUDIBLE_DB / 20);

export class SoundMeter {
  readonly #measuredAt: Sound["measuredAt"];
  #measuredMs = 0;
  #audibleMs = 0;
  #peak = 0;
  #isSpoiled = false;

  constructor(measuredAt: Sound["measuredAt"]) {
    this.#measuredAt = measuredAt;
  }

  /**
   * @param peak the frame's largest sample without its sign, 1 at full scale; of all channels
   * @param durationMs how much sound the frame holds; 0 when that is not known
   */
  push(peak: number, durationMs: number): void {
    this.#measuredMs += durationMs;
    // Written so that a sample that is no number counts as sound.
    if (!(peak < AUDIBLE_PEAK)) this.#audibleMs += durationMs;
    this.#peak = Math.max(this.#peak, peak);
  }

  /** What was measured is not the piece's own sound. */
  spoil(): void {
    this.#isSpoiled = true;
  }

  /** Undefined when nothing can be said about the piece. */
  get sound(): Sound | undefined {
    if (this.#isSpoiled || this.#measuredMs === 0 || !Number.isFinite(this.#peak)) return undefined;
    const peakDb = 20 * Math.log10(this.#peak);
    return {
      measuredAt: this.#measuredAt,
      measuredMs: Math.round(this.#measuredMs),
      audibleMs: Math.round(this.#audibleMs),
      peakDb: Math.round(Math.min(LOUDEST_DB, Math.max(SILENCE_DB, peakDb))),
    };
  }
}

/** The largest sample without its sign. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
}
