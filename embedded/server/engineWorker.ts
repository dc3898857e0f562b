// The engine worker's entry: puts every room's system functions together and starts the engine in this thread.
import { authSystemFunctions } from "../auth/systemFunctions.ts";
import { deploySystemFunctions } from "../deploy/systemFunctions.ts";
import { fileSystemFunctions } from "../files/systemFunctions.ts";
import { runEngineWorker } from "../functions/index.ts";
import { schedulerSystemFunctions } from "../scheduler/systemFunctions.ts";
import { serverSystemFunctions } from "./systemFunctions.ts";

runEngineWorker({
  systemFunctions: {
    ...authSystemFunctions,
    ...deploySystemFunctions,
    ...fileSystemFunctions,
    ...schedulerSystemFunctions,
    ...serverSystemFunctions,
  },
});
