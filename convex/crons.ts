// What runs by the clock: a safety net under the jobs, and the brooms.

import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();

crons.interval("wake jobs that should be awake", { minutes: 5 }, internal.pipeline.sweep.begin, {});
crons.interval("thin old histories", { hours: 24 }, internal.pipeline.sweep.histories, {});
crons.interval("close abandoned uploads", { hours: 24 }, internal.pipeline.sweep.abandoned, {});
crons.interval("delete files of no piece", { hours: 24 }, internal.pipeline.sweep.files, {
  cursor: null,
});
crons.interval("forget expired transfers", { hours: 24 }, internal.pipeline.sweep.transfers, {});

export default crons;
