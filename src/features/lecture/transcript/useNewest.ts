// While a lecture is being spoken its transcript opens at the newest words and stays there as more come, until the
// reader scrolls away from them; back at the end, it goes on.
import { useEffect, useRef, type RefObject } from "react";

/** Nearer to the end than this, the reader is taken to be at the end. */
const AT_END_PX = 120;
/** What a reader scrolls with; the page's own scrolling comes without them. */
const READER_EVENTS = ["wheel", "touchmove", "keydown", "pointerdown"] as const;

export function useNewest({
  list,
  pane,
  isLive,
  isElsewhere,
}: {
  list: RefObject<HTMLElement | null>;
  pane: RefObject<HTMLElement | null> | null;
  /** Whether words are still being spoken. */
  isLive: boolean;
  /** Whether another moment is looked at: one that was asked for, or the one that is heard. */
  isElsewhere: boolean;
}): void {
  const atEnd = useRef(true);
  useEffect(() => {
    if (isElsewhere) atEnd.current = false;
  }, [isElsewhere]);

  useEffect(() => {
    const element = list.current;
    if (!isLive || !element) return;
    const scroller = pane?.current ?? document.documentElement;
    const controller = new AbortController();
    const options = { passive: true, signal: controller.signal };
    let byReader = false;
    // Known only after the page has been laid out: the scrolling that opening a tab brings is not the reader's.
    let isShown = false;
    for (const name of READER_EVENTS) {
      window.addEventListener(name, () => (byReader = true), options);
    }
    (pane?.current ?? window).addEventListener(
      "scroll",
      () => {
        if (byReader && isShown && element.getClientRects().length > 0)
          atEnd.current = toEnd(scroller) < AT_END_PX;
      },
      options,
    );
    // Opening its tab gives the list its size; so do new words, and words that take the place of an estimate.
    const observer = new ResizeObserver(() => {
      const wasShown = isShown;
      isShown = element.getClientRects().length > 0;
      if (!wasShown) byReader = false;
      if (!isShown || !atEnd.current) return;
      scroller.scrollTo({ top: scroller.scrollHeight, behavior: "instant" });
    });
    observer.observe(element);
    return () => {
      controller.abort();
      observer.disconnect();
    };
  }, [isLive, list, pane]);
}

function toEnd(scroller: Element): number {
  return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
}
