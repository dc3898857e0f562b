import { describe, expect, it } from "vitest";
import { formatWhen, groupByTime } from "./dates.ts";

const at = (text: string) => new Date(text).getTime();
const now = at("2026-11-24T15:00:00");

describe("when a lecture was", () => {
  it.each([
    ["2026-11-24T14:05:00", "Today, 2:05 PM"],
    ["2026-11-24T00:00:00", "Today, 12:00 AM"],
    ["2026-11-23T23:59:00", "Yesterday, 11:59 PM"],
    ["2026-11-03T09:10:00", "Tue, Nov 3, 9:10 AM"],
    ["2025-12-31T09:10:00", "Dec 31, 2025"],
  ])("%s is “%s”", (time, words) => {
    expect(formatWhen(at(time), now, "en-US").replace(/\u202f/g, " ")).toBe(words);
  });
});

describe("grouping the library", () => {
  it("keeps the order and starts a group where the time's name changes", () => {
    const lectures = [
      "2026-11-24T16:00:00", // the device's clock is ahead
      "2026-11-24T09:00:00",
      "2026-11-23T09:00:00",
      "2026-11-19T09:00:00",
      "2026-11-17T09:00:00",
      "2026-10-02T09:00:00",
    ].map((time) => ({ recordedAt: at(time) }));
    expect(
      groupByTime(lectures, now, "en-US").map((group) => [group.name, group.lectures.length]),
    ).toEqual([
      ["Today", 2],
      ["Yesterday", 1],
      ["Last 7 days", 1],
      ["November 2026", 1],
      ["October 2026", 1],
    ]);
  });
  it("has no groups for an empty library", () => {
    expect(groupByTime([], now)).toEqual([]);
  });
});
