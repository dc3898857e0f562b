// CONVEX-RUNTIME 7.4, checks 66 and 68 to 73: pages, their cursors, and how live pages keep their ranges.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunFailed, startApp, valueOf, type TestApp } from "../functions/testing/app.ts";
import type { JSONObject } from "../values/index.ts";

const APP = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      items: defineTable({ list: v.string(), rank: v.number(), text: v.optional(v.string()) })
        .index("by_list_rank", ["list", "rank"])
        .searchIndex("by_text", { searchField: "text", filterFields: ["list"] }),
    });
  `,
  "p.ts": `
    import { queryGeneric as query, mutationGeneric as mutation } from "convex/server";
    export const add = mutation({ handler: async (ctx, { list, ranks, text }) => {
      const ids = [];
      for (const rank of ranks) ids.push(await ctx.db.insert("items", text === undefined ? { list, rank } : { list, rank, text }));
      return ids;
    } });
    export const remove = mutation({ handler: (ctx, { id }) => ctx.db.delete(id) });
    const ranked = (ctx, list, order) => ctx.db.query("items").withIndex("by_list_rank", (q) => q.eq("list", list)).order(order ?? "asc");
    export const page = query({ handler: async (ctx, { list, order, opts }) => {
      const result = await ranked(ctx, list, order).paginate(opts);
      return { ...result, page: result.page.map((item) => item.rank) };
    } });
    export const filtered = query({ handler: async (ctx, { list, opts }) => {
      const result = await ranked(ctx, list).filter((q) => q.eq(q.mod(q.field("rank"), 2), 0)).paginate(opts);
      return { ...result, page: result.page.map((item) => item.rank) };
    } });
    export const found = query({ handler: async (ctx, { list, text, opts }) => {
      const result = await ctx.db.query("items").withSearchIndex("by_text", (q) => q.search("text", text).eq("list", list)).paginate(opts);
      return { ...result, page: result.page.map((item) => item.rank) };
    } });
    export const twice = query({ handler: async (ctx, { list, opts }) => {
      await ranked(ctx, list).paginate(opts);
      await ranked(ctx, list).paginate(opts);
    } });
  `,
};

let app: TestApp;
beforeAll(async () => {
  app = await startApp(APP);
});
afterAll(() => app.close());

type Page = {
  page: number[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: string | null;
};

async function page(list: string, numItems: number, cursor: string | null, more: JSONObject = {}) {
  const { order, name, ...opts } = more;
  return (await app.query(`p:${typeof name === "string" ? name : "page"}`, {
    ...{ list, opts: { numItems, cursor, ...opts } },
    ...(order === undefined ? {} : { order }),
  })) as Page;
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("pages", () => {
  it("68: 25 rows by 10, and the last page is done", async () => {
    await app.mutation("p:add", { list: "a", ranks: upTo(25) });
    const first = await page("a", 10, null);
    const second = await page("a", 10, first.continueCursor);
    const third = await page("a", 10, second.continueCursor);
    expect([first, second, third].map((p) => p.page.length)).toEqual([10, 10, 5]);
    expect([first, second, third].map((p) => p.isDone)).toEqual([false, false, true]);
    expect([...first.page, ...second.page, ...third.page]).toEqual(upTo(25));
  });

  it("68: a page that fits exactly is not done; the next is empty and done", async () => {
    await app.mutation("p:add", { list: "b", ranks: upTo(20) });
    const first = await page("b", 10, null, { order: "desc" });
    const second = await page("b", 10, first.continueCursor, { order: "desc" });
    const third = await page("b", 10, second.continueCursor, { order: "desc" });
    expect([...first.page, ...second.page]).toEqual(upTo(20).reverse());
    expect([second.isDone, third.isDone, third.page]).toEqual([false, true, []]);
  });

  it("71: a cursor of another query, and what is no cursor", async () => {
    const { continueCursor } = await page("a", 10, null);
    for (const request of [
      () => page("a", 10, continueCursor, { name: "filtered" }),
      () => page("b", 10, continueCursor),
      () => page("a", 10, continueCursor, { order: "desc" }),
      () => page("a", 10, "made up"),
    ]) {
      const error = await request().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(RunFailed);
      expect((error as RunFailed).message).toMatch(/InvalidCursor/);
    }
  });

  it("72: no items, and two pages in one function", async () => {
    await expect(page("a", 0, null)).rejects.toThrow(
      /Must request at least 1 document while paginating/,
    );
    await expect(page("a", 5, null, { name: "twice" })).rejects.toThrow(
      /This query or mutation function ran multiple paginated queries\. Convex only supports a single paginated query in each function\./,
    );
  });

  it("an end cursor fixes the page's end", async () => {
    const first = await page("a", 10, null);
    const same = await page("a", 1, null, { endCursor: first.continueCursor });
    expect(same.page).toEqual(first.page);
    expect(same.continueCursor).toBe(first.continueCursor);
    const rest = await page("a", 100, first.continueCursor);
    const toInfinity = await page("a", 1, first.continueCursor, { endCursor: rest.continueCursor });
    expect(toInfinity).toMatchObject({ page: rest.page, isDone: true });
  });

  it("split: a cursor in the middle, and a page that read too much", async () => {
    const whole = await page("a", 20, null);
    const half = await page("a", 20, null, { endCursor: whole.splitCursor ?? "" });
    const other = await page("a", 20, whole.splitCursor, { endCursor: whole.continueCursor });
    expect([...half.page, ...other.page]).toEqual(whole.page);
    const cut = await page("a", 20, null, { maximumRowsRead: 7 });
    expect(cut).toMatchObject({ page: upTo(7), isDone: false, pageStatus: "SplitRequired" });
    const next = await page("a", 20, cut.continueCursor);
    expect(next.page[0]).toBe(7);
  });

  it("filters read rows that they drop", async () => {
    const first = await page("a", 5, null, { name: "filtered" });
    const second = await page("a", 100, first.continueCursor, { name: "filtered" });
    expect([...first.page, ...second.page]).toEqual(upTo(25).filter((rank) => rank % 2 === 0));
  });

  it("search results can be paged", async () => {
    await app.mutation("p:add", { list: "s", ranks: upTo(7), text: "the quick brown fox" });
    await app.mutation("p:add", { list: "t", ranks: upTo(3), text: "the quick brown fox" });
    const seen: number[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < 10; pages++) {
      const result = (await app.query("p:found", {
        ...{ list: "s", text: "quick bro", opts: { numItems: 3, cursor } },
      })) as Page;
      seen.push(...result.page);
      cursor = result.continueCursor;
      if (result.isDone) break;
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(upTo(7));
  });
});

describe("live pages", () => {
  /** Runs a page as a subscription does: again with the journal that the last run left. */
  async function live(list: string, cursor: string | null, journal: string | null) {
    const { results } = await app.engine.runQueries([
      {
        ...{ path: "p:page", args: { list, opts: { numItems: 10, cursor } } },
        ...{ identity: { kind: "none" }, visibility: "public", journal },
      },
    ]);
    return { ...(valueOf(results[0]) as Page), journal: results[0]?.journal ?? null };
  }

  it("69 and 70: keep their ranges while rows come and go, whoever holds the journal", async () => {
    await app.mutation("p:add", { list: "l", ranks: upTo(20) });
    const first = await live("l", null, null);
    const second = await live("l", first.continueCursor, null);
    const [added] = (await app.mutation("p:add", { list: "l", ranks: [4.5] })) as string[];
    const firstAgain = await live("l", null, first.journal);
    const secondAgain = await live("l", first.continueCursor, second.journal);
    expect(firstAgain.page).toEqual([0, 1, 2, 3, 4, 4.5, 5, 6, 7, 8, 9]);
    expect(secondAgain.page).toEqual(second.page);
    await app.mutation("p:remove", { id: added ?? "" });
    expect((await live("l", null, firstAgain.journal)).page).toEqual(upTo(10));
  });

  it("73: rows appended after a page that was done appear in it", async () => {
    await app.mutation("p:add", { list: "e", ranks: upTo(3) });
    const only = await live("e", null, null);
    expect(only.isDone).toBe(true);
    await app.mutation("p:add", { list: "e", ranks: [100, 101] });
    expect(await live("e", null, only.journal)).toMatchObject({
      page: [0, 1, 2, 100, 101],
      isDone: true,
    });
  });
});
