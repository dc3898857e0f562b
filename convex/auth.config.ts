// Whose tokens are believed: this deployment's own, made by Convex Auth.

import type { AuthConfig } from "convex/server";

export default {
  providers: [
    // Always set by the deployment itself.
    // eslint-disable-next-line @convex-dev/no-process-env
    { domain: process.env.CONVEX_SITE_URL ?? "", applicationID: "convex" },
  ],
} satisfies AuthConfig;
