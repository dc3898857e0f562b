// The deployment's environment variables, from the one place that reads them.

import type { Environment } from "../ai/configuration.ts";

/**
 * All variables, as configuration.ts and settings.ts want them. Not declared in convex.config.ts:
 * every one is optional, and self-hosted backends before typed variables would refuse the app.
 */
export function environment(): Environment {
  // eslint-disable-next-line @convex-dev/no-process-env
  return process.env;
}
