// Crons: what a push changes, and that they run on time, one run at a time (CONVEX-RUNTIME 5.5, check 89).
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Database } from "../database/index.ts";
import type { CronSpec } from "../functions/index.ts";
import { allCrons, applyCronSpecs } from "./cronSpecs.ts";
import { startScheduler } from "./scheduler.ts";
import { JOBS_APP, startScheduledApp, systemQuery, type ScheduledApp } from "./testing/app.ts";

const spec = (schedule: CronSpec["schedule"], name = "m:f"): CronSpec => ({
  ...{ name, args: [{}], schedule },
});

describe("a push's crons", () => {
  let database: Database;
  let nowMs = Date.parse("2026-05-01T10:30:00Z");
  beforeEach(() => {
    database = Database.open({ path: ":memory:", now: () => nowMs });
  });
  afterEach(() => {
    database.close();
  });

  const push = async (specs: Record<string, CronSpec>) =>
    await database.batch(() => {
      const tx = database.beginMutation({ system: true });
      try {
        const changes = applyCronSpecs(tx, specs);
        tx.commit();
        return changes;
      } finally {
        tx.rollback();
      }
    });
  const nextRuns = () => {
    const tx = database.beginQuery({ system: true });
    const rows = allCrons(tx).map(({ name, nextTs }) => [name, nextTs]);
    tx.rollback();
    return Object.fromEntries(rows) as Record<string, number>;
  };

  it("keep their next run when their spec is unchanged", async () => {
    const every = spec({ type: "interval", minutes: 10 });
    const hourly = spec({ type: "hourly", minuteUTC: 0 });
    expect(await push({ every, hourly })).toEqual({
      ...{ added: ["every", "hourly"], updated: [], deleted: [] },
    });
    const before = nextRuns();
    expect(before).toEqual({ every: nowMs, hourly: Date.parse("2026-05-01T11:00:00Z") });
    nowMs += 5 * 60_000;
    expect(await push({ every, hourly: spec({ type: "hourly", minuteUTC: 45 }) })).toEqual({
      ...{ added: [], updated: ["hourly"], deleted: [] },
    });
    expect(nextRuns()).toEqual({
      every: before.every,
      hourly: Date.parse("2026-05-01T10:45:00Z"),
    });
    expect(await push({ hourly: spec({ type: "hourly", minuteUTC: 45 }) })).toEqual({
      ...{ added: [], updated: [], deleted: ["every"] },
    });
    expect(Object.keys(nextRuns())).toEqual(["hourly"]);
  });

  it("are refused as a whole when one is not valid", async () => {
    const good = spec({ type: "interval", minutes: 10 });
    const bad = spec({ type: "cron", cron: "soon" });
    await expect(push({ good, bad })).rejects.toThrow(/The cron job 'bad' has the schedule soon/);
    expect(nextRuns()).toEqual({});
  });
});

const withCrons = (declarations: string) => ({
  ...JOBS_APP,
  "crons.ts": `
    import { cronJobs, makeFunctionReference as ref } from "convex/server";
    const crons = cronJobs();
    ${declarations}
    export default crons;
  `,
});

describe("running crons", () => {
  let app: ScheduledApp;
  afterEach(async () => {
    expect(app.complaints).toEqual([]);
    await app.close();
  });
  const runsOf = async (cron: string) =>
    (await systemQuery(app, "_system/embedded/crons:list"))
      .filter(({ name }) => name === cron)
      .flatMap(({ runs }) => runs as { error: string | null }[]);

  it("run mutations on the grid, once each, and record what failed", async () => {
    app = await startScheduledApp(
      withCrons(`
        crons.interval("tick", { seconds: 1 }, ref("jobs:trace"), { tag: "tick" });
        crons.interval("fails", { hours: 1 }, ref("jobs:fail"), { tag: "it" });
      `),
    );
    await vi.waitFor(async () => expect(await app.traces()).toHaveLength(3), { timeout: 10_000 });
    const tick = (await systemQuery(app, "_system/embedded/crons:list")).find(
      ({ name }) => name === "tick",
    );
    expect(Number(tick?.nextTs) - Date.now()).toBeGreaterThan(-200);
    expect(Number(tick?.nextTs) - Date.now()).toBeLessThanOrEqual(1_000);
    expect(await runsOf("fails")).toMatchObject([
      { error: expect.stringContaining("no luck with it") as string },
    ]);
  });

  it("never run an action beside itself: what came due meanwhile is left out", async () => {
    app = await startScheduledApp(
      withCrons(`crons.interval("slow", { seconds: 1 }, ref("jobs:act"), { tag: "a", ms: 1500 });`),
    );
    const complete = ["a:begun", "a:ended", "a:begun", "a:ended"];
    await vi.waitFor(async () => expect((await app.traces()).slice(0, 4)).toEqual(complete), {
      timeout: 15_000,
    });
    expect((await runsOf("slow")).length).toBeGreaterThanOrEqual(1);
  });

  it("run once after a pause, not once for each time missed", async () => {
    app = await startScheduledApp(
      withCrons(`crons.interval("tick", { seconds: 10 }, ref("jobs:trace"), { tag: "tick" });`),
    );
    await vi.waitFor(async () => expect(await runsOf("tick")).toHaveLength(1), { timeout: 10_000 });
    await app.scheduler.close();
    expect((await app.engine.callSystem("testing:delayCrons", { byMs: -100_000 })).value).toBe(1);
    const again = await startScheduler({
      engine: app.engine,
      onError: (what) => app.complaints.push(what),
    });
    await vi.waitFor(async () => expect(await runsOf("tick")).toHaveLength(2), { timeout: 10_000 });
    await again.close();
    expect(await app.traces()).toEqual(["tick", "tick"]);
    const [tick] = await systemQuery(app, "_system/embedded/crons:list");
    expect(Number(tick?.nextTs)).toBeGreaterThan(Date.now());
  });
});
