// Watches which chunks are on the screen or within two screens of it.
import { useCallback, useEffect, useRef, type RefObject } from "react";

/** Two screens above and below, so that words are there before they are scrolled to. */
const MARGIN = "200% 0px";

export function useNearChunks({
  pane,
  onNear,
}: {
  pane: RefObject<HTMLElement | null> | null;
  onNear: (near: ReadonlySet<number>) => void;
}): (element: HTMLElement, index: number) => () => void {
  const near = useRef(new Set<number>());
  const indexes = useRef(new Map<Element, number>());
  const observer = useRef<IntersectionObserver>(null);
  const tell = useRef(onNear);

  useEffect(() => {
    tell.current = onNear;
    // What is near has not changed, but the way it is subscribed may have (the job has ended).
    if (near.current.size > 0) onNear(near.current);
  });

  // Made on first use: the chunks' effects run before those of the list around them.
  const observerOf = useCallback(() => {
    observer.current ??= new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const index = indexes.current.get(entry.target);
          if (index === undefined) continue;
          if (entry.isIntersecting) near.current.add(index);
          else near.current.delete(index);
        }
        tell.current(near.current);
      },
      { root: pane?.current ?? null, rootMargin: MARGIN },
    );
    return observer.current;
  }, [pane]);

  useEffect(
    () => () => {
      observer.current?.disconnect();
      observer.current = null;
    },
    [observerOf],
  );

  return useCallback(
    (element, index) => {
      indexes.current.set(element, index);
      observerOf().observe(element);
      return () => {
        observer.current?.unobserve(element);
        indexes.current.delete(element);
        near.current.delete(index);
      };
    },
    [observerOf],
  );
}
