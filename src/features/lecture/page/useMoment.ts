// The moment of the lecture that is looked at: where the player stands and which words are shown.
import { useCallback, useEffect, useRef, useState } from "react";
import { usePlayer } from "../player/PlayerProvider.tsx";

/**
 * @param startMs the moment that the page's address names; shown at the start, and again when the address changes
 * @param onShow called when a moment is asked for, so that its words can be brought into sight
 */
export function useMoment(
  startMs: number | undefined,
  onShow: () => void,
): { moment: { timeMs: number } | undefined; goTo: (timeMs: number) => void } {
  const { track, hasAudio } = usePlayer();
  const [moment, setMoment] = useState<{ timeMs: number }>();
  const show = useRef(onShow);
  useEffect(() => {
    show.current = onShow;
  });

  // From the address: shown, but not played. Nobody pressed a button.
  useEffect(() => {
    if (startMs === undefined) return;
    track.seek(startMs, false);
    setMoment({ timeMs: startMs });
    show.current();
  }, [startMs, track]);

  const goTo = useCallback(
    (timeMs: number) => {
      if (hasAudio) track.seek(timeMs, true);
      setMoment({ timeMs });
      show.current();
    },
    [track, hasAudio],
  );
  return { moment, goTo };
}
