// The speeds of listening.

export const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2, 2.5] as const;

/** The next slower (-1) or faster (1) speed; the ends stay. */
export function nextRate(rate: number, direction: -1 | 1): number {
  const candidates = direction === 1 ? RATES : [...RATES].reverse();
  return candidates.find((each) => (each - rate) * direction > 0) ?? rate;
}
