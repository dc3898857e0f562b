// Convex's limits (CONVEX-RUNTIME 4.7), each at the limit and one past it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../functions/testing/app.ts";
import type { JSONObject } from "../values/index.ts";

const MIB = 1 << 20;

const APP = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      rows: defineTable(v.any()).index("by_group", ["group"])
        .searchIndex("by_text", { searchField: "text" })
        .vectorIndex("by_vector", { vectorField: "vector", dimensions: 2 }),
    });
  `,
  "l.ts": `
    import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, anyApi } from "convex/server";
    export const fill = mutation({ handler: async (ctx, { group, count, bytes }) => {
      const text = "x".repeat(bytes ?? 0);
      for (let i = 0; i < count; i++) await ctx.db.insert("rows", { group, pad: text });
    } });
    const grouped = (ctx, group) => ctx.db.query("rows").withIndex("by_group", (q) => q.eq("group", group));
    export const collect = query({ handler: async (ctx, { group }) => (await grouped(ctx, group).collect()).length });
    export const take = query({ handler: async (ctx, { group, count }) => (await grouped(ctx, group).take(count)).length });
    export const read = query({ handler: async (ctx, { id, times }) => {
      for (let i = 0; i < times; i++) await ctx.db.get(id);
    } });
    export const ranges = query({ handler: async (ctx, { count }) => {
      for (let i = 0; i < count; i++) await ctx.db.query("rows").withIndex("by_group", (q) => q.eq("group", "none" + i)).first();
    } });
    export const schedule = mutation({ handler: async (ctx, { count, bytes }) => {
      const text = "x".repeat(bytes ?? 0);
      for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(1_000_000, anyApi.l.nothing, { text });
    } });
    export const nothing = mutation({ handler: async () => null });
    export const length = query({ handler: async (_, { text }) => text.length });
    export const mutationLength = mutation({ handler: async (_, { text }) => text.length });
    export const actionLength = action({ handler: async (_, { text }) => text.length });
    export const result = query({ handler: async (_, { bytes }) => "x".repeat(bytes) });
    export const actionResult = action({ handler: async (_, { bytes }) => "x".repeat(bytes) });
    export const operators = query({ handler: async (ctx, { count }) => {
      let q = ctx.db.query("rows");
      for (let i = 0; i < count; i++) q = q.filter((f) => f.eq(1, 1));
      return (await q.take(1)).length;
    } });
    export const search = query({ handler: async (ctx, { count }) =>
      (await ctx.db.query("rows").withSearchIndex("by_text", (q) => q.search("text", "word")).take(count)).length });
    export const addText = mutation({ handler: async (ctx, { count }) => {
      for (let i = 0; i < count; i++) await ctx.db.insert("rows", { text: "word " + i });
    } });
    export const vectors = action({ handler: async (ctx, { limit, dimensions }) =>
      (await ctx.vectorSearch("rows", "by_vector", { vector: new Array(dimensions ?? 2).fill(1), limit })).length });
    export const innerLimit = mutation({ handler: async (ctx, { count, limit }) => {
      await ctx.runMutation(anyApi.l.fill, { group: "inner", count }, { transactionLimits: { documentsWritten: limit } });
    } });
    export const value = mutation({ handler: async (ctx, { depth }) => {
      let value = 1;
      for (let i = 0; i < depth; i++) value = [value];
      return value;
    } });
    export const lines = query({ handler: async (_, { count }) => { for (let i = 0; i < count; i++) console.log(i); } });
  `,
};

let app: TestApp;
beforeAll(async () => {
  // The database is what is measured here, not the clock of a busy machine.
  app = await startApp(APP, { limits: { userTimeMs: 60_000, systemTimeMs: 60_000 } });
});
afterAll(() => app.close());

const failing = (path: string, args: JSONObject) => app.failure(app.query(`l:${path}`, args));
const failingMutation = (path: string, args: JSONObject) =>
  app.failure(app.mutation(`l:${path}`, args));
const ADVICE =
  " Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

describe("reading", () => {
  it("66: 32,000 documents", async () => {
    await app.mutation("l:fill", { group: "many", count: 16_000 });
    await app.mutation("l:fill", { group: "many", count: 16_000 });
    expect(await app.query("l:collect", { group: "many" })).toBe(32_000);
    await app.mutation("l:fill", { group: "many", count: 1 });
    expect(await failing("collect", { group: "many" })).toBe(
      `Uncaught Error: Too many documents read in a single function execution (limit: 32000).${ADVICE}`,
    );
    expect(await app.query("l:take", { group: "many", count: 32_000 })).toBe(32_000);
  });

  it("16 MiB", async () => {
    for (let i = 0; i < 2; i++) {
      await app.mutation("l:fill", { group: "large", count: 10, bytes: MIB - 200 });
    }
    expect(await app.query("l:take", { group: "large", count: 16 })).toBe(16);
    expect(await failing("take", { group: "large", count: 17 })).toBe(
      `Uncaught Error: Too many bytes read in a single function execution (limit: 16777216 bytes).${ADVICE}`,
    );
  });

  it("4,096 ranges", async () => {
    await app.query("l:ranges", { count: 4_096 });
    expect(await failing("ranges", { count: 4_097 })).toBe(
      `Uncaught Error: Too many reads in a single function execution (limit: 4096).${ADVICE}`,
    );
  });

  it("256 operators", async () => {
    expect(await app.query("l:operators", { count: 255 })).toBe(1);
    expect(await failing("operators", { count: 256 })).toMatch(/256/);
  });

  it("1,024 search results", async () => {
    await app.mutation("l:addText", { count: 1_030 });
    expect(await app.query("l:search", { count: 1_024 })).toBe(1_024);
    expect(await failing("search", { count: 1_025 })).toMatch(/1024/);
  });

  it("256 vector search results, of the index's dimensions", async () => {
    expect(await app.action("l:vectors", { limit: 256 })).toBe(0);
    expect(await app.failure(app.action("l:vectors", { limit: 257 }))).toMatch(
      /Vector queries can fetch at most 256 results/,
    );
    expect(await app.failure(app.action("l:vectors", { limit: 1, dimensions: 3 }))).toMatch(
      /Expected a vector with dimensions 2, received 3/,
    );
  });
});

describe("writing", () => {
  it("16,000 documents", async () => {
    await app.mutation("l:fill", { group: "written", count: 16_000 });
    expect(await failingMutation("fill", { group: "written", count: 16_001 })).toBe(
      "Uncaught Error: Too many writes in a single function execution (limit: 16000)",
    );
  });

  it("16 MiB", async () => {
    await app.mutation("l:fill", { group: "bytes", count: 16, bytes: MIB - 200 });
    expect(await failingMutation("fill", { group: "bytes", count: 17, bytes: MIB - 200 })).toBe(
      "Uncaught Error: Too many bytes written in a single function execution (limit: 16777216 bytes)",
    );
  });

  it("1,000 scheduled functions", async () => {
    await app.mutation("l:schedule", { count: 1_000 });
    expect(await failingMutation("schedule", { count: 1_001 })).toBe(
      "Uncaught Error: Too many functions scheduled by this mutation (limit: 1000)",
    );
  });

  it("16 MiB of their arguments", async () => {
    const each = MIB - 100;
    await app.mutation("l:schedule", { count: 16, bytes: each });
    expect(await failingMutation("schedule", { count: 17, bytes: each })).toMatch(
      /Too large total size of the arguments of scheduled functions from this mutation \(limit: 16777216 bytes\)/,
    );
  });

  it("what a nested call was given", async () => {
    await app.mutation("l:innerLimit", { count: 5, limit: 5 });
    expect(await failingMutation("innerLimit", { count: 6, limit: 5 })).toMatch(
      /Too many writes in a single function execution/,
    );
  });
});

describe("arguments and results", () => {
  // An array of one object of one field: 2 + 2 + ("text" + 1) + (2 + the text).
  const largestText = 16 * MIB - 11;

  it("16 MiB of arguments", async () => {
    const fits = "x".repeat(largestText - 64);
    expect(await app.query("l:length", { text: fits })).toBe(fits.length);
    const tooLong = "x".repeat(16 * MIB);
    for (const run of [
      () => app.query("l:length", { text: tooLong }),
      () => app.mutation("l:mutationLength", { text: tooLong }),
      () => app.action("l:actionLength", { text: tooLong }),
    ]) {
      expect(await app.failure(run())).toMatch(
        /^Arguments for l:\w+ are too large \(actual: 16\.00 MiB, limit: 16 MiB\)$/,
      );
    }
  });

  it("16 MiB of result", async () => {
    const fits = 16 * MIB - 2;
    expect(await app.query("l:result", { bytes: fits })).toHaveLength(fits);
    expect(await failing("result", { bytes: fits + 1 })).toMatch(
      /^Function l:result return value is too large \(actual: 16\.00 MiB, limit: 16 MiB\)$/,
    );
    expect(await app.failure(app.action("l:actionResult", { bytes: fits + 1 }))).toMatch(
      /^Function l:actionResult return value is too large/,
    );
  });

  it("256 log lines", async () => {
    const run = async (count: number) => {
      const { results } = await app.engine.runQueries([
        { path: "l:lines", args: { count }, identity: { kind: "none" }, visibility: "public" },
      ]);
      return results[0]?.logLines ?? [];
    };
    // The last of 256 says that there were more.
    expect((await run(255)).at(-1)).toBe("[LOG] 254");
    const cut = await run(256);
    expect(cut).toHaveLength(256);
    expect(cut.at(-1)).toMatch(/^\[ERROR\] Log overflow \(maximum 256\)/);
  });
});
