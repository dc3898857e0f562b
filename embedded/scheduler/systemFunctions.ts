// The scheduler's work inside the engine.
import type { SystemFunctions } from "../functions/index.ts";
import { cronFunctions } from "./cronFunctions.ts";
import { housekeepingFunctions } from "./housekeeping.ts";
import { jobFunctions } from "./jobFunctions.ts";

export const schedulerSystemFunctions: SystemFunctions = {
  ...jobFunctions,
  ...cronFunctions,
  ...housekeepingFunctions,
};
