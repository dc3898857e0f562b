// Brings a moment's words into sight, also when its chunk has not been loaded yet.
import { useEffect, type RefObject } from "react";
import { scrollIntoPlace } from "./scrollIntoPlace.ts";
import { estimateChunkIndex } from "./subscriptions.ts";
import type { TranscriptFeed } from "./TranscriptFeed.ts";

/** Each round knows more chunks than the one before; a moment in a gap must not keep it going. */
const MAX_ROUNDS = 8;

export function useRevealMoment({
  feed,
  list,
  pane,
  revealed,
  chunkCount,
  durationMs,
}: {
  feed: TranscriptFeed;
  list: RefObject<HTMLElement | null>;
  pane: RefObject<HTMLElement | null> | null;
  revealed: { timeMs: number } | undefined;
  chunkCount: number;
  durationMs: number;
}): void {
  useEffect(() => {
    if (!revealed || chunkCount === 0) return;
    const { timeMs } = revealed;
    let rounds = 0;
    let stop = () => {};

    const reveal = () => {
      stop();
      rounds += 1;
      const index = estimateChunkIndex(timeMs, feed.known(), chunkCount, durationMs);
      const element = list.current?.querySelector(`[data-chunk="${index}"]`);
      if (!element) return;
      const segment = lastSegmentBefore(element, timeMs);
      scrollIntoPlace(segment ?? element, pane?.current ?? null);
      const chunk = feed.chunk(index);
      const isFound = chunk && chunk.startMs <= timeMs && timeMs <= chunk.endMs;
      if (isFound || rounds >= MAX_ROUNDS) {
        flash(segment);
        return;
      }
      // The scrolling makes it load; when it has come, its words are looked for again.
      stop = feed.subscribeAny(() => requestAnimationFrame(reveal));
    };
    reveal();
    return () => stop();
    // Only a new wish reveals; that the transcript grows does not scroll the page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [revealed, feed]);
}

function lastSegmentBefore(chunk: Element, timeMs: number): Element | undefined {
  return [...chunk.querySelectorAll<HTMLElement>("[data-start]")]
    .filter((segment) => Number(segment.dataset.start) <= timeMs)
    .at(-1);
}

/** Shows for a moment which words were meant. */
function flash(segment: Element | undefined): void {
  segment?.animate([{ backgroundColor: "var(--highlight)" }, { backgroundColor: "transparent" }], {
    duration: 2_400,
    easing: "ease-in",
  });
}
