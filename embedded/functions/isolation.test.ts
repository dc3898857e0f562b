// Code that never ends, takes all memory, forgets its rejections or prints without end: only its own run fails, with
// Convex's error, and others are served meanwhile.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "./testing/app.ts";
import { slowdown, withoutSlowdown } from "./testing/slowdown.ts";
import type { MutationOutcome } from "./types.ts";

/** The promise to everybody else, on a machine that has nothing else to do. */
const OTHERS_WAIT_AT_MOST_MS = 2_000;

const BAD = `
  import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, anyApi } from "convex/server";
  const loops = () => { for (;;) {} };
  const awaitsForever = async () => { for (;;) await null; };
  const allocates = () => { const all = []; for (;;) all.push({ a: [all.length], text: "x".repeat(100) + all.length }); };
  const allocatesBytes = () => { const all = []; for (;;) all.push(new Uint8Array(8 << 20).fill(1)); };
  const rejects = async () => { void Promise.reject(new Error("nobody listens")); await null; return "done"; };
  const prints = () => { for (let i = 0; i < 200; i++) console.log("y".repeat(50_000) + i); return "printed"; };
  const deep = () => { const nested = []; let inner = nested; for (let i = 0; i < 100_000; i++) { inner.push([]); inner = inner[0]; } console.log(nested); return "ok"; };
  const recurses = () => recurses() + 1;
  const bodies = { loops, awaitsForever, allocates, allocatesBytes, rejects, prints, deep, recurses };
  export const inAction = action({ handler: async (_, { body }) => bodies[body]() });
  export const throwsLater = action({ handler: async () => {
    setTimeout(() => { throw new Error("thrown from a timer"); }, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return "not reached";
  } });
`;

const BAD_TRANSACTIONS = `
  export const inQuery = query({ handler: async (_, { body }) => bodies[body]() });
  export const inMutation = mutation({ handler: async (ctx, { body }) => {
    await ctx.db.insert("rows", { from: "bad" });
    return await bodies[body]();
  } });
`;

const APP = {
  "bad.ts": BAD + BAD_TRANSACTIONS,
  "nodeBad.ts": `"use node";\n${BAD}`,
  "good.ts": `
    import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, anyApi } from "convex/server";
    export const count = query({ args: {}, handler: async (ctx) => (await ctx.db.query("rows").collect()).length });
    export const add = mutation({ args: {}, handler: async (ctx) => { await ctx.db.insert("rows", { from: "good" }); } });
    export const act = action({ args: {}, handler: async (ctx) => ctx.runQuery(anyApi.good.count, {}) });
  `,
};

let app: TestApp;
beforeAll(async () => {
  app = await startApp(APP, { limits: { engineHeapMb: 128, actionHeapMb: 128 } });
  // Workers start when they are first needed; that is not what is waited for here.
  await app.action("good:act");
});
afterAll(() => app.close());

