// The pages, one file each in src/routes; code for a page is fetched when it is first wanted.
import { createRouter } from "@tanstack/react-router";
import { routeTree } from "../routeTree.gen.ts";
import { PageError } from "./PageError.tsx";
import { PageNotFound } from "./PageNotFound.tsx";
import { PagePending } from "./PagePending.tsx";

export const router = createRouter({
  routeTree,
  // Touching or pointing at a link already fetches its page.
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageNotFound,
  defaultPendingComponent: PagePending,
  defaultPendingMs: 400,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
