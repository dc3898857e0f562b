// The one connection to the backend: every live query, mutation and sign-in goes through it.
import { ConvexReactClient } from "convex/react";

/** A deployment of its own when one is named at build time, else the server that served this page. */
const configuredUrl: unknown = import.meta.env.VITE_CONVEX_URL;

export const backendUrl =
  typeof configuredUrl === "string" && configuredUrl !== ""
    ? configuredUrl
    : window.location.origin;

export const convex = new ConvexReactClient(backendUrl, {
  // Leaving the page never loses work here (uploads have their own outbox): no browser prompt.
  unsavedChangesWarning: false,
  // A one-machine server's address doesn't end in .convex.cloud.
  skipConvexDeploymentUrlCheck: true,
});
