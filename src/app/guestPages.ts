// Pages for people who only follow a link: nobody is signed in for them.
import { useSyncExternalStore } from "react";
import { router } from "./router.ts";

export function isGuestPage(pathname: string): boolean {
  return /^\/shared(\/|$)/.test(pathname);
}

export function useIsGuestPage(): boolean {
  return useSyncExternalStore(subscribe, () => isGuestPage(router.state.location.pathname));
}

function subscribe(changed: () => void): () => void {
  return router.subscribe("onBeforeLoad", changed);
}
