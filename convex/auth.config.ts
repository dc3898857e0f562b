// Whose tokens are believed: this deployment's own, made by Convex Auth.

import type { AuthConfig } from "convex/server";

export default {
  providers: [
    // Always set by the deployment itself.
    { domain: process.env.CONVEX_SITE_URL ?? "", applicationID: "convex" },
  ],
} satisfies AuthConfig;
