// Convex's limits on time (CONVEX-RUNTIME 4.7): their numbers as they stand, and runs just within and beyond them, with
// the long ones shortened.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DEFAULT_ENGINE_LIMITS } from "../functions/engine.ts";
import { startApp, type TestApp } from "../functions/testing/app.ts";

// Workers start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const ACTIONS = `
  import { actionGeneric as action } from "convex/server";
  export const waits = action({ handler: async (_, { durationMs }) => {
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    return "done";
  } });
`;

const APP = {
  "t.ts": `
    import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action } from "convex/server";
    const burn = (rounds) => { let x = 1; for (let i = 0; i < rounds; i++) x = (x * 31 + i) | 0; return x; };
    export const calibrate = action({ handler: async () => {
      let rounds = 1_000_000;
      for (;;) {
        const startedMs = Date.now();
        burn(rounds);
        if (Date.now() - startedMs >= 100) return rounds / 100;
        rounds *= 2;
      }
    } });
    export const burns = query({ handler: async (_, { rounds }) => burn(rounds) > 0 });
    export const burnsInMutation = mutation({ handler: async (_, { rounds }) => burn(rounds) > 0 });
    export const inserts = mutation({ handler: async (ctx, { count }) => {
      for (let i = 0; i < count; i++) await ctx.db.insert("rows", { i });
      return "done";
    } });
    export const count = query({ handler: async (ctx) => (await ctx.db.query("rows").collect()).length });
  `,
  "inDefault.ts": ACTIONS,
  "inNode.ts": `"use node";\n${ACTIONS}`,
};

it("the numbers are Convex's", () => {
  expect(DEFAULT_ENGINE_LIMITS).toMatchObject({
    ...{ userTimeMs: 1_000, systemTimeMs: 15_000 },
    ...{ actionTimeMs: 30 * 60_000, nodeActionTimeMs: 10 * 60_000 },
  });
});

describe("a query or mutation", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(APP);
  });
  afterAll(() => app.close());

  it("may compute for less than a second, not for more", async () => {
    // On a busy machine a millisecond holds fewer rounds, and the run is only shorter.
    const roundsInMs = Number(await app.action("t:calibrate"));
    for (const burn of [
      (rounds: number) => app.query("t:burns", { rounds }),
      (rounds: number) => app.mutation("t:burnsInMutation", { rounds }),
    ]) {
      await burn(roundsInMs * 500);
      expect(await app.failure(burn(Number.MAX_SAFE_INTEGER))).toBe(
        "Function execution timed out (maximum duration: 1s)",
      );
    }
  });
});

describe("database calls", () => {
  it("may take so long and no longer, and nothing of a mutation that took longer stays", async () => {
    const app = await startApp(APP, { limits: { systemTimeMs: 60, userTimeMs: 60_000 } });
    try {
      expect(await app.failure(app.mutation("t:inserts", { count: 16_000 }))).toBe(
        "Your request timed out performing too many system operations. Consider splitting up your function into smaller ones.",
      );
      expect(await app.query("t:count")).toBe(0);
    } finally {
      await app.close();
    }
    const patient = await startApp(APP, { limits: { userTimeMs: 60_000 } });
    try {
      expect(await patient.mutation("t:inserts", { count: 16_000 })).toBe("done");
    } finally {
      await patient.close();
    }
  });
});

describe("an action", () => {
  it.each([
    ["inDefault", "actionTimeMs"],
    ["inNode", "nodeActionTimeMs"],
  ])("in %s.ts may wait so long and no longer", async (module, limit) => {
    const app = await startApp(APP, { limits: { [limit]: 3_000 } });
    try {
      expect(await app.action(`${module}:waits`, { durationMs: 100 })).toBe("done");
      expect(await app.failure(app.action(`${module}:waits`, { durationMs: 600_000 }))).toBe(
        "Function execution timed out (maximum duration: 3s)",
      );
      // Others are not held up by what it left behind.
      expect(await app.action(`${module}:waits`, { durationMs: 0 })).toBe("done");
    } finally {
      await app.close();
    }
  });
});
