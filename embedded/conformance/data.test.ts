// CONVEX-RUNTIME 7.4, checks 51 to 67: values, order, ids, documents, indexes, filters, schema.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnalysisError, SystemFunctionError } from "../functions/types.ts";
import { startApp, type TestApp } from "../functions/testing/app.ts";
import type { JSONObject, JSONValue } from "../values/index.ts";

const schema = (extra = "") => `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema({
    typed: defineTable({ name: v.string(), tags: v.optional(v.array(v.string())) }),
    rows: defineTable(v.any()).index("by_f", ["f"]).index("by_a_b", ["a", "b"])${extra},
  });
`;

const CHECKS = `
  import { queryGeneric as query, mutationGeneric as mutation } from "convex/server";
  import { v } from "convex/values";
  export const insert = mutation({ handler: async (ctx, { table, value }) => ctx.db.insert(table, value) });
  export const insertMany = mutation({ handler: async (ctx, { table, values }) => {
    const ids = [];
    for (const value of values) ids.push(await ctx.db.insert(table, value));
    return ids;
  } });
  export const get = query({ handler: async (ctx, { id }) => ctx.db.get(id) });
  export const patch = mutation({ handler: async (ctx, { id, value, unset }) =>
    ctx.db.patch(id, unset ? { ...value, [unset]: undefined } : value) });
  export const replace = mutation({ handler: async (ctx, { id, value }) => ctx.db.replace(id, value) });
  export const remove = mutation({ handler: async (ctx, { id }) => ctx.db.delete(id) });
  export const normalize = query({ handler: async (ctx, { table, id }) => ctx.db.normalizeId(table, id) });
  export const all = query({ handler: async (ctx, { table }) => ctx.db.query(table).collect() });
  export const byIndex = query({ handler: async (ctx, { order }) =>
    (await ctx.db.query("rows").withIndex("by_f").order(order).collect()).filter((row) => row.kind === "mixed").map((row) => "f" in row ? row.f : "missing") });
  export const missing = query({ handler: async (ctx) =>
    (await ctx.db.query("rows").withIndex("by_f", (q) => q.eq("f", undefined)).collect()).map((row) => row.kind ?? null) });
  export const outOfOrder = query({ handler: async (ctx) => ctx.db.query("rows").withIndex("by_a_b", (q) => q.eq("b", 1)).collect() });
  export const unknownIndex = query({ handler: async (ctx) => ctx.db.query("rows").withIndex("by_nothing").collect() });
  export const twoBounds = query({ handler: async (ctx) => ctx.db.query("rows").withIndex("by_a_b", (q) => q.gt("a", 1).gt("a", 2)).collect() });
  export const arithmetic = query({ handler: async (ctx) =>
    ctx.db.query("rows").filter((q) => q.eq(q.add(q.field("n"), 1n), 2)).collect() });
  export const lessThanZero = query({ handler: async (ctx) =>
    (await ctx.db.query("rows").filter((q) => q.and(q.eq(q.field("kind"), "filter"), q.lt(q.field("absent"), 0))).collect()).length });
  export const unique = query({ handler: async (ctx, { f }) => ctx.db.query("rows").withIndex("by_f", (q) => q.eq("f", f)).unique() });
  export const first = query({ handler: async (ctx) => ctx.db.query("typed").withIndex("by_creation_time", (q) => q.lt("_creationTime", 0)).first() });
  export const echo = mutation({ handler: async (ctx, { value }) => {
    const id = await ctx.db.insert("rows", { value });
    const document = await ctx.db.get(id);
    return { stored: document.value, isNegativeZero: Object.is(document.value?.z, -0) };
  } });
  export const deep = mutation({ handler: async (ctx, { depth }) => {
    let value = 1;
    for (let i = 0; i < depth; i++) value = [value];
    await ctx.db.insert("rows", { value });
  } });
  export const sized = mutation({ handler: async (ctx, { bytes }) => { await ctx.db.insert("rows", { t: "x".repeat(bytes) }); } });
  export const array = mutation({ handler: async (ctx, { length }) => { await ctx.db.insert("rows", { a: new Array(length).fill(null) }); } });
  export const fields = mutation({ handler: async (ctx, { count }) => {
    await ctx.db.insert("rows", { o: Object.fromEntries(Array.from({ length: count }, (_, i) => ["f" + i, 1])) });
  } });
  export const newIndex = query({ handler: async (ctx, { late }) =>
    (await ctx.db.query("rows").withIndex("by_late", (q) => q.eq("late", late)).collect()).length });
  export const unknownTable = query({ handler: async (ctx) => ctx.db.query("nowhere").collect() });
`;

