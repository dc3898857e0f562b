// The deploy API: what the `convex` CLI and the inspection page ask of a running backend.
export { createDeployApi, type DeployApi } from "./routes.ts";
export { deploySystemFunctions } from "./systemFunctions.ts";
export { backupDataFolder } from "./backup.ts";
