// When drafts become the finished notes, what is being read stays where it is on the screen.
import { useLayoutEffect, useRef, type RefObject } from "react";
import { sectionNearest } from "./shownNotes.ts";

/**
 * Watches the sections in `container` (`[data-section-start]`). After every render the section that stood at the
 * top of the screen stands there again; if it was replaced, the one nearest to it in time does.
 */
export function useKeepPlace(container: RefObject<HTMLElement | null>): void {
  const place = useRef<{ startMs: number; top: number }>(undefined);

  useLayoutEffect(() => {
    const sections = sectionsIn(container.current);
    // In a tab that is not shown nothing has a place, and the page's scroll belongs to another.
    const isShown = (container.current?.getClientRects().length ?? 0) > 0;
    const before = place.current;
    if (before && isShown) {
      const index = sectionNearest(
        sections.map((section) => section.startMs),
        before.startMs,
      );
      const after = sections[index];
      const moved = after ? after.element.getBoundingClientRect().top - before.top : 0;
      if (Math.abs(moved) > 1) window.scrollBy({ top: moved, behavior: "instant" });
    }

    // Remembered while scrolling, because after the next render it is too late to measure.
    const remember = () => {
      place.current = undefined;
      // At the very top there is no place to keep: what is new may be seen to arrive.
      if (window.scrollY < 80) return;
      for (const { element, startMs } of sectionsIn(container.current)) {
        const { top, bottom } = element.getBoundingClientRect();
        if (bottom > 80) {
          place.current = { startMs, top };
          return;
        }
      }
    };
    remember();
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  });
}

function sectionsIn(container: HTMLElement | null): { element: HTMLElement; startMs: number }[] {
  return [...(container?.querySelectorAll<HTMLElement>("[data-section-start]") ?? [])].map(
    (element) => ({ element, startMs: Number(element.dataset.sectionStart) }),
  );
}