const APP = { "schema.ts": schema(), "c.ts": CHECKS };

let app: TestApp;
beforeAll(async () => {
  app = await startApp(APP);
});
afterAll(() => app.close());

const insert = async (table: string, value: JSONValue) =>
  (await app.mutation("c:insert", { table, value })) as string;
const failing = (path: string, args: JSONObject = {}) =>
  app.failure(app.mutation(`c:${path}`, args));
const failingQuery = (path: string, args: JSONObject = {}) =>
  app.failure(app.query(`c:${path}`, args));

const FLOAT = (base64: string) => ({ $float: base64 });
const INT = (base64: string) => ({ $integer: base64 });

describe("values", () => {
  it("51: go through arguments, the database and results unchanged", async () => {
    const value: JSONObject = {
      n: null,
      min: INT("AAAAAAAAAIA="),
      max: INT("/////////38="),
      z: FLOAT("AAAAAAAAAIA="),
      nan: FLOAT("AAAAAAAA+H8="),
      inf: FLOAT("AAAAAAAA8H8="),
      minusInf: FLOAT("AAAAAAAA8P8="),
      bytes: { $bytes: "AAEC/w==" },
      nested: [[1, "two"], { three: { four: [true, false] } }],
      text: "\u0000 ü 😀",
    };
    expect(await app.mutation("c:echo", { value })).toEqual({
      stored: value,
      isNegativeZero: true,
    });
  });

  it("52: order across types, ascending and descending", async () => {
    const mixed: JSONValue[] = [
      true,
      "a",
      1,
      INT("AQAAAAAAAAA="),
      null,
      { $bytes: "AQ==" },
      [1],
      { a: 1 },
      FLOAT("AAAAAAAA+H8="),
      FLOAT("AAAAAAAA8P8="),
    ];
    for (const f of mixed) await insert("rows", { kind: "mixed", f });
    await insert("rows", { kind: "mixed" });
    const ascending = [
      ...["missing", null, INT("AQAAAAAAAAA="), FLOAT("AAAAAAAA8P8="), 1, FLOAT("AAAAAAAA+H8=")],
      ...[true, "a", { $bytes: "AQ==" }, [1], { a: 1 }],
    ];
    expect(await app.query("c:byIndex", { order: "asc" })).toEqual(ascending);
    expect(await app.query("c:byIndex", { order: "desc" })).toEqual(ascending.toReversed());
  });

  it("53: strings by UTF-8, not by UTF-16", async () => {
    // Inserted in the order that UTF-16 would give.
    for (const f of ["😀", "\u{FF5E}"]) await insert("rows", { kind: "mixed", f });
    const ascending = (await app.query("c:byIndex", { order: "asc" })) as JSONValue[];
    expect(ascending.filter((f) => f === "😀" || f === "\u{FF5E}")).toEqual(["\u{FF5E}", "😀"]);
  });
});

describe("ids", () => {
  it("54: 32 characters with a checksum", async () => {
    const id = await insert("rows", {});
    expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{32}$/);
    expect(await app.query("c:normalize", { table: "rows", id })).toBe(id);
    for (let position = 0; position < id.length; position += 5) {
      const flipped =
        id.slice(0, position) + (id[position] === "0" ? "1" : "0") + id.slice(position + 1);
      expect(await app.query("c:normalize", { table: "rows", id: flipped })).toBeNull();
    }
  });

  it("55: belong to a table, also when their document is gone", async () => {
    const id = await insert("rows", {});
    const other = await insert("typed", { name: "x" });
    expect(await app.query("c:normalize", { table: "rows", id: other })).toBeNull();
    await app.mutation("c:remove", { id });
    expect(await app.query("c:normalize", { table: "rows", id })).toBe(id);
  });

  it("56: get of a deleted document is null, of nonsense an error", async () => {
    const id = await insert("rows", {});
    await app.mutation("c:remove", { id });
    expect(await app.query("c:get", { id })).toBeNull();
    expect(await failingQuery("get", { id: "abc" })).toMatch(/Invalid argument `id` for `db\.get`/);
  });
});

