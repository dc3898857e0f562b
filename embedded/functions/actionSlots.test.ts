// Only so many actions run at once: further ones wait their turn, but never for one that waits for them.
import { expect, it, vi } from "vitest";
import { startApp, type TestApp } from "./testing/app.ts";

// Workers start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const APP = {
  "work.ts": `
    import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, anyApi } from "convex/server";
    export const note = mutation({ handler: async (ctx, { table }) => { await ctx.db.insert(table, {}); } });
    export const count = query({ handler: async (ctx, { table }) => (await ctx.db.query(table).collect()).length });
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    export const holds = action({ handler: async (ctx) => {
      await ctx.runMutation(anyApi.work.note, { table: "begun" });
      while ((await ctx.runQuery(anyApi.work.count, { table: "released" })) === 0) await pause();
      return "done";
    } });
    export const quick = action({ handler: async () => "quick" });
    export const calls = action({ handler: async (ctx) => {
      const all = Array.from({ length: 20 }, () => ctx.runAction(anyApi.work.quick, {}));
      return (await Promise.all(all)).length;
    } });
    export const chain = action({ handler: async (ctx, { further }) =>
      further === 0 ? 1 : 1 + (await ctx.runAction(anyApi.work.chain, { further: further - 1 })) });
    export const callsHolding = action({ handler: async (ctx) => {
      const all = Array.from({ length: 20 }, () => ctx.runAction(anyApi.work.holds, {}));
      return (await Promise.all(all)).length;
    } });
  `,
  "http.ts": `
    import { httpRouter, httpActionGeneric as httpAction } from "convex/server";
    const http = httpRouter();
    http.route({ path: "/hello", method: "GET", handler: httpAction(async () => new Response("hello")) });
    export default http;
  `,
};

async function withApp(actionsAtOnce: number | "default", test: (app: TestApp) => Promise<void>) {
  const app = await startApp(APP, actionsAtOnce === "default" ? {} : { limits: { actionsAtOnce } });
  try {
    await test(app);
  } finally {
    await app.close();
  }
}

const begun = (app: TestApp) => app.query("work:count", { table: "begun" });
const release = (app: TestApp) => app.mutation("work:note", { table: "released" });

it("lets further actions wait until others have ended; HTTP actions don't wait for them", () =>
  withApp(3, async (app) => {
    const all = Array.from({ length: 8 }, () => app.action("work:holds"));
    await vi.waitFor(async () => expect(await begun(app)).toBe(3), { timeout: 30_000 });
    const hello = await app.engine.runHttpAction({
      ...{ method: "GET", url: "http://127.0.0.1:3211/hello", headers: [], body: null },
      identity: { kind: "none" },
    });
    expect(hello.status).toBe(200);
    // The answer came through the same worker, after anything that it had been asked to begin.
    expect(await begun(app)).toBe(3);
    await release(app);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 8 }, () => "done"));
    expect(await begun(app)).toBe(8);
  }));

it("runs 64 at once unless told otherwise", () =>
  withApp("default", async (app) => {
    const all = Array.from({ length: 66 }, () => app.action("work:holds"));
    await vi.waitFor(async () => expect(await begun(app)).toBe(64), { timeout: 30_000 });
    await release(app);
    expect(await Promise.all(all)).toHaveLength(66);
    expect(await begun(app)).toBe(66);
  }));

it("lets a chain of actions that call each other be 64 long, not longer", () =>
  withApp(1, async (app) => {
    expect(await app.action("work:chain", { further: 63 })).toBe(64);
    expect(await app.failure(app.action("work:chain", { further: 64 }))).toMatch(
      /Maximum function call depth exceeded \(limit: 64\)\./,
    );
  }));

it("never makes an action wait for its own caller", () =>
  withApp(2, async (app) => {
    const all = Array.from({ length: 4 }, () => app.action("work:calls"));
    expect(await Promise.all(all)).toEqual([20, 20, 20, 20]);
  }));

it("runs eight of the actions that one action has called at once", () =>
  withApp(1, async (app) => {
    const caller = app.action("work:callsHolding");
    await vi.waitFor(async () => expect(await begun(app)).toBe(8), { timeout: 30_000 });
    // They were asked for together: the ninth would have begun with the eighth.
    expect(await begun(app)).toBe(8);
    await release(app);
    expect(await caller).toBe(20);
  }));

it("tells those that wait when the engine closes", async () => {
  const app = await startApp(APP, { limits: { actionsAtOnce: 1 } });
  const running = app.failure(app.action("work:holds"));
  await vi.waitFor(async () => expect(await begun(app)).toBe(1), { timeout: 30_000 });
  const waiting = app.failure(app.action("work:quick"));
  await app.query("work:count", { table: "begun" });
  await app.close();
  expect(await running).toContain("Transient error");
  expect(await waiting).toBe(
    "TooManyConcurrentRequests: The action was not begun. The server stops.",
  );
});
