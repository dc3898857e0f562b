/** When to try again after a failure: soon at first, then ever later, never in step with other devices. */

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/**
 * @param failures how often it failed in a row, 1 or more
 * @param random between 0 and 1
 * @returns milliseconds: between half and the whole of 1 s, 2 s, 4 s ... 60 s
 */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
