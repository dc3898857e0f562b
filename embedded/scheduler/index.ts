// Scheduled functions and crons: mutations exactly once, actions at most once, across crashes.
export { startScheduler, type Scheduler } from "./scheduler.ts";
