// Text and vector search (CONVEX-RUNTIME 4.6): how words match, filters, what is not indexed, own writes.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../functions/testing/app.ts";
import type { JSONObject } from "../values/index.ts";

const APP = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      notes: defineTable(v.any())
        .searchIndex("by_text", { searchField: "text", filterFields: ["owner", "kind"] })
        .searchIndex("by_all", { searchField: "text", filterFields: ["a", "b", "c", "d", "e", "f", "g", "h", "i"] })
        .vectorIndex("by_vector", { vectorField: "vector", dimensions: 3, filterFields: ["owner", "kind"] }),
    });
  `,
  "s.ts": `
    import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action } from "convex/server";
    const search = (ctx, { text, owner, kind }) => ctx.db.query("notes").withSearchIndex("by_text", (q) => {
      let found = q.search("text", text);
      if (owner !== undefined) found = found.eq("owner", owner === "<missing>" ? undefined : owner);
      if (kind !== undefined) found = found.eq("kind", kind);
      return found;
    });
    const names = (notes) => notes.map((note) => note.name);
    export const add = mutation({ handler: (ctx, note) => ctx.db.insert("notes", note) });
    export const patch = mutation({ handler: (ctx, { id, value }) => ctx.db.patch(id, value) });
    export const find = query({ handler: async (ctx, args) => names(await search(ctx, args).collect()) });
    export const wrongField = query({ handler: async (ctx) =>
      ctx.db.query("notes").withSearchIndex("by_text", (q) => q.search("name", "x")).collect() });
    export const noSearch = query({ handler: async (ctx) =>
      ctx.db.query("notes").withSearchIndex("by_text", (q) => q.eq("owner", "x")).collect() });
    export const wrongFilter = query({ handler: async (ctx) =>
      ctx.db.query("notes").withSearchIndex("by_text", (q) => q.search("text", "x").eq("name", "x")).collect() });
    export const filtered = query({ handler: async (ctx, { fields }) =>
      names(await ctx.db.query("notes").withSearchIndex("by_all", (q) =>
        [...fields].reduce((found, field) => found.eq(field, undefined), q.search("text", "fox"))).collect()) });
    export const addAndFind = mutation({ handler: async (ctx, note) => {
      await ctx.db.insert("notes", note);
      return names(await search(ctx, note).collect());
    } });
    export const near = action({ handler: async (ctx, { vector, limit, owners }) => {
      const found = await ctx.vectorSearch("notes", "by_vector", {
        vector, limit,
        ...(owners === undefined ? {} : { filter: (q) => q.or(...owners.map((owner) => q.eq("owner", owner))) }),
      });
      return found.map(({ _id, _score }) => [_id, Math.round(_score * 1e4) / 1e4]);
    } });
  `,
};

let app: TestApp;
beforeAll(async () => {
  app = await startApp(APP);
  const notes = {
    fox: { text: "The quick brown fox jumps", owner: "ada" },
    dog: { text: "A lazy dog; a QUICK nap", owner: "ada", kind: "pet" },
    quickly: { text: "quickly done", owner: "grace" },
    many: { text: "fox fox fox", owner: "grace" },
    untold: { owner: "ada" },
    number: { text: 5, owner: "ada" },
    unowned: { text: "nobody's fox" },
    accents: { text: "Über-Maß 42x Łódź 日本" },
  };
  for (const [name, note] of Object.entries(notes)) await app.mutation("s:add", { name, ...note });
});
afterAll(() => app.close());

const find = async (args: JSONObject) => ((await app.query("s:find", args)) as string[]).toSorted();

describe("text search", () => {
  it("matches whole words, and the last one as a beginning", async () => {
    expect(await find({ text: "quick" })).toEqual(["dog", "fox", "quickly"]);
    expect(await find({ text: "quick nothing" })).toEqual(["dog", "fox"]);
    expect(await find({ text: "nothing qui" })).toEqual(["dog", "fox", "quickly"]);
    expect(await find({ text: "uick" })).toEqual([]);
    expect(await find({ text: "" })).toEqual([]);
  });

  it("splits at everything but letters and digits, whatever the case", async () => {
    expect(await find({ text: "MASS maß" })).toEqual(["accents"]);
    expect(await find({ text: "über" })).toEqual(["accents"]);
    expect(await find({ text: "42X" })).toEqual(["accents"]);
    expect(await find({ text: "日" })).toEqual(["accents"]);
  });

  it("ranks what says it more often first", async () => {
    expect((await app.query("s:find", { text: "fox" })) as string[]).toHaveLength(3);
    expect(((await app.query("s:find", { text: "fox" })) as string[])[0]).toBe("many");
  });

  it("filters by equal fields, missing ones too", async () => {
    expect(await find({ text: "fox", owner: "ada" })).toEqual(["fox"]);
    expect(await find({ text: "quick", owner: "ada", kind: "pet" })).toEqual(["dog"]);
    expect(await find({ text: "fox", owner: "<missing>" })).toEqual(["unowned"]);
  });

  it("76: sees the writes of its own mutation", async () => {
    const note = { name: "own", text: "freshly written", owner: "own" };
    expect(await app.mutation("s:addAndFind", note)).toEqual(["own"]);
  });

  it("forgets a document's old words", async () => {
    const id = await app.mutation("s:add", { name: "changing", text: "before" });
    expect(await find({ text: "before" })).toEqual(["changing"]);
    await app.mutation("s:patch", { id, value: { text: "after" } });
    expect(await find({ text: "before" })).toEqual([]);
    expect(await find({ text: "after" })).toEqual(["changing"]);
  });

  it("refuses another search field, no search and filters that the index has not", async () => {
    expect(await app.failure(app.query("s:wrongField"))).toMatch(/search/i);
    expect(await app.failure(app.query("s:noSearch"))).toMatch(/search/i);
    expect(await app.failure(app.query("s:wrongFilter"))).toMatch(/name/);
  });
});

describe("limits of text search", () => {
  it("8 filters", async () => {
    const filtered = (fields: string) => app.query("s:filtered", { fields });
    expect(await filtered("abcdefgh")).toHaveLength(3);
    expect(await app.failure(filtered("abcdefghi"))).toBe(
      "Uncaught Error: Search query against notes.by_all has too many filter conditions. Max: 8 Actual: 9",
    );
  });

  it("16 words; further ones are not looked for", async () => {
    await app.mutation("s:add", { name: "sixteenth", text: "sixteenth" });
    const others = (count: number) => Array.from({ length: count }, (_, i) => `other${String(i)}`);
    expect(await find({ text: [...others(15), "sixteenth", "more"].join(" ") })).toEqual([
      "sixteenth",
    ]);
    expect(await find({ text: [...others(16), "sixteenth"].join(" ") })).toEqual([]);
  });

  it("words of 32 bytes; longer ones are not indexed", async () => {
    await app.mutation("s:add", { name: "thirty-two", text: "w".repeat(32) });
    await app.mutation("s:add", { name: "thirty-three", text: "v".repeat(33) });
    expect(await find({ text: "w".repeat(32) })).toEqual(["thirty-two"]);
    expect(await find({ text: "v".repeat(33) })).toEqual([]);
    expect(await find({ text: "vvv" })).toEqual([]);
  });
});

describe("vector search", () => {
  it("finds the nearest by cosine, filtered, and leaves out what has no such vector", async () => {
    const ids: Record<string, unknown> = {};
    const vectors = { x: [1, 0, 0], y: [0, 2, 0], xy: [1, 1, 0], short: [1, 0] };
    for (const [name, vector] of Object.entries(vectors)) {
      ids[name] = await app.mutation("s:add", { name, vector, owner: name === "y" ? "b" : "a" });
    }
    expect(await app.action("s:near", { vector: [3, 0, 0], limit: 10 })).toEqual([
      [ids.x, 1],
      [ids.xy, 0.7071],
      [ids.y, 0],
    ]);
    expect(
      await app.action("s:near", { vector: [1, 0, 0], limit: 10, owners: ["b", "c"] }),
    ).toEqual([[ids.y, 0]]);
    expect(await app.action("s:near", { vector: [1, 0, 0], limit: 1 })).toEqual([[ids.x, 1]]);
  });

  it("takes 64 terms of a filter, and from 1 to 256 results", async () => {
    const near = (args: JSONObject) => app.action("s:near", { vector: [1, 0, 0], ...args });
    const owners = (count: number) => Array.from({ length: count }, (_, i) => `owner${String(i)}`);
    expect(await near({ limit: 256, owners: owners(64) })).toEqual([]);
    expect(await app.failure(near({ limit: 10, owners: owners(65) }))).toMatch(
      /Vector query against notes\.by_vector has too many filter conditions\. Max: 64 Actual: 65/,
    );
    expect(await app.failure(near({ limit: 0 }))).toMatch(/at least 1 result/);
    expect(await app.failure(near({ limit: 257 }))).toMatch(
      /Vector queries can fetch at most 256 results, requested 257\./,
    );
  });
});
