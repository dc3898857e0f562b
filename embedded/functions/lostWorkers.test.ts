// The server's own work that takes the engine's worker with it: tried again a few times, then given up, with a reason;
// everybody else's work is carried out, once.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startApp, type TestApp } from "./testing/app.ts";

const APP = {
  "rows.ts": `
    import { queryGeneric as query, mutationGeneric as mutation } from "convex/server";
    export const count = query({ args: {}, handler: async (ctx) => (await ctx.db.query("rows").collect()).length });
    export const add = mutation({ args: {}, handler: async (ctx) => { await ctx.db.insert("rows", {}); } });
  `,
};

let app: TestApp;
let rows = 0;
beforeAll(async () => {
  app = await startApp(APP, { limits: { engineHeapMb: 32 } });
});
afterAll(() => app.close());
beforeEach(async () => {
  rows = Number(await app.query("rows:count"));
});

/** How often the work was begun. */
function attempts(name: string): number {
  return readFileSync(join(app.dataDir, name), "utf8").length;
}

it("gives up what loses three workers in a row, and says which work, why and what to do", async () => {
  const lost = app.engine.callSystem("testing:exit", { name: "always", times: 1_000 });
  const others = Array.from({ length: 20 }, () => app.mutation("rows:add"));
  await expect(lost).rejects.toThrow(
    /the server's own work "testing:exit" was given up, because the engine's worker was lost under it, 3 times in a row \(.+\)\. Nothing of it was changed, and the server goes on\. Try it with less data/,
  );
  expect(attempts("always")).toBe(3);
  await Promise.all(others);
  expect(await app.query("rows:count")).toBe(rows + 20);
});

it("tries again what lost a worker by accident", async () => {
  const { value } = await app.engine.callSystem("testing:exit", { name: "once", times: 1 });
  expect([value, attempts("once")]).toEqual(["done", 2]);
});

it("gives up a query of its own in the same way, and answers those beside it", async () => {
  const admin = { identity: { kind: "admin" as const }, visibility: "any" as const };
  const { results } = await app.engine.runQueries([
    { ...admin, path: "rows:count", args: {} },
    { ...admin, path: "_system/testing:exit", args: { name: "query", times: 1_000 } },
    { ...admin, path: "rows:count", args: {} },
  ]);
  expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(JSON.stringify(results[1])).toContain('\\"_system/testing:exit\\" was given up');
  expect(attempts("query")).toBe(3);
});

it.each(["objects", "bytes"])("ends what takes all memory for %s, at once", async (what) => {
  const greedy = app.engine.callSystem("testing:allocate", { name: what, what });
  const other = app.mutation("rows:add");
  await expect(greedy).rejects.toThrow(
    /"testing:allocate" was given up, because the engine's worker was lost under it \(JavaScript execution ran out of memory \(maximum memory usage: 128 MB\)\)/,
  );
  expect(attempts(what)).toBe(1);
  await other;
  expect(await app.query("rows:count")).toBe(rows + 1);
});

it("gives up what waits when workers are lost again and again with nothing to blame", async () => {
  const lost = app.engine.callSystem("testing:exitAfter", { name: "after" });
  await expect(lost).rejects.toThrow(/^InternalServerError: 3 of the engine's workers were lost/);
  expect(attempts("after")).toBe(3);
  expect(await app.query("rows:count")).toBe(rows);
});

it("refuses requests while no worker can start, and goes on when one can again", async () => {
  let invalidated = 0;
  const stop = app.engine.onInvalidateAll(() => {
    invalidated += 1;
  });
  const obstacle = join(app.dataDir, "cannot-start");
  writeFileSync(obstacle, "");
  await expect(
    app.engine.callSystem("testing:exit", { name: "for good", times: 1_000 }),
  ).rejects.toThrow("The engine worker ended while it started.");
  await expect(app.query("rows:count")).rejects.toThrow("ended while it started");
  const before = invalidated;
  rmSync(obstacle);
  await vi.waitFor(async () => expect(await app.query("rows:count")).toBe(rows), 20_000);
  await app.mutation("rows:add");
  expect(await app.query("rows:count")).toBe(rows + 1);
  // Watched queries run again: nobody told them of what happened meanwhile.
  expect(invalidated).toBeGreaterThan(before);
  stop();
});
