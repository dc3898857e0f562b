// Scheduled functions through a real engine: CONVEX-RUNTIME 5.4 and conformance checks 74, 85, 87 and 88.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startScheduledApp, type ScheduledApp } from "./testing/app.ts";

const waitFor = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 15_000, interval: 10 });

let shared: ScheduledApp;
let app: ScheduledApp;
beforeAll(async () => {
  shared = await startScheduledApp();
});
beforeEach(async () => {
  await shared.engine.callSystem("scheduler:cancelAll", {});
  await shared.mutation("jobs:clear");
  app = shared;
});
afterEach(async () => {
  expect(app.complaints).toEqual([]);
  if (app !== shared) await app.close();
});
afterAll(() => shared.close());

describe("scheduled mutations", () => {
  it("run after their delay, and their state follows", async () => {
    const [now = "", later = ""] = await app.schedule(
      { name: "trace", args: { tag: "now" } },
      { name: "trace", delayMs: 60_000, args: { tag: "later" } },
    );
    await waitFor(async () => expect(await app.state(now)).toEqual({ kind: "success" }));
    expect(await app.traces()).toEqual(["now"]);
    expect(await app.state(later)).toEqual({ kind: "pending" });
    const finished = (await app.states()).find((job) => job._id === now);
    expect(finished).toMatchObject({
      name: "jobs.js:trace",
      args: [{ tag: "now" }],
      completedTime: expect.any(Number) as number,
    });
  });

  it("wait for an earlier time that is scheduled after a later one", async () => {
    await app.schedule({ name: "trace", delayMs: 600, args: { tag: "second" } });
    await app.schedule({ name: "trace", delayMs: 200, args: { tag: "first" } });
    await waitFor(async () => expect(await app.traces()).toEqual(["first", "second"]));
  });

  it("run at once when their time is past", async () => {
    await app.mutation("jobs:scheduleAt", { atMs: Date.now() - 86_400_000, tag: "yesterday" });
    await waitFor(async () => expect(await app.traces()).toEqual(["yesterday"]));
  });

  it("vanish with a mutation that fails", async () => {
    const jobs = [{ name: "trace", delayMs: 0, args: { tag: "never at all" } }];
    await app.failure(app.mutation("jobs:schedule", { jobs, thenThrow: true }));
    await app.schedule({ name: "trace", args: { tag: "after" } });
    await waitFor(async () => expect(await app.traces()).toEqual(["after"]));
    const names = (await app.states()).map((job) => JSON.stringify(job));
    expect(names.some((job) => job.includes("never at all"))).toBe(false);
  });

  it("stay when they come from an action that fails afterwards", async () => {
    await app.failure(app.action("jobs:scheduleFromAction", { tag: "kept", thenThrow: true }));
    await waitFor(async () => expect(await app.traces()).toEqual(["kept"]));
  });

  it("fail once, with their error and without a trace", async () => {
    const [id = ""] = await app.schedule({ name: "fail", args: { tag: "it" } });
    await waitFor(async () => expect((await app.state(id))?.kind).toBe("failed"));
    expect((await app.state(id))?.error).toContain("no luck with it");
    expect(await app.traces()).toEqual([]);
  });

  it("fail when they have to be stopped", async () => {
    app = await startScheduledApp(undefined, { limits: { userTimeMs: 100 } });
    const [id = ""] = await app.schedule({ name: "endless" });
    await waitFor(async () => expect((await app.state(id))?.kind).toBe("failed"));
    expect((await app.state(id))?.error).toContain("timed out");
  });

  it("fail when they are queries", async () => {
    const [id = ""] = await app.schedule({ name: "look" });
    await waitFor(async () => expect((await app.state(id))?.kind).toBe("failed"));
    expect((await app.state(id))?.error).toContain("is defined as Query");
  });

  it("have no identity", async () => {
    await app.schedule({ name: "whoAmI", args: { tag: "me" } });
    await waitFor(async () => expect(await app.traces()).toEqual(["me:null"]));
  });

  it("all run, in the order of their times, when there are many", async () => {
    const tags = Array.from({ length: 500 }, (_, number) => `${String(number)}`);
    await app.schedule(...tags.map((tag) => ({ name: "trace", args: { tag } })));
    await waitFor(async () => expect(await app.traces()).toHaveLength(tags.length));
    expect([...(await app.traces())].sort()).toEqual([...tags].sort());
  });
});

