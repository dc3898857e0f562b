// Many stored pieces as one track: where a moment of the lecture is, and what comes after a piece.

export type Piece = {
  index: number;
  /** On the lecture's clock. */
  startMs: number;
  durationMs: number;
  /** How much of its beginning the piece before has too. */
  overlapMs: number;
  url: string;
  mimeType: string;
};

/** A moment inside a piece's own file. */
export type Place = { piece: Piece; offsetMs: number };

/** The pieces in playing order: by start, each index once (the later answer wins). */
export function inPlayingOrder(pieces: Iterable<Piece>): Piece[] {
  const byIndex = new Map<number, Piece>();
  for (const piece of pieces) byIndex.set(piece.index, piece);
  return [...byIndex.values()].sort((a, b) => a.startMs - b.startMs || a.index - b.index);
}

/**
 * Where a moment of the lecture is to be found. A moment in a gap (a missing piece, the break between two
 * recording sessions) is found at the start of what comes next; after the end there is nothing.
 *
 * @param pieces in playing order
 * @param timeMs on the lecture's clock
 */
export function placeAt(pieces: readonly Piece[], timeMs: number): Place | undefined {
  const last = lastStartingAtOrBefore(pieces, timeMs);
  const piece = pieces[last];
  if (piece && timeMs < piece.startMs + piece.durationMs) {
    return { piece, offsetMs: timeMs - piece.startMs };
  }
  const next = pieces[last + 1];
  return next && { piece: next, offsetMs: 0 };
}

/** Where playing goes on when a piece has ended: in the next one, after what both of them contain. */
export function placeAfter(pieces: readonly Piece[], ended: Piece): Place | undefined {
  const position = pieces.findIndex((piece) => piece.index === ended.index);
  const next = pieces[position + 1];
  if (position === -1 || !next) return undefined;
  const sharedMs = ended.startMs + ended.durationMs - next.startMs;
  return { piece: next, offsetMs: Math.min(Math.max(0, sharedMs), next.durationMs) };
}

/** The end of the track on the lecture's clock. */
export function trackEndMs(pieces: readonly Piece[]): number {
  return pieces.reduce((end, piece) => Math.max(end, piece.startMs + piece.durationMs), 0);
}

/**
 * The first index to ask the server for, knowing these pieces: the first gap, or what follows the last.
 * Pieces may arrive out of order, so the count alone doesn't tell.
 */
export function firstUnknownIndex(known: ReadonlySet<number>): number {
  let index = 0;
  while (known.has(index)) index += 1;
  return index;
}

/** Binary search: -1 when all start later. */
function lastStartingAtOrBefore(pieces: readonly Piece[], timeMs: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.startMs ?? Infinity) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
