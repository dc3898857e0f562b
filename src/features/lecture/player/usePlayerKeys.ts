// Keys for listening: space or K plays and pauses, J and L or the arrows skip, < and > change the speed.
import { useEffect } from "react";
import type { PieceTrack } from "./PieceTrack.ts";
import { nextRate } from "./rates.ts";

const SKIP_MS = 10_000;

export function usePlayerKeys(track: PieceTrack, hasAudio: boolean): void {
  useEffect(() => {
    if (!hasAudio) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (takesKeys(event.target, event.key)) return;
      if (!runKey(event.key, track)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [track, hasAudio]);
}

function runKey(key: string, track: PieceTrack): boolean {
  switch (key) {
    case " ":
    case "k":
      track.toggle();
      return true;
    case "j":
    case "ArrowLeft":
      track.skip(-SKIP_MS);
      return true;
    case "l":
    case "ArrowRight":
      track.skip(SKIP_MS);
      return true;
    case "<":
      track.setRate(nextRate(track.snapshot().rate, -1));
      return true;
    case ">":
      track.setRate(nextRate(track.snapshot().rate, 1));
      return true;
    default:
      return false;
  }
}

/** Whether the focused element needs this key itself: fields all keys, buttons and links the space bar, tabs the arrows. */
function takesKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target.closest("input, textarea, select, [role=dialog], [role=alertdialog]")
  ) {
    return true;
  }
  if (key === " ")
    return target.closest("button, a, summary, [role=tab], [role=menuitem]") !== null;
  if (key.startsWith("Arrow")) return target.closest("[role=tab], [role=menu]") !== null;
  return false;
}
