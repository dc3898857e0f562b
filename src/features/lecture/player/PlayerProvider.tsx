// The player of a lecture's page: one track for all its parts, its keys and the lock screen's controls.
import { useConvex } from "convex/react";
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { api } from "../../../../convex/_generated/api.js";
import type { Id } from "../../../../convex/_generated/dataModel.js";
import { PieceTrack, type TrackState } from "./PieceTrack.ts";
import { firstUnknownIndex, inPlayingOrder, type Piece } from "./timeline.ts";
import { useMediaSession } from "./useMediaSession.ts";
import { usePlayerKeys } from "./usePlayerKeys.ts";

type Player = {
  track: PieceTrack;
  hasAudio: boolean;
};

const PlayerContext = createContext<Player | null>(null);

export function usePlayer(): Player {
  const player = use(PlayerContext);
  if (!player) throw new Error("usePlayer is called outside of PlayerProvider.");
  return player;
}

/** A value derived from the track's state; the component re-renders only when that value changes. */
export function usePlayerValue<Value extends string | number | boolean>(
  select: (state: TrackState) => Value,
): Value {
  const { track } = usePlayer();
  return useSyncExternalStore(track.subscribe, () => select(track.snapshot()));
}

export function PlayerProvider({
  lectureId,
  title,
  course,
  durationMs,
  pieceCount,
  children,
}: {
  lectureId: Id<"lectures">;
  title: string;
  course?: string;
  durationMs: number;
  /** How many pieces the server has; 0 for lectures without sound. */
  pieceCount: number;
  children: ReactNode;
}) {
  // Made in the initialiser and ended with the page; an engine must outlive renders.
  const [track] = useState(() => {
    const made = new PieceTrack(new Audio());
    // The length is known at once, so that a page opened at a moment can stand there before the pieces have come.
    made.setPieces([], durationMs);
    return made;
  });
  const pieces = usePieces(lectureId, pieceCount);
  const hasAudio = pieceCount > 0;

  useEffect(() => track.setPieces(pieces, durationMs), [track, pieces, durationMs]);
  useEffect(() => () => track.unload(), [track]);
  useMediaSession(track, hasAudio, title, course);
  usePlayerKeys(track, hasAudio);

  const player = useMemo(() => ({ track, hasAudio }), [track, hasAudio]);
  return <PlayerContext value={player}>{children}</PlayerContext>;
}

const PAGE_SIZE = 50;

/** The pieces known so far. Asks only for what is new when the server has more. */
function usePieces(lectureId: Id<"lectures">, pieceCount: number): Piece[] {
  const convex = useConvex();
  const [pieces, setPieces] = useState<Piece[]>([]);

  const loadNew = useCallback(
    async (isCurrent: () => boolean) => {
      const known = new Map<number, Piece>(pieces.map((piece) => [piece.index, piece]));
      for (let fromIndex = firstUnknownIndex(new Set(known.keys())); ;) {
        const page = await convex.query(api.transcripts.audio, {
          lectureId,
          fromIndex,
          limit: PAGE_SIZE,
        });
        for (const piece of page) known.set(piece.index, piece);
        const last = page.at(-1);
        if (!isCurrent() || !last || page.length < PAGE_SIZE) break;
        fromIndex = last.index + 1;
      }
      if (isCurrent()) setPieces(inPlayingOrder(known.values()));
    },
    [convex, lectureId, pieces],
  );

  useEffect(() => {
    if (pieces.length >= pieceCount) return;
    let isCurrent = true;
    // Without an answer (offline) the next change of the count asks again; the player then has what it has.
    loadNew(() => isCurrent).catch(() => undefined);
    return () => {
      isCurrent = false;
    };
    // Asking depends on the count alone: the answer itself must not ask again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [pieceCount, lectureId]);

  return pieces;
}
