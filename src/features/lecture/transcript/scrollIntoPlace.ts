// Scrolls a pane, or the page, so that an element stands a third from the top. Never both, as scrollIntoView would.

/** What is watched for a moment after scrolling; a new wish or the reader's own scrolling ends it. */
let stopSettling = () => {};

/** About two seconds. */
const MAX_FRAMES = 120;
/** An element that stands still this long has arrived. */
const STILL_FRAMES = 5;
const MAX_CORRECTIONS = 4;

export function scrollIntoPlace(element: Element, pane: HTMLElement | null): void {
  // In a tab that is not shown nothing has a place.
  if (element.getClientRects().length === 0) return;
  stopSettling();
  const top = distanceFromPlace(element, pane);
  // Nobody wants to see an hour of transcript fly by.
  const isFar = Math.abs(top) > 2 * heightOf(pane);
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  (pane ?? window).scrollBy({ top, behavior: isFar || isStill ? "instant" : "smooth" });
  settle(element, pane);
}

/** What comes into sight on the way gets its real height only then and shifts the rest: corrected when all stands still. */
function settle(element: Element, pane: HTMLElement | null): void {
  let frame = 0;
  let before = NaN;
  let stillFrames = 0;
  let corrections = 0;
  let request = 0;

  const step = () => {
    const distance = distanceFromPlace(element, pane);
    stillFrames = Math.abs(distance - before) < 1 ? stillFrames + 1 : 0;
    before = distance;
    frame += 1;
    if (stillFrames >= STILL_FRAMES && Math.abs(distance) > 4 && corrections < MAX_CORRECTIONS) {
      (pane ?? window).scrollBy({ top: distance, behavior: "instant" });
      corrections += 1;
      stillFrames = 0;
    }
    if (frame < MAX_FRAMES && element.isConnected) request = requestAnimationFrame(step);
    else stop();
  };
  const events = ["wheel", "touchmove", "keydown", "pointerdown"];
  const stop = () => {
    cancelAnimationFrame(request);
    for (const name of events) window.removeEventListener(name, stop);
  };
  stopSettling = stop;
  for (const name of events) window.addEventListener(name, stop, { passive: true });
  request = requestAnimationFrame(step);
}

function distanceFromPlace(element: Element, pane: HTMLElement | null): number {
  const paneTop = pane?.getBoundingClientRect().top ?? 0;
  return element.getBoundingClientRect().top - paneTop - heightOf(pane) / 3;
}

function heightOf(pane: HTMLElement | null): number {
  return pane?.clientHeight ?? window.innerHeight;
}
