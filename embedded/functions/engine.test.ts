// Pushes a small app and runs every kind of function in it, through the engine as the server uses it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "./testing/app.ts";

const APP = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      notes: defineTable({ text: v.string(), rank: v.optional(v.number()) }).index("by_rank", ["rank"]),
    });
  `,
  "notes.ts": `
    import { queryGeneric as query, mutationGeneric as mutation } from "convex/server";
    import { v } from "convex/values";
    export const list = query({
      args: {},
      handler: async (ctx) => (await ctx.db.query("notes").collect()).map((note) => note.text),
    });
    export const add = mutation({
      args: { text: v.string(), rank: v.optional(v.number()) },
      returns: v.id("notes"),
      handler: (ctx, args) => ctx.db.insert("notes", args),
    });
  `,
};

describe("a pushed app", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(APP);
  });
  afterAll(() => app.close());

  it("runs queries and mutations", async () => {
    expect(await app.query("notes:list")).toEqual([]);
    expect(await app.mutation("notes:add", { text: "first" })).toMatch(/^[0-9a-z]{32}$/);
    expect(await app.query("notes:list")).toEqual(["first"]);
  });
});
