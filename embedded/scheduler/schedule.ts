// When a cron runs next: Convex's schedules (CONVEX-RUNTIME 3.15, 5.5) from their JSON, in UTC.
import { Cron } from "croner";
import { z } from "zod";
import { SystemFunctionError } from "../functions/index.ts";
import type { JSONObject } from "../values/index.ts";

const minuteUTC = z.number().int().min(0).max(59).default(0);
const hourUTC = z.number().int().min(0).max(23);
const daysOfWeek = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;
const count = z.number().int().positive();

const scheduleJson = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("interval"),
    seconds: count.optional(),
    minutes: count.optional(),
    hours: count.optional(),
  }),
  z.object({ type: z.literal("hourly"), minuteUTC }),
  z.object({ type: z.literal("daily"), hourUTC, minuteUTC }),
  z.object({ type: z.literal("weekly"), dayOfWeek: z.enum(daysOfWeek), hourUTC, minuteUTC }),
  z.object({
    type: z.literal("monthly"),
    day: z.number().int().min(1).max(31),
    hourUTC,
    minuteUTC,
  }),
  z.object({ type: z.literal("cron"), cron: z.string() }),
]);

export type Schedule = { kind: "interval"; everyMs: number } | { kind: "cron"; cron: Cron };

/**
 * @param cronName names the cron in the error text
 * @throws SystemFunctionError for a schedule that can never run, written for the author of `crons.ts`
 */
export function parseSchedule(json: JSONObject, cronName: string): Schedule {
  const parsed = scheduleJson.safeParse(json);
  if (!parsed.success) throw invalid(cronName, JSON.stringify(json), parsed.error.message);
  const schedule = parsed.data;
  switch (schedule.type) {
    case "interval": {
      const { seconds = 0, minutes = 0, hours = 0 } = schedule;
      const everyMs = (seconds + 60 * minutes + 3_600 * hours) * 1_000;
      if (everyMs <= 0) throw invalid(cronName, JSON.stringify(json), "The interval is empty.");
      return { kind: "interval", everyMs };
    }
    case "hourly":
      return cronSchedule(cronName, `${schedule.minuteUTC} * * * *`);
    case "daily":
      return cronSchedule(cronName, `${schedule.minuteUTC} ${schedule.hourUTC} * * *`);
    case "weekly": {
      const day = daysOfWeek.indexOf(schedule.dayOfWeek);
      return cronSchedule(cronName, `${schedule.minuteUTC} ${schedule.hourUTC} * * ${day}`);
    }
    case "monthly":
      return cronSchedule(
        cronName,
        `${schedule.minuteUTC} ${schedule.hourUTC} ${schedule.day} * *`,
      );
    case "cron":
      return cronSchedule(cronName, schedule.cron);
  }
}

/** When a cron runs that has just been deployed; null when its expression never comes true again. */
export function firstRun(schedule: Schedule, nowMs: number): number | null {
  return schedule.kind === "interval" ? nowMs : nextOccurrence(schedule.cron, nowMs);
}

/**
 * The run that follows one that was due at `dueMs`, in the future of `nowMs`: runs that were missed, because the server
 * was down or the run before took longer than the interval, are left out.
 */
export function followingRun(schedule: Schedule, dueMs: number, nowMs: number): number | null {
  if (schedule.kind === "cron") return nextOccurrence(schedule.cron, Math.max(dueMs, nowMs));
  const periods = Math.max(1, Math.floor((nowMs - dueMs) / schedule.everyMs) + 1);
  return dueMs + periods * schedule.everyMs;
}

function nextOccurrence(cron: Cron, afterMs: number): number | null {
  return cron.nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** Five fields, as on Convex; croner alone would also take seconds and years. */
function cronSchedule(cronName: string, expression: string): Schedule {
  try {
    const cron = new Cron(expression, { timezone: "UTC", mode: "5-part", paused: true });
    return { kind: "cron", cron };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(cronName, expression, reason);
  }
}

function invalid(cronName: string, schedule: string, reason: string): SystemFunctionError {
  return new SystemFunctionError(
    "InvalidCronSpec",
    `The cron job '${cronName}' has the schedule ${schedule}, which is not valid: ${reason}`,
  );
}
