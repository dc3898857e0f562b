// CONVEX-RUNTIME 7.4, checks 42 to 50: arguments, results and their error texts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../functions/testing/app.ts";

const APP = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      users: defineTable({ name: v.string() }),
      posts: defineTable({ body: v.string(), author: v.optional(v.id("users")) }),
    });
  `,
  "checks.ts": `
    import { queryGeneric as query, mutationGeneric as mutation } from "convex/server";
    import { v } from "convex/values";
    const echo = (args) => query({ args, handler: async (_, given) => given });
    export const body = echo({ body: v.string() });
    export const nested = echo({ a: v.array(v.object({ b: v.string() })) });
    export const user = echo({ id: v.id("users") });
    export const union = echo({ value: v.union(v.string(), v.number(), v.literal("x")) });
    export const optional = echo({ value: v.optional(v.string()) });
    export const record = echo({ value: v.record(v.id("users"), v.number()) });
    export const number = echo({ value: v.number() });
    export const int64 = echo({ value: v.int64() });
    export const literal = echo({ value: v.literal("on") });
    export const bigintLiteral = echo({ value: v.literal(5n) });
    export const anything = query({ handler: async (_, given) => given });
    export const addUser = mutation({ args: {}, handler: (ctx) => ctx.db.insert("users", { name: "Ada" }) });
    export const addPost = mutation({ args: {}, handler: (ctx) => ctx.db.insert("posts", { body: "text" }) });
    export const wrongReturn = mutation({ args: {}, returns: v.object({ ok: v.boolean() }), handler: async (ctx) => {
      await ctx.db.insert("posts", { body: "rolled back" });
      return { ok: "yes" };
    } });
    export const posts = query({ args: {}, handler: async (ctx) => (await ctx.db.query("posts").collect()).map((p) => p.body) });
    export const systemId = query({ args: {}, handler: async (ctx) => null });
    export const jobId = mutation({ args: {}, handler: (ctx) => ctx.scheduler.runAfter(60_000, "checks:addUser", {}) });
  `,
};

let app: TestApp;
beforeAll(async () => {
  app = await startApp(APP);
});
afterAll(() => app.close());

const failure = (name: string, args: Parameters<TestApp["query"]>[1]) =>
  app.failure(app.query(`checks:${name}`, args));

describe("arguments", () => {
  it("42: a missing field", async () => {
    expect(await failure("body", {})).toBe(
      "ArgumentValidationError: Object is missing the required field `body`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({body: v.string()})",
    );
  });

  it("43: an extra field", async () => {
    expect(await failure("body", { body: "x", extra: 1, more: true })).toBe(
      'ArgumentValidationError: Object contains extra field `extra` that is not in the validator.\n\nObject: {body: "x", extra: 1.0, more: true}\nValidator: v.object({body: v.string()})',
    );
  });

  it("44: the path to what is wrong", async () => {
    expect(await failure("nested", { a: [{ b: "ok" }, { b: 3 }] })).toBe(
      "ArgumentValidationError: Value does not match validator.\nPath: .a[1].b\nValue: 3.0\nValidator: v.string()",
    );
  });

  it("45: an id of another table, of a system table, and what is no id", async () => {
    const post = await app.mutation("checks:addPost");
    expect(await failure("user", { id: post })).toBe(
      `ArgumentValidationError: Found ID "${post as string}" from table \`posts\`, which does not match the table name in validator \`v.id("users")\`.Path: .id`,
    );
    const job = await app.mutation("checks:jobId");
    expect(await failure("user", { id: job })).toBe(
      `ArgumentValidationError: Found ID "${job as string}" from a system table, which does not match the table name in validator \`v.id("users")\`.Path: .id`,
    );
    expect(await failure("user", { id: "abc" })).toBe(
      'ArgumentValidationError: Value does not match validator.\nPath: .id\nValue: "abc"\nValidator: v.id("users")',
    );
    const user = await app.mutation("checks:addUser");
    expect(await app.query("checks:user", { id: user })).toEqual({ id: user });
  });

  it("46: a union without a match", async () => {
    expect(await failure("union", { value: null })).toBe(
      'ArgumentValidationError: Value does not match validator.\nPath: .value\nValue: null\nValidator: v.union(v.string(), v.float64(), v.literal("x"))',
    );
  });

  it("48: optional may be missing, not null", async () => {
    expect(await app.query("checks:optional", {})).toEqual({});
    expect(await failure("optional", { value: null })).toMatch(/Path: \.value\nValue: null/);
  });

  it("49: records check keys and values", async () => {
    const user = (await app.mutation("checks:addUser")) as string;
    expect(await app.query("checks:record", { value: { [user]: 1 } })).toEqual({
      value: { [user]: 1 },
    });
    expect(await failure("record", { value: { nobody: 1 } })).toMatch(
      /Path: \.value\.keys\(\)\nValue: "nobody"/,
    );
    expect(await failure("record", { value: { [user]: "one" } })).toMatch(
      /Path: \.value\.values\(\)\nValue: "one"/,
    );
  });

  it("50: int64 and float64 are different types", async () => {
    const one = { $integer: "AQAAAAAAAAA=" };
    expect(await failure("number", { value: one })).toMatch(/Value: 1\nValidator: v\.float64\(\)/);
    expect(await failure("int64", { value: 1 })).toMatch(/Value: 1\.0\nValidator: v\.int64\(\)/);
    expect(await app.query("checks:int64", { value: one })).toEqual({ value: one });
  });

  it("literals, by value", async () => {
    expect(await failure("literal", { value: "off" })).toBe(
      'ArgumentValidationError: `"off"` does not match literal validator `v.literal("on")`.Path: .value',
    );
    const five = { $integer: "BQAAAAAAAAA=" };
    expect(await app.query("checks:bigintLiteral", { value: five })).toEqual({ value: five });
    expect(await failure("bigintLiteral", { value: 5 })).toMatch(
      /does not match literal validator `v\.literal\(5\)`/,
    );
  });

  it("nothing is checked without a validator", async () => {
    expect(await app.query("checks:anything", { a: [1], b: { c: null } })).toEqual({
      a: [1],
      b: { c: null },
    });
  });
});

describe("results", () => {
  it("47: a wrong one undoes the mutation", async () => {
    const before = await app.query("checks:posts");
    expect(await app.failure(app.mutation("checks:wrongReturn"))).toBe(
      'ReturnsValidationError: Value does not match validator.\nPath: .ok\nValue: "yes"\nValidator: v.boolean()',
    );
    expect(await app.query("checks:posts")).toEqual(before);
  });
});
