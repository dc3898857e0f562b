// Convex's limits (CONVEX-RUNTIME 4.7), each at the limit and one past it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../functions/testing/app.ts";
import type { JSONObject } from "../values/index.ts";

const MIB = 1 << 20;
/** An array of one object of one field: 2 + 2 + ("text" + 1) + 2 and the text. */
const ARGUMENT_OVERHEAD_BYTES = 11;
/** Documents or arguments that are 16 MiB together, the largest of them a whole one. */
const SIXTEEN_MIB = [...new Array<number>(15).fill(MIB), MIB - 1_000, 1_000];
/** The same, and one byte more. */
const ONE_BYTE_MORE = [...SIXTEEN_MIB.slice(0, -1), 1_001];

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
    // Of sizes by Convex's count: braces (2), _id (38), _creationTime (23), group (8 + its length), pad (6 + its length).
    export const fillSizes = mutation({ handler: async (ctx, { group, sizes }) => {
      for (const bytes of sizes) await ctx.db.insert("rows", { group, pad: "x".repeat(bytes - 77 - group.length) });
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
    export const schedule = mutation({ handler: async (ctx, { count }) => {
      for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(1_000_000, anyApi.l.nothing, {});
    } });
    export const scheduleSizes = mutation({ handler: async (ctx, { sizes }) => {
      for (const bytes of sizes) await ctx.scheduler.runAfter(1_000_000, anyApi.l.nothing, { text: "x".repeat(bytes - ${String(ARGUMENT_OVERHEAD_BYTES)}) });
    } });
    export const scheduleIn = mutation({ handler: async (ctx, { delayMs }) => {
      await ctx.scheduler.runAt(Date.now() + delayMs, anyApi.l.nothing, {});
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
    export const line = query({ handler: async (_, { bytes }) => { console.log("x".repeat(bytes - "[LOG] ''".length)); } });
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

  it("16 MiB read", async () => {
    await app.mutation("l:fillSizes", { group: "large", sizes: SIXTEEN_MIB });
    expect(await app.query("l:collect", { group: "large" })).toBe(17);
    await app.mutation("l:fillSizes", { group: "larger", sizes: ONE_BYTE_MORE.slice(0, 9) });
    await app.mutation("l:fillSizes", { group: "larger", sizes: ONE_BYTE_MORE.slice(9) });
    expect(await failing("collect", { group: "larger" })).toBe(
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

  it("16 MiB written", async () => {
    await app.mutation("l:fillSizes", { group: "bytes", sizes: SIXTEEN_MIB });
    expect(await failingMutation("fillSizes", { group: "bytes", sizes: ONE_BYTE_MORE })).toBe(
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
    await app.mutation("l:scheduleSizes", { sizes: SIXTEEN_MIB });
    expect(await failingMutation("scheduleSizes", { sizes: ONE_BYTE_MORE })).toMatch(
      /Too large total size of the arguments of scheduled functions from this mutation \(limit: 16777216 bytes\)/,
    );
  });

  it("five years of a scheduled function's delay, ahead and back", async () => {
    // Five leap years.
    const mostMs = 5 * 366 * 86_400_000;
    for (const [sign, where] of [
      [1, "in the future"],
      [-1, "in the past"],
    ] as const) {
      await app.mutation("l:scheduleIn", { delayMs: sign * (mostMs - 1_000) });
      expect(await failingMutation("scheduleIn", { delayMs: sign * (mostMs + 1_000) })).toBe(
        `Uncaught Error: Attempted to schedule l:nothing more than five years ${where}.`,
      );
    }
  });

  it("what a nested call was given", async () => {
    await app.mutation("l:innerLimit", { count: 5, limit: 5 });
    expect(await failingMutation("innerLimit", { count: 6, limit: 5 })).toMatch(
      /Too many writes in a single function execution/,
    );
  });
});

describe("arguments and results", () => {
  it("16 MiB of arguments", async () => {
    const fits = "x".repeat(16 * MIB - ARGUMENT_OVERHEAD_BYTES);
    expect(await app.query("l:length", { text: fits })).toBe(fits.length);
    const tooLong = `${fits}x`;
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
});

describe("log lines", () => {
  const printed = async (path: string, args: JSONObject) => {
    const { results } = await app.engine.runQueries([
      { path, args, identity: { kind: "none" }, visibility: "public" },
    ]);
    return results[0]?.logLines ?? [];
  };

  it("256 of them", async () => {
    // The last of 256 says that there were more.
    expect((await printed("l:lines", { count: 255 })).at(-1)).toBe("[LOG] 254");
    const cut = await printed("l:lines", { count: 256 });
    expect(cut).toHaveLength(256);
    expect(cut.at(-1)).toMatch(/^\[ERROR\] Log overflow \(maximum 256\)/);
  });

  it("32 KiB each", async () => {
    const [whole] = await printed("l:line", { bytes: 32_768 });
    expect(whole).toBe(`[LOG] '${"x".repeat(32_760)}'`);
    const [cut] = await printed("l:line", { bytes: 32_769 });
    expect(cut).toHaveLength(32_768);
    expect(cut).toMatch(/^\[LOG\] 'x+ \(truncated due to length\)$/);
  });
});
