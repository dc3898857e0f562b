// Scheduled functions and crons: mutations exactly once, actions at most once, across crashes.
export { startScheduler, type Scheduler, type SchedulerOptions } from "./scheduler.ts";
export { schedulerSystemFunctions } from "./systemFunctions.ts";
