// What authentication reads from the database: the providers that the last push configured.
import type { SystemFunctions } from "../functions/index.ts";

export const authSystemFunctions: SystemFunctions = {
  /** JSON text of the active deployment's `providers`, environment variables resolved; "[]" before the first push. */
  "auth:providers": {
    kind: "query",
    run: (tx) => {
      const [newest] = tx.collect({
        source: { type: "FullTableScan", tableName: "_deployments", order: "desc" },
        operators: [{ limit: 1 }],
      });
      return typeof newest?.authProviders === "string" ? newest.authProviders : "[]";
    },
  },
};
