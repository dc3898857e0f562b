/** Finds a pause near a place where a file is to be cut. */

/** Loudness of one short stretch of sound. */
export type Loudness = { atMs: number; rms: number };

const PAUSE_MS = 300;
/** The quietest tenth of the stretch is the room; a pause is not much louder. */
const ABOVE_ROOM = 2;

/**
 * @param levels in order, evenly spaced
 * @param wantedMs where the cut would fall without looking
 * @returns the middle of the nearest pause, or undefined when there is none
 */
export function nearestPause(levels: Loudness[], wantedMs: number): number | undefined {
  const sorted = levels.map(({ rms }) => rms).sort((a, b) => a - b);
  const room = sorted[Math.floor(sorted.length / 10)];
  const middle = sorted[Math.floor(sorted.length / 2)];
  // Even sound throughout (music, a fan alone): no place is better than another.
  if (room === undefined || middle === undefined || middle <= room * ABOVE_ROOM) return undefined;
  let best: number | undefined;
  for (const pause of quietStretches(levels, Math.max(room * ABOVE_ROOM, 1e-4))) {
    const inside = Math.min(
      Math.max(wantedMs, pause.fromMs + PAUSE_MS / 2),
      pause.toMs - PAUSE_MS / 2,
    );
    if (best === undefined || Math.abs(inside - wantedMs) < Math.abs(best - wantedMs))
      best = inside;
  }
  return best;
}

function quietStretches(levels: Loudness[], threshold: number): { fromMs: number; toMs: number }[] {
  const stretches: { fromMs: number; toMs: number }[] = [];
  let fromMs: number | undefined;
  for (const { atMs, rms } of [...levels, { atMs: levels.at(-1)?.atMs ?? 0, rms: Infinity }]) {
    if (rms <= threshold) fromMs ??= atMs;
    else if (fromMs !== undefined) {
      if (atMs - fromMs >= PAUSE_MS) stretches.push({ fromMs, toMs: atMs });
      fromMs = undefined;
    }
  }
  return stretches;
}
