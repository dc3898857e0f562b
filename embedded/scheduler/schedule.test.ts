import { describe, expect, it } from "vitest";
import { followingRun, firstRun, parseSchedule } from "./schedule.ts";
import type { JSONObject } from "../values/index.ts";

const at = (text: string) => Date.parse(text);
const next = (schedule: JSONObject, now: string) => {
  const parsed = parseSchedule(schedule, "job");
  const ms = followingRun(parsed, at(now), at(now));
  return ms === null ? null : new Date(ms).toISOString();
};

describe("when a cron runs next", () => {
  it.each<[JSONObject, string, string]>([
    [{ type: "hourly", minuteUTC: 5 }, "2026-03-01T10:05:00Z", "2026-03-01T11:05:00.000Z"],
    [{ type: "hourly", minuteUTC: 5 }, "2026-03-01T10:04:59Z", "2026-03-01T10:05:00.000Z"],
    [
      { type: "daily", hourUTC: 23, minuteUTC: 30 },
      "2026-12-31T23:30:00Z",
      "2027-01-01T23:30:00.000Z",
    ],
    // A Sunday.
    [
      { type: "weekly", dayOfWeek: "sunday", hourUTC: 1, minuteUTC: 0 },
      "2026-03-01T00:00:00Z",
      "2026-03-01T01:00:00.000Z",
    ],
    [
      { type: "weekly", dayOfWeek: "saturday", hourUTC: 1 },
      "2026-03-01T00:00:00Z",
      "2026-03-07T01:00:00.000Z",
    ],
    // Short months have no 31st.
    [
      { type: "monthly", day: 31, hourUTC: 0, minuteUTC: 0 },
      "2026-01-31T00:00:00Z",
      "2026-03-31T00:00:00.000Z",
    ],
    [
      { type: "cron", cron: "*/15 9-17 * * 1-5" },
      "2026-02-27T17:45:00Z",
      "2026-03-02T09:00:00.000Z",
    ],
    // Day of month and day of week both given: either is enough.
    [{ type: "cron", cron: "0 0 13 * 5" }, "2026-03-01T00:00:00Z", "2026-03-06T00:00:00.000Z"],
  ])("%j after %s", (schedule, now, expected) => {
    expect(next(schedule, now)).toBe(expected);
  });

  it("runs an interval at once when deployed, then on the grid of its first run", () => {
    const schedule = parseSchedule({ type: "interval", minutes: 1 }, "job");
    expect(firstRun(schedule, 1_000)).toBe(1_000);
    expect(followingRun(schedule, 1_000, 2_000)).toBe(61_000);
  });

  it("leaves out the runs that were missed", () => {
    const schedule = parseSchedule({ type: "interval", seconds: 10 }, "job");
    expect(followingRun(schedule, 0, 95_000)).toBe(100_000);
    expect(followingRun(schedule, 0, 100_000)).toBe(110_000);
    const hourly = parseSchedule({ type: "hourly", minuteUTC: 0 }, "job");
    expect(followingRun(hourly, at("2026-03-01T10:00:00Z"), at("2026-03-02T20:30:00Z"))).toBe(
      at("2026-03-02T21:00:00Z"),
    );
  });

  it("says when a schedule will never come true again", () => {
    expect(next({ type: "cron", cron: "0 0 30 2 *" }, "2026-03-01T00:00:00Z")).toBeNull();
  });

  it.each<JSONObject>([
    { type: "cron", cron: "every monday" },
    { type: "cron", cron: "* * * * * *" },
    { type: "cron", cron: "61 * * * *" },
    { type: "interval" },
    { type: "interval", seconds: 0 },
    { type: "monthly", day: 32, hourUTC: 0 },
    { type: "fortnightly" },
  ])("refuses %j and names the cron", (schedule) => {
    expect(() => parseSchedule(schedule, "tidy up")).toThrow(/The cron job 'tidy up'/);
  });
});
