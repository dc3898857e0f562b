// What the server itself reads from and keeps in the database, inside the engine.
import type { ModuleAnalysis, SystemFunctions } from "../functions/index.ts";

export const serverSystemFunctions: SystemFunctions = {
  /** The routes of the active push's `http.ts`: `[{ path, method }]`; `[]` without one. */
  "server:httpRoutes": {
    kind: "query",
    run: (tx) => {
      const [newest] = tx.collect({
        source: { type: "FullTableScan", tableName: "_deployments", order: "desc" },
        operators: [{ limit: 1 }],
      });
      if (typeof newest?.analysis !== "string") return [];
      // Written by deploy/.
      const modules = JSON.parse(newest.analysis) as ModuleAnalysis["modules"];
      return modules["http.js"]?.httpRoutes ?? [];
    },
  },
};
