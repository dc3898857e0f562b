// Keeps the words being said in sight while the player runs, until the reader scrolls; then waits to be asked.
import { useEffect, useRef, useState, type RefObject } from "react";
import { scrollIntoPlace } from "./scrollIntoPlace.ts";

export function useFollowing({
  list,
  pane,
  isPlaying,
}: {
  list: RefObject<HTMLElement | null>;
  pane: RefObject<HTMLElement | null> | null;
  isPlaying: boolean;
}): { isFollowing: boolean; follow: () => void } {
  const [isFollowing, setFollowing] = useState(true);
  const shown = useRef<Element>(null);

  useEffect(() => {
    if (!isPlaying) return;
    const stop = () => setFollowing(false);
    const target: HTMLElement | Window = pane?.current ?? window;
    // Not "scroll": that also comes from our own scrolling.
    target.addEventListener("wheel", stop, { passive: true });
    target.addEventListener("touchmove", stop, { passive: true });
    return () => {
      target.removeEventListener("wheel", stop);
      target.removeEventListener("touchmove", stop);
    };
  }, [isPlaying, pane]);

  useEffect(() => {
    if (!isPlaying || !isFollowing || !list.current) return;
    const followActive = () => {
      const active = list.current?.querySelector("[data-active]");
      if (!active || active === shown.current) return;
      shown.current = active;
      scrollIntoPlace(active, pane?.current ?? null);
    };
    followActive();
    const changes = new MutationObserver(followActive);
    changes.observe(list.current, { subtree: true, attributeFilter: ["data-active"] });
    return () => changes.disconnect();
  }, [isPlaying, isFollowing, list, pane]);

  return {
    isFollowing,
    follow: () => {
      shown.current = null;
      setFollowing(true);
    },
  };
}