describe("documents", () => {
  it("57: patch merges and unsets, replace drops the rest, both keep the creation time", async () => {
    const id = await insert("rows", { a: 1, b: 2, c: 3 });
    const before = (await app.query("c:get", { id })) as JSONObject;
    await app.mutation("c:patch", { id, value: { b: 20 }, unset: "a" });
    expect(await app.query("c:get", { id })).toEqual({ ...dropped(before, "a"), b: 20 });
    await app.mutation("c:replace", { id, value: { d: 4 } });
    expect(await app.query("c:get", { id })).toEqual({
      ...{ _id: id, _creationTime: before._creationTime, d: 4 },
    });
    await app.mutation("c:replace", {
      id,
      value: { _id: id, _creationTime: before._creationTime ?? 0, e: 5 },
    });
    expect(await failing("patch", { id, value: { _creationTime: 1 } })).toMatch(
      /creation time .* doesn't match/i,
    );
  });

  it("58: changing a deleted document", async () => {
    const id = await insert("rows", {});
    await app.mutation("c:remove", { id });
    expect(await failing("patch", { id, value: {} })).toMatch(
      `Update on nonexistent document ID ${id}`,
    );
    expect(await failing("replace", { id, value: {} })).toMatch(
      `Replace on nonexistent document ID ${id}`,
    );
    expect(await failing("remove", { id })).toMatch(`Delete on nonexistent document ID ${id}`);
  });

  it("59: creation times rise inside a mutation, and order is insertion order", async () => {
    const values = Array.from({ length: 100 }, (_, i) => ({ name: `n${i}` }));
    await app.mutation("c:insertMany", { table: "typed", values });
    const rows = (await app.query("c:all", { table: "typed" })) as {
      name: string;
      _creationTime: number;
    }[];
    const added = rows.filter(({ name }) => /^n\d+$/.test(name));
    expect(added.map(({ name }) => name)).toEqual(values.map(({ name }) => name));
    expect(
      added.every((row, i) => i === 0 || row._creationTime > (added[i - 1]?._creationTime ?? 0)),
    ).toBe(true);
  });

  it("60: names and sizes", async () => {
    expect(await failing("insert", { table: "rows", value: { _x: 1 } })).toMatch(/_x/);
    expect(await failing("insert", { table: "rows", value: { nested: { $x: 1 } } })).toMatch(/\$x/);
    expect(await failing("insert", { table: "_rows", value: {} })).toMatch(
      /System tables .* are read-only/,
    );
    await app.mutation("c:deep", { depth: 15 });
    expect(await failing("deep", { depth: 16 })).toMatch(
      /too nested \(nested 17 levels deep > maximum nesting 16\)/,
    );
    await app.mutation("c:array", { length: 8192 });
    expect(await failing("array", { length: 8193 })).toMatch(
      /Array length is too long \(8193 > maximum length 8192\)/,
    );
    await app.mutation("c:fields", { count: 1024 });
    expect(await failing("fields", { count: 1025 })).toMatch(
      /Object has too many fields \(1025 > maximum number 1024\)/,
    );
  });

  it("60: one mebibyte, and one byte more", async () => {
    // Braces (2), `_id` (4 + 2 + 32), `_creationTime` (14 + 9), the field's name (2) and its string's length (2).
    const largest = (1 << 20) - 2 - 38 - 23 - 2 - 2;
    await app.mutation("c:sized", { bytes: largest });
    expect(await failing("sized", { bytes: largest + 1 })).toMatch(
      /Value is too large \(1\.00 MiB > maximum size 1 MiB\)/,
    );
  });
});

