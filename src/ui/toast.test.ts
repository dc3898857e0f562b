import { afterEach, describe, expect, it } from "vitest";
import { hasWaitingToasts, onWaitingToast, showToast, takeToasts } from "./toast.ts";

let stop = () => {};
afterEach(() => stop());

describe("a short message", () => {
  it("that is said before anything can show it waits, asks for its place, and is shown then", () => {
    let asked = 0;
    const unsubscribe = onWaitingToast(() => (asked += 1));
    showToast("Saved.");
    expect([asked, hasWaitingToasts()]).toEqual([1, true]);
    const shown: string[] = [];
    stop = takeToasts(({ title }) => shown.push(title));
    showToast("And sent.", { tone: "danger" });
    expect(shown).toEqual(["Saved.", "And sent."]);
    expect(hasWaitingToasts()).toBe(false);
    unsubscribe();
  });

  it("waits again while the page is being built anew", () => {
    takeToasts(() => {})();
    showToast("In between.");
    const shown: string[] = [];
    stop = takeToasts(({ title }) => shown.push(title));
    expect(shown).toEqual(["In between."]);
  });
});
