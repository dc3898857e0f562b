/**
 * Registers the service worker, and offers a new version when there is one: never by itself, and never while some tab
 * records or cuts a file.
 */
import { lecturesBeingMade } from "../recorder/outbox/recordingLock.ts";
import { showToast } from "../ui/toast.ts";
import { TAKE_OVER } from "./contract.ts";

/** How often a page that stays open asks for a new version. */
const ASK_EVERY_MS = 60 * 60_000;

export async function registerServiceWorker(): Promise<void> {
  // In development every file is fresh anyway, and a worker would serve old ones.
  if (!import.meta.env.PROD) return;
  // Typed as always there; missing in insecure contexts.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return;
  const registration = await container.register("/serviceWorker.js");
  const offerIfWaiting = () => {
    // Without a controller this is the first visit: nothing older is running.
    if (registration.waiting && container.controller) void offer(registration.waiting, container);
  };
  offerIfWaiting();
  registration.addEventListener("updatefound", () => {
    const { installing } = registration;
    installing?.addEventListener("statechange", offerIfWaiting);
  });
  setInterval(() => void registration.update().catch(() => undefined), ASK_EVERY_MS);
}

async function offer(waiting: ServiceWorker, container: ServiceWorkerContainer): Promise<void> {
  if ((await lecturesBeingMade()).size > 0) return;
  showToast("A new version of Lectern is ready.", {
    action: { label: "Load it", run: () => void takeOver(waiting, container) },
  });
}

async function takeOver(waiting: ServiceWorker, container: ServiceWorkerContainer): Promise<void> {
  // Some time may have passed since the offer.
  if ((await lecturesBeingMade()).size > 0) {
    showToast("A recording is going on. The new version is loaded when it has ended.");
    return;
  }
  container.addEventListener("controllerchange", () => window.location.reload(), { once: true });
  waiting.postMessage(TAKE_OVER);
}