describe("the schema", () => {
  it("61: is enforced on writes", async () => {
    expect(await failing("insert", { table: "typed", value: { name: 1 } })).toBe(
      'Uncaught Error: Failed to insert or update a document in table "typed" because it does not match the schema: Value does not match validator.\nPath: .name\nValue: 1.0\nValidator: v.string()',
    );
    const id = await insert("typed", { name: "ok" });
    expect(await failing("patch", { id, value: { tags: "no list" } })).toMatch(
      /does not match the schema/,
    );
  });

  it("62: a push whose schema the documents break changes nothing", async () => {
    await insert("typed", { name: "old" });
    const stricter = schema().replace("name: v.string()", "name: v.string(), age: v.number()");
    const push = app.push({ "schema.ts": stricter, "c.ts": CHECKS });
    await expect(push).rejects.toThrow(SystemFunctionError);
    await expect(push).rejects.toThrow(
      /Document with ID "[0-9a-z]{32}" in table "typed" does not match the schema: Object is missing the required field `age`/,
    );
    expect(await insert("typed", { name: "still served" })).toMatch(/./);
  });

  it("64: a new index holds what is there already, also after a restart", async () => {
    for (let i = 0; i < 5; i++) await insert("rows", { late: 1 });
    await app.push({ "schema.ts": schema('.index("by_late", ["late"])'), "c.ts": CHECKS });
    expect(await app.query("c:newIndex", { late: 1 })).toBe(5);
    await insert("rows", { late: 1 });
    expect(await app.query("c:newIndex", { late: 1 })).toBe(6);
    await app.restart();
    expect(await app.query("c:newIndex", { late: 1 })).toBe(6);
  });

  it("refuses code that cannot be loaded, with its place", async () => {
    const push = app.push({
      ...APP,
      "broken.ts": "import 'convex/values';\nexport const x = undefined.y;\n",
    });
    await expect(push).rejects.toThrow(AnalysisError);
    await expect(push).rejects.toThrow(
      /^Failed to analyze broken\.js: Uncaught TypeError[\s\S]*\.\.\/convex\/broken\.ts:2/,
    );
  });
});

describe("queries", () => {
  it("63: index ranges must use the index as it is", async () => {
    expect(await failingQuery("outOfOrder")).toMatch(
      /Tried to query index rows\.by_a_b but the query didn't use the index fields in order/,
    );
    expect(await failingQuery("unknownIndex")).toMatch(/Index rows\.by_nothing not found\./);
    expect(await failingQuery("twoBounds")).toMatch(/bound/i);
    await insert("rows", { kind: "without f" });
    expect(await app.query("c:missing")).toContain("without f");
  });

  it("a range of equal values holds no longer ones that begin with a zero", async () => {
    const byF = async (f: JSONValue) =>
      ((await app.query("c:unique", { f })) as JSONObject | null)?.f;
    for (const f of ["zero", "zero\u0000", "zero\u0000more", { $bytes: "" }, { $bytes: "AP8=" }]) {
      await insert("rows", { f });
    }
    expect(await byF("zero")).toBe("zero");
    expect(await byF("zero\u0000")).toBe("zero\u0000");
    expect(await byF({ $bytes: "" })).toEqual({ $bytes: "" });
  });

  it("65: filters compare across types and refuse mixed arithmetic", async () => {
    await insert("rows", { kind: "filter", n: 1 });
    expect(await app.query("c:lessThanZero")).toBe(1);
    expect(await failingQuery("arithmetic")).toMatch(/Cannot add /);
  });

  it("67: unique and first", async () => {
    await insert("rows", { f: "twice" });
    await insert("rows", { f: "twice" });
    expect(await failingQuery("unique", { f: "twice" })).toMatch(
      /unique\(\) query returned more than one result.*rows/s,
    );
    expect(await app.query("c:unique", { f: "never" })).toBeNull();
    expect(await app.query("c:first")).toBeNull();
  });

  it("a table that nobody wrote to is empty", async () => {
    expect(await app.query("c:unknownTable")).toEqual([]);
  });
});

function dropped(object: JSONObject, name: string): JSONObject {
  const { [name]: _gone, ...rest } = object;
  return rest;
}
