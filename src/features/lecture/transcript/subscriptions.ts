// Which parts of a transcript a page subscribes to: only what is near the eye, and each chunk sent once.

/** `fromIndex` up to, not including, `toIndex`. */
export type ChunkRange = { fromIndex: number; toIndex: number };

/** The most chunks that one query gives (transcripts.range). */
export const RANGE_SIZE = 16;

/**
 * The ranges to subscribe to.
 *
 * While the job runs, each chunk has a subscription of its own: a range is sent again whole whenever one of
 * its chunks changes, so a growing transcript would be sent over and over. Afterwards aligned ranges of 16
 * need a sixteenth of the subscriptions, and are the same for every visit (so the server can share them).
 *
 * @param near indexes near the eye, in any order
 * @param isGrowing whether the job may still add chunks
 */
export function rangesToSubscribe(near: Iterable<number>, isGrowing: boolean): ChunkRange[] {
  const size = isGrowing ? 1 : RANGE_SIZE;
  const starts = new Set<number>();
  for (const index of near) starts.add(Math.floor(index / size) * size);
  return [...starts]
    .sort((a, b) => a - b)
    .map((fromIndex) => ({ fromIndex, toIndex: fromIndex + size }));
}

/** A chunk's likely place by time when only some chunks are known: between its known neighbours, by proportion. */
export function estimateChunkIndex(
  timeMs: number,
  known: readonly { index: number; startMs: number }[],
  chunkCount: number,
  durationMs: number,
): number {
  if (chunkCount <= 0) return 0;
  let before = { index: 0, startMs: 0 };
  let after = { index: chunkCount, startMs: Math.max(durationMs, 1) };
  for (const chunk of known) {
    if (chunk.startMs <= timeMs && chunk.index >= before.index) before = chunk;
    if (chunk.startMs > timeMs && chunk.index < after.index) after = chunk;
  }
  const spanMs = Math.max(1, after.startMs - before.startMs);
  const share = Math.min(1, Math.max(0, (timeMs - before.startMs) / spanMs));
  const index = Math.floor(before.index + share * (after.index - before.index));
  return Math.min(chunkCount - 1, Math.max(before.index, Math.min(index, after.index - 1)));
}