/** Runs `bad` and, while it runs, what others ask for; returns its end and the longest wait of the others. */
async function beside(bad: () => Promise<unknown>, other: () => Promise<unknown>) {
  // While `bad` does not run: what it takes from others is not the machine's doing.
  const before = slowdown();
  const settled = bad().then(String, (error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  let done = false;
  void settled.then(() => {
    done = true;
  });
  let longestMs = 0;
  do {
    const startedMs = performance.now();
    await other();
    longestMs = Math.max(longestMs, performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (!done);
  const message = await settled;
  return { message, longestMs: withoutSlowdown(longestMs, [before, slowdown()]) };
}

const TIMED_OUT = /^Function execution timed out \(maximum duration: 1s\)$/;
const OUT_OF_MEMORY = /^JavaScript execution ran out of memory \(maximum memory usage: 128 MB\)$/;
const EITHER = new RegExp(`${TIMED_OUT.source}|${OUT_OF_MEMORY.source}`);

describe.each(["inQuery", "inMutation"])("%s", (name) => {
  const run = (body: string) =>
    name === "inQuery"
      ? app.query("bad:inQuery", { body })
      : app.mutation("bad:inMutation", { body });

  it.each([
    ["loops", TIMED_OUT],
    ["awaitsForever", TIMED_OUT],
    ["allocates", EITHER],
    ["allocatesBytes", OUT_OF_MEMORY],
    ["rejects", /^Uncaught Error: nobody listens$/],
    ["recurses", /^Uncaught RangeError: Maximum call stack size exceeded$/],
  ])("%s: ends with Convex's error while others are served", async (body, expected) => {
    const { message, longestMs } = await beside(
      () => run(body),
      () => app.query("good:count"),
    );
    expect(message).toMatch(expected);
    expect(longestMs).toBeLessThan(OTHERS_WAIT_AT_MOST_MS);
    expect(await app.query("good:count")).toBe(0);
  });

  it.each([
    ["10 MB", "prints", "printed"],
    ["what is nested without end", "deep", "ok"],
  ])("prints %s while others are served", async (_what, body, expected) => {
    const { message, longestMs } = await beside(
      () => run(body),
      () => app.query("good:count"),
    );
    expect(message).toBe(expected);
    expect(longestMs).toBeLessThan(OTHERS_WAIT_AT_MOST_MS);
  });
});

it("cuts log lines as Convex does", async () => {
  const { results } = await app.engine.runQueries([
    {
      path: "bad:inQuery",
      args: { body: "prints" },
      identity: { kind: "none" },
      visibility: "public",
    },
  ]);
  const logLines = results[0]?.logLines ?? [];
  expect(logLines).toHaveLength(200);
  expect(logLines.every((line) => line.length === 32_768)).toBe(true);
  expect(logLines[0]).toMatch(/^\[LOG\] 'y+ \(truncated due to length\)$/);
});

it("runs the mutations around a stuck one exactly once", async () => {
  const before = Number(await app.query("good:count"));
  const add = (requestId: number): Promise<MutationOutcome> =>
    app.engine.runMutation({
      ...{ path: "good:add", args: {}, identity: { kind: "none" }, visibility: "public" },
      session: { sessionId: "around", requestId },
    });
  const outcomes: Promise<MutationOutcome>[] = [];
  for (let i = 0; i < 20; i++) outcomes.push(add(i));
  const stuck = app.failure(app.mutation("bad:inMutation", { body: "loops" }));
  for (let i = 20; i < 40; i++) outcomes.push(add(i));
  expect(await stuck).toMatch(TIMED_OUT);
  expect((await Promise.all(outcomes)).every(({ ok }) => ok)).toBe(true);
  expect(await app.query("good:count")).toBe(before + 40);
});

it("fails only the stuck one of queries that were asked for together", async () => {
  const request = { identity: { kind: "none" as const }, visibility: "public" as const };
  const { results } = await app.engine.runQueries([
    { ...request, path: "good:count", args: {} },
    { ...request, path: "bad:inQuery", args: { body: "loops" } },
    { ...request, path: "good:count", args: {} },
  ]);
  expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
});

describe.each(["bad", "nodeBad"])("an action in %s.ts", (module) => {
  const run = (body: string) => app.action(`${module}:inAction`, { body });

  it.each([
    ["allocates", OUT_OF_MEMORY],
    ["allocatesBytes", OUT_OF_MEMORY],
    ["rejects", /^Uncaught Error: nobody listens$/],
    ["recurses", /^Uncaught RangeError: Maximum call stack size exceeded$/],
  ])("%s: ends with its error while others are served", async (body, expected) => {
    const { message, longestMs } = await beside(
      () => run(body),
      () => app.query("good:count"),
    );
    expect(message).toMatch(expected);
    expect(longestMs).toBeLessThan(OTHERS_WAIT_AT_MOST_MS);
  });

  it("fails with what a timer of it throws", async () => {
    expect(await app.failure(app.action(`${module}:throwsLater`))).toBe(
      "Uncaught Error: thrown from a timer",
    );
  });

  it("prints 10 MB while others are served", async () => {
    const { message, longestMs } = await beside(
      () => run("prints"),
      () => app.query("good:count"),
    );
    expect(message).toBe("printed");
    expect(longestMs).toBeLessThan(OTHERS_WAIT_AT_MOST_MS);
  });
});

it("serves other actions while one loops, and ends the loop at its limit", async () => {
  const own = await startApp(APP, { limits: { actionTimeMs: 10_000 } });
  try {
    await own.action("good:act");
    let hasEnded = false;
    const looping = own.failure(own.action("bad:inAction", { body: "loops" })).finally(() => {
      hasEnded = true;
    });
    expect(await own.query("good:count")).toBe(0);
    // Those that come before the worker is known to be stuck wait in it; later ones get another.
    const others: Promise<unknown>[] = [];
    let isServed = false;
    while (!isServed && !hasEnded) {
      const other = own.action("good:act");
      others.push(other.catch(() => undefined));
      await Promise.race([other.then(() => (isServed = true)), looping, pause(300)]);
    }
    expect(isServed).toBe(true);
    expect(hasEnded).toBe(false);
    expect(await looping).toBe("Function execution timed out (maximum duration: 10s)");
    // Nobody is left waiting in the worker that loops.
    await Promise.all(others);
  } finally {
    await own.close();
  }
});

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
