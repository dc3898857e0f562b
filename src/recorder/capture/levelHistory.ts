/** The last seconds of loudness, for the picture on the screen: old values fall off, nothing grows. */

/** At about 20 levels a second: twelve seconds. */
const LENGTH = 240;

export class LevelHistory {
  readonly #peaks = new Float32Array(LENGTH);
  #next = 0;

  push(peak: number): void {
    this.#peaks[this.#next % LENGTH] = peak;
    this.#next++;
  }

  /** How many levels have ever come; tells a picture whether it is up to date. */
  get count(): number {
    return this.#next;
  }

  /** The newest level, 0 to 1. */
  get latest(): number {
    return this.#next === 0 ? 0 : (this.#peaks[(this.#next - 1) % LENGTH] ?? 0);
  }

  /**
   * The last levels, oldest first.
   * @param count at most 240
   */
  last(count: number): number[] {
    const available = Math.min(count, this.#next, LENGTH);
    return Array.from(
      { length: available },
      (_, i) => this.#peaks[(this.#next - available + i) % LENGTH] ?? 0,
    );
  }

  clear(): void {
    this.#next = 0;
  }
}