describe("scheduled actions", () => {
  it("run beside each other, and their state follows", async () => {
    const [first = "", second = "", bad = ""] = await app.schedule(
      { name: "act", args: { tag: "a", ms: 300 } },
      { name: "act", args: { tag: "b", ms: 300 } },
      { name: "act", args: { tag: "bad", ms: 1 } },
    );
    await waitFor(async () => {
      expect(await app.state(first)).toEqual({ kind: "inProgress" });
      expect(await app.state(second)).toEqual({ kind: "inProgress" });
    });
    await waitFor(async () => {
      expect(await app.state(first)).toEqual({ kind: "success" });
      expect(await app.state(second)).toEqual({ kind: "success" });
    });
    expect((await app.state(bad))?.error).toContain("no luck with bad");
  });

  it("do not hold up mutations when there are more than may run at once", async () => {
    app = await startScheduledApp(undefined, {}, { actions: 2, mutations: 2 });
    const actions = Array.from({ length: 12 }, (_, number) => ({
      name: "act",
      args: { tag: `a${String(number)}`, ms: 30_000 },
    }));
    await app.schedule(...actions);
    const [mutation = ""] = await app.schedule({ name: "trace", args: { tag: "m" } });
    await waitFor(async () => expect(await app.state(mutation)).toEqual({ kind: "success" }));
    const states = (await app.states()).map(({ state }) => state.kind);
    expect(states.filter((kind) => kind === "inProgress")).toHaveLength(2);
  });
});

describe("cancelling", () => {
  it("keeps a job that is not due from running", async () => {
    const [id = ""] = await app.schedule({ name: "trace", delayMs: 300, args: { tag: "never" } });
    expect(await app.mutation("jobs:cancelAndCheck", { id })).toBe("canceled");
    await app.schedule({ name: "trace", delayMs: 500, args: { tag: "later" } });
    await waitFor(async () => expect(await app.traces()).toEqual(["later"]));
    expect(await app.state(id)).toEqual({ kind: "canceled" });
  });

  it("leaves a running action running, as cancelled", async () => {
    const [id = ""] = await app.schedule({ name: "act", args: { tag: "a", ms: 200 } });
    await waitFor(async () => expect(await app.traces()).toEqual(["a:begun"]));
    await app.mutation("jobs:cancel", { id });
    await waitFor(async () => expect(await app.traces()).toEqual(["a:begun", "a:ended"]));
    await app.engine.callSystem("scheduler:failInterrupted", { running: [] });
    expect(await app.state(id)).toEqual({ kind: "canceled" });
  });

  it.each([
    ["the action", "actAndSchedule", {}],
    ["an action that it called", "nested", { depth: 1 }],
    ["an action that one of these called", "nested", { depth: 2 }],
  ])(
    "cancels from the start what %s schedules afterwards, itself or through a mutation",
    async (_who, name, more) => {
      const jobs = [{ name: "trace", delayMs: 0, args: { tag: "never" } }];
      const [id = ""] = await app.schedule({ name, args: { tag: "a", jobs, ...more } });
      await waitFor(async () => expect(await app.traces()).toEqual(["a:begun"]));
      await app.mutation("jobs:cancel", { id });
      await app.mutation("jobs:schedule", {
        jobs: [{ name: "trace", delayMs: 0, args: { tag: "a:go" } }],
      });
      await waitFor(async () => {
        const kinds = (await app.states()).slice(-2).map(({ args, state }) => [args, state.kind]);
        expect(kinds).toEqual([
          [[{ tag: "a:later" }], "canceled"],
          [[{ tag: "never" }], "canceled"],
        ]);
      });
      expect(await app.traces()).toEqual(["a:begun", "a:go"]);
    },
  );

  it("leaves what the actions of another job schedule alone", async () => {
    const [other = ""] = await app.schedule({ name: "trace", delayMs: 60_000, args: { tag: "x" } });
    await app.schedule({ name: "nested", args: { depth: 1, tag: "a", jobs: [] } });
    await waitFor(async () => expect(await app.traces()).toEqual(["a:begun"]));
    await app.mutation("jobs:cancel", { id: other });
    await app.schedule({ name: "trace", args: { tag: "a:go" } });
    await waitFor(async () => expect(await app.traces()).toEqual(["a:begun", "a:go", "a:later"]));
  });

  it("does nothing to a finished job, and refuses another table's id", async () => {
    const [id = ""] = await app.schedule({ name: "trace", args: { tag: "done" } });
    await waitFor(async () => expect(await app.state(id)).toEqual({ kind: "success" }));
    await app.mutation("jobs:cancel", { id });
    expect(await app.state(id)).toEqual({ kind: "success" });
    expect(await app.failure(app.mutation("jobs:cancel", { id: "nonsense" }))).toContain(
      'not an Id<"_scheduled_functions">',
    );
  });
});
