// The lock screen's and the headphones' controls.
import { useEffect } from "react";
import type { PieceTrack } from "./PieceTrack.ts";

const SKIP_MS = 10_000;

export function useMediaSession(
  track: PieceTrack,
  hasAudio: boolean,
  title: string,
  course: string | undefined,
): void {
  useEffect(() => {
    if (!hasAudio || !("mediaSession" in navigator)) return;
    const session = navigator.mediaSession;
    session.metadata = new MediaMetadata({ title, artist: course ?? "Lectern" });
    const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", () => track.play()],
      ["pause", () => track.pause()],
      ["seekbackward", (details) => track.skip(-(details.seekOffset ?? SKIP_MS / 1000) * 1000)],
      ["seekforward", (details) => track.skip((details.seekOffset ?? SKIP_MS / 1000) * 1000)],
      [
        "seekto",
        (details) => {
          if (details.seekTime !== undefined) track.seek(details.seekTime * 1000);
        },
      ],
    ];
    for (const [action, handler] of handlers) setHandler(session, action, handler);
    return () => {
      for (const [action] of handlers) setHandler(session, action, null);
      session.metadata = null;
      session.playbackState = "none";
    };
  }, [track, hasAudio, title, course]);

  useEffect(() => {
    if (!hasAudio || !("mediaSession" in navigator)) return;
    return track.subscribe(() => {
      const { status, timeMs, durationMs, rate } = track.snapshot();
      navigator.mediaSession.playbackState = status === "playing" ? "playing" : "paused";
      // Between two changes the lock screen counts on by itself.
      if (durationMs <= 0) return;
      navigator.mediaSession.setPositionState({
        duration: durationMs / 1000,
        position: Math.min(timeMs, durationMs) / 1000,
        playbackRate: rate,
      });
    });
  }, [track, hasAudio]);
}

function setHandler(
  session: MediaSession,
  action: MediaSessionAction,
  handler: MediaSessionActionHandler | null,
): void {
  try {
    session.setActionHandler(action, handler);
  } catch {
    // A browser that doesn't know this action throws; the others still work.
  }
}
