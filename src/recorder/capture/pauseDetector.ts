/**
 * Hears pauses in speech: follows the room's noise floor and tells how long the level has stayed close to it.
 * A fan that runs all the time is floor, not speech; a lecturer who lowers the voice is still above it.
 */

/** Speech is at least this far above the floor, in decibels. A quiet voice at the back of a hall is about 10 dB above the fan. */
const SPEECH_ABOVE_FLOOR_DB = 8;
/** Below this is silence, whatever the estimate: after digital silence (-Infinity) the first breath of a fan must not count as speech. */
const QUIETEST_FLOOR_DB = -70;
/** Above this it is never a pause, however loud the room: a floor that high means the estimate has drifted. */
const LOUDEST_FLOOR_DB = -25;
/** The floor falls at once and rises slowly: in a minute of unbroken speech it must not climb up to the voice. */
const FLOOR_RISE_DB_PER_SECOND = 1.5;

export class PauseDetector {
  #floorDb: number | undefined;
  #lastAtMs = 0;
  #quietSinceMs: number | undefined;

  /**
   * @param rms root mean square of the samples since the last call, 0 to 1
   * @param atMs when the samples ended, on any clock that only goes forward
   */
  push(rms: number, atMs: number): void {
    const levelDb = decibels(rms);
    const elapsedSeconds = Math.max(0, atMs - this.#lastAtMs) / 1000;
    const risen = (this.#floorDb ?? levelDb) + elapsedSeconds * FLOOR_RISE_DB_PER_SECOND;
    this.#floorDb = Math.min(levelDb, risen, LOUDEST_FLOOR_DB);
    const quiet = levelDb < this.#floorDb + SPEECH_ABOVE_FLOOR_DB;
    if (!quiet) this.#quietSinceMs = undefined;
    else this.#quietSinceMs ??= this.#lastAtMs || atMs;
    this.#lastAtMs = atMs;
  }

  /** How long it has been quiet, up to the last samples; 0 while somebody speaks. */
  get pauseMs(): number {
    return this.#quietSinceMs === undefined ? 0 : this.#lastAtMs - this.#quietSinceMs;
  }
}

/** Level in decibels below full scale, at least -70. */
export function decibels(rms: number): number {
  return Math.max(QUIETEST_FLOOR_DB, 20 * Math.log10(rms));
}
