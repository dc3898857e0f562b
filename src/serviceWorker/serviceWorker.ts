/**
 * The service worker: starts the app with no network, and takes files that other apps share with it. It keeps the
 * app's own files and nothing else; lectures come over the live connection, recordings wait in the outbox.
 */
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
  type PrecacheEntry,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { SHARE_TARGET_PATH, TAKE_OVER } from "./contract.ts";
import { keepSharedFiles } from "./sharedFiles.ts";

/** The part of a service worker's global scope that is used here; TypeScript's worker library would clash with the page's. */
type ServiceWorkerScope = {
  __WB_MANIFEST: (PrecacheEntry | string)[];
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(
    type: "activate",
    listener: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
};
declare const self: ServiceWorkerScope;

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();

// Every page is the same document; what it shows is decided in it. The backend's own addresses are not pages.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), {
    denylist: [/^\/api\//, /^\/\.well-known\//, /\/[^/]+\.[^/]+$/],
  }),
);

registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === SHARE_TARGET_PATH,
  async ({ request }) => {
    // A disk without room for it, above all; the page says so.
    const isKept = await request
      .formData()
      .then(keepSharedFiles)
      .then(
        () => true,
        () => false,
      );
    return Response.redirect(isKept ? "/new" : "/new?share=failed", 303);
  },
  "POST",
);

// A new version waits until the person takes it or all pages are closed: a recording is never cut off by an update.
self.addEventListener("message", ({ data }) => {
  if (data === TAKE_OVER) void self.skipWaiting();
});

// So that already the first visit can go on without a network.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
