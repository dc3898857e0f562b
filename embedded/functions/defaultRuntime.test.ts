// What queries and mutations find around them: time, randomness, globals, the console, the scheduler.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { valueOf, type TestApp } from "./testing/app.ts";
import { NOBODY, startEverything } from "./testing/everything.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startEverything();
});
afterAll(() => app.close());

describe("the default runtime", () => {
  it("78: stands still in time and draws fresh random numbers for each run", async () => {
    expect(await app.mutation("runtime:time")).toEqual([true, true, "string", true]);
    const [first, second] = [
      await app.mutation("runtime:random"),
      await app.mutation("runtime:random"),
    ];
    expect(first).not.toEqual(second);
  });

  it.each(["fetch", "setTimeout"])("79: refuses %s", async (what) => {
    expect(await app.failure(app.query("runtime:forbidden", { what }))).toBe(
      `Uncaught Error: Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
    );
  });

  it.each(["eval", "function"])("refuses code from text: %s", async (what) => {
    expect(await app.failure(app.query("runtime:forbidden", { what }))).toMatch(/EvalError/);
  });

  it("80: finishes what was not awaited, and fails with what it rejected", async () => {
    await app.mutation("runtime:unawaitedInsert");
    expect(await app.query("notes:list")).toContain("not awaited");
    expect(await app.failure(app.mutation("runtime:unawaitedFailure"))).toMatch(
      /Invalid argument `id`/,
    );
    expect(await app.query("notes:list")).not.toContain("taken back");
  });

  it("83: ends a run whose promise never settles", async () => {
    expect(await app.failure(app.query("runtime:never"))).toMatch(
      /^Returned promise will never resolve/,
    );
  });

  it("84: captures the console", async () => {
    const { results } = await app.engine.runQueries([
      { path: "runtime:prints", args: {}, identity: NOBODY, visibility: "public" },
    ]);
    expect(results[0]?.logLines.slice(0, 2)).toEqual([
      "[LOG] 'a' { b: 1 } 'c'",
      "[WARN] 'careful'",
    ]);
    expect(results[0]?.logLines[2]).toMatch(/^\[ERROR\] Error: shown/);
  });

  it("has Web Crypto", async () => {
    expect(await app.query("runtime:subtle")).toEqual({
      ...{ verified: true, crv: "P-256", isKey: true },
      digest: { $bytes: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" },
    });
  });

  it("has the web's classes", async () => {
    expect(await app.query("runtime:web")).toEqual({
      href: "https://user@example.com:8443/other%20path?a=1&b=2&c=%C3%BC+%26#top",
      ...{ origin: "https://example.com:8443", same: true, params: ["1", "2"], y: " z q" },
      ...{ date: 5, map: 1, aborted: 1, reason: "AbortError", header: "1, 2" },
      ...{ blob: "héllo!", base64: "aGk=hi", canParse: false },
    });
  });

  it("has nothing of Node, and no way out", async () => {
    expect(await app.query("runtime:globals")).toEqual({
      ...{ process: ["env"], require: "undefined", Buffer: "undefined", escape: "EvalError" },
      ...{ cloud: "http://127.0.0.1:3210", own: null, home: null },
    });
  });

  it("counts what a transaction used", async () => {
    expect(await app.mutation("runtime:metrics")).toEqual({ used: 1, remaining: 15_999 });
  });
});

describe("the scheduler's syscalls", () => {
  it("write pending jobs that functions can see and cancel", async () => {
    const id = await app.mutation("jobs:soon", { text: "a job" });
    expect(await app.query("jobs:list")).toContainEqual({
      ...{ name: "notes.js:add", args: [{ text: "a job" }], state: { kind: "pending" } },
    });
    await app.mutation("jobs:cancel", { id });
    expect(await app.query("jobs:list")).toContainEqual({
      ...{ name: "notes.js:add", args: [{ text: "a job" }], state: { kind: "canceled" } },
    });
  });

  it("refuse functions that are not there", async () => {
    expect(await app.failure(app.mutation("jobs:missing"))).toBe(
      "Uncaught Error: Attempted to schedule function at nonexistent path: nowhere.js",
    );
    expect(await app.failure(app.mutation("jobs:missingExport"))).toBe(
      "Uncaught Error: Attempted to schedule function, but no exported function nothing found in the file: notes.js. Did you forget to export it?",
    );
  });

  it("74: leave no job of a mutation that failed", async () => {
    expect(await app.failure(app.mutation("jobs:thrownAway"))).toBe("Uncaught Error: all undone");
    expect(JSON.stringify(await app.query("jobs:list"))).not.toContain("never");
    expect(await app.query("notes:list")).not.toContain("thrown away");
  });

  it("carry a job out once, its state in the same transaction", async () => {
    const id = (await app.mutation("jobs:soon", { text: "carried out" })) as string;
    const request = {
      ...{ path: "notes.js:add", args: { text: "carried out" }, identity: NOBODY },
      ...{ visibility: "any" as const, scheduledId: id },
    };
    valueOf(await app.engine.runMutation(request));
    const again = await app.engine.runMutation(request);
    expect(again.ok).toBe(false);
    const list = (await app.query("notes:list")) as string[];
    expect(list.filter((text) => text === "carried out")).toHaveLength(1);
  });

  it("call by handle, and tell the request's metadata", async () => {
    expect(await app.mutation("jobs:handle")).toEqual([true, 1]);
    const outcome = await app.engine.runMutation({
      ...{ path: "jobs:self", args: {}, identity: NOBODY, visibility: "public" },
      client: { ip: "127.0.0.1", userAgent: "test", requestId: "r1" },
    });
    expect(valueOf(outcome)).toMatchObject({
      ip: "127.0.0.1",
      requestId: "r1",
      scheduledFunctionId: null,
    });
  });
});
