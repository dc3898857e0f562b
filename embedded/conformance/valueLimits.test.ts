// Convex's limits on any value (CONVEX-RUNTIME 4.1, 4.7), in arguments and results; those on documents are in data.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../functions/testing/app.ts";
import type { JSONValue } from "../values/index.ts";

const MAKE = `
  const nested = (levels, value) => { for (let i = 0; i < levels; i++) value = [value]; return value; };
  const make = {
    array: (size) => new Array(size).fill(null),
    object: (size) => Object.fromEntries(Array.from({ length: size }, (_, i) => ["f" + i, null])),
    nested: (size) => nested(size, "deep"),
    nestedInt64: (size) => nested(size, 1n),
  };
`;

const APP = {
  "v.ts": `
    import { queryGeneric as query, mutationGeneric as mutation, actionGeneric as action, anyApi } from "convex/server";
    import { v } from "convex/values";
    ${MAKE}
    export const take = query({ handler: async () => "taken" });
    export const takeTyped = mutation({ args: { value: v.any() }, handler: async () => "taken" });
    export const takeInAction = action({ handler: async () => "taken" });
    export const give = query({ handler: async (_, { kind, size }) => make[kind](size) });
    export const giveTyped = mutation({ args: { kind: v.string(), size: v.number() }, returns: v.any(), handler: async (_, { kind, size }) => make[kind](size) });
    export const giveInAction = action({ handler: async (_, { kind, size }) => make[kind](size) });
    export const handOn = action({ handler: async (ctx, { kind, size }) => ctx.runQuery(anyApi.v.take, { value: make[kind](size) }) });
    export const insert = mutation({ handler: async (ctx, { table, name, length }) => {
      await ctx.db.insert(table, { [name.repeat(length)]: 1 });
    } });
  `,
};

let app: TestApp;
beforeAll(async () => {
  app = await startApp(APP);
});
afterAll(() => app.close());

function nested(levels: number, value: JSONValue = "deep"): JSONValue {
  return levels === 0 ? value : [nested(levels - 1, value)];
}
const array = (size: number): JSONValue => new Array<null>(size).fill(null);
const object = (size: number): JSONValue =>
  Object.fromEntries(Array.from({ length: size }, (_, i) => [`f${String(i)}`, null]));

describe("arguments", () => {
  const takers: [name: string, run: (value: JSONValue) => Promise<JSONValue>][] = [
    ["take", (value) => app.query("v:take", { value })],
    ["takeTyped", (value) => app.mutation("v:takeTyped", { value })],
    ["takeInAction", (value) => app.action("v:takeInAction", { value })],
  ];
  // The object of the arguments is a level of its own.
  const cases: [what: string, fits: JSONValue, tooMuch: JSONValue, text: string][] = [
    [
      "64 levels",
      nested(63),
      nested(64),
      "Value is too nested (nested 65 levels deep > maximum nesting 64)",
    ],
    [
      "8,192 items of an array",
      [array(8_192)],
      [array(8_193)],
      "Array length is too long (8193 > maximum length 8192)",
    ],
    [
      "1,024 fields of an object",
      [object(1_024)],
      [object(1_025)],
      "Object has too many fields (1025 > maximum number 1024)",
    ],
  ];
  it.each(cases)("have at most %s", async (_what, fits, tooMuch, text) => {
    for (const [name, run] of takers) {
      expect(await run(fits)).toBe("taken");
      expect(await app.failure(run(tooMuch))).toBe(`Invalid arguments for v:${name}: ${text}`);
    }
  });

  it("are held to it when an action hands them on, too", async () => {
    expect(await app.action("v:handOn", { kind: "array", size: 8_192 })).toBe("taken");
    expect(await app.failure(app.action("v:handOn", { kind: "array", size: 8_193 }))).toMatch(
      /Invalid arguments for v:take: Array length is too long \(8193 > maximum length 8192\)/,
    );
  });

  it("count an int64 as no level, although its JSON is an object", async () => {
    const int64 = { $integer: "AQAAAAAAAAA=" };
    expect(await app.query("v:take", { value: nested(63, int64) })).toBe("taken");
    expect(await app.query("v:give", { kind: "nestedInt64", size: 64 })).toEqual(nested(64, int64));
  });
});

describe("results", () => {
  it.each([
    ["nested", 64, "Value is too nested (nested 65 levels deep > maximum nesting 64)"],
    ["array", 8_192, "Array length is too long (8193 > maximum length 8192)"],
    ["object", 1_024, "Object has too many fields (1025 > maximum number 1024)"],
  ])("are held to the same: %s of %i", async (kind, size, text) => {
    const makers: Record<string, (size: number) => JSONValue> = { nested, array, object };
    const expected = makers[kind]?.(size);
    const givers: [name: string, give: (size: number) => Promise<JSONValue>][] = [
      ["give", (size) => app.query("v:give", { kind, size })],
      ["giveTyped", (size) => app.mutation("v:giveTyped", { kind, size })],
      ["giveInAction", (size) => app.action("v:giveInAction", { kind, size })],
    ];
    for (const [name, give] of givers) {
      expect(await give(size)).toEqual(expected);
      expect(await app.failure(give(size + 1))).toBe(
        `Function v:${name} return value is invalid: ${text}`,
      );
    }
  });
});

describe("names", () => {
  const insert = (table: string, name: string, length = 1) =>
    app.mutation("v:insert", { table, name, length });

  it("of fields have at most 1,024 printable ASCII characters", async () => {
    await insert("rows", "n", 1_024);
    expect(await app.failure(insert("rows", "n", 1_025))).toMatch(
      /exceeds maximum field name length 1024/,
    );
    await insert("rows", " ~!");
    for (const name of ["ü", "\u007f", "\n"]) {
      expect(await app.failure(insert("rows", name))).toMatch(
        /Field names can only contain non-control ASCII characters/,
      );
    }
  });

  it("of tables have at most 64 characters", async () => {
    await insert("t".repeat(64), "n");
    expect(await app.failure(insert("t".repeat(65), "n"))).toMatch(/Invalid table name "t{65}"/);
    expect(await app.failure(insert("2nd", "n"))).toMatch(/Invalid table name "2nd"/);
  });
});
