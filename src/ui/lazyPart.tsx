// A part of a page that can wait: when its code can't be fetched just now, the page goes on without it and tries again.
import { lazy, type ComponentType } from "react";

/** In all about two minutes; after that only a fresh page has it. */
const PAUSES_MS = [1_000, 3_000, 9_000, 27_000, 81_000];

/** As `lazy`, but what does not come leaves its place empty instead of breaking the page. */
export function lazyPart<Props>(load: () => Promise<ComponentType<Props>>) {
  return lazy(async () => {
    for (const pauseMs of PAUSES_MS) {
      try {
        return { default: await load() };
      } catch {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
    return { default: Nothing };
  });
}

function Nothing() {
  return null;
}
