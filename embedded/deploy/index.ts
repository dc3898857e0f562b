// The deploy API: what the `convex` CLI and the inspection page ask of a running backend.
export { createDeployApi } from "./routes.ts";
export { backupDataFolder } from "./backup.ts";
