// Scrolls a pane, or the page, so that an element stands a third from the top. Never both, as scrollIntoView would.

export function scrollIntoPlace(element: Element, pane: HTMLElement | null): void {
  // In a tab that is not shown nothing has a place.
  if (element.getClientRects().length === 0) return;
  const behavior: ScrollBehavior = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    ? "auto"
    : "smooth";
  const { top } = element.getBoundingClientRect();
  if (pane) {
    const paneTop = pane.getBoundingClientRect().top;
    pane.scrollBy({ top: top - paneTop - pane.clientHeight / 3, behavior });
  } else {
    window.scrollBy({ top: top - window.innerHeight / 3, behavior });
  }
}
