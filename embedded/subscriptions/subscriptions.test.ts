// Watched queries on a real engine: shared when equal, run again exactly when a write lies in what they read.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../functions/testing/app.ts";
import type { Identity } from "../functions/types.ts";
import type { JSONObject } from "../values/index.ts";
import { QuerySet } from "./querySet.ts";
import { Subscriptions } from "./subscriptions.ts";

const APP = {
  "schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({
      items: defineTable({ list: v.string(), rank: v.number() }).index("by_list", ["list", "rank"]),
    });
  `,
  "s.ts": `
    import { queryGeneric as query, mutationGeneric as mutation } from "convex/server";
    const list = (ctx, list) => ctx.db.query("items").withIndex("by_list", (q) => q.eq("list", list));
    export const ranks = query({ handler: async (ctx, { name }) => (await list(ctx, name).collect()).map((item) => item.rank) });
    export const firstTwo = query({ handler: async (ctx, { name }) => (await list(ctx, name).take(2)).map((item) => item.rank) });
    export const one = query({ handler: async (ctx, { id }) => (await ctx.db.get(id))?.rank ?? null });
    export const mine = query({ handler: async (ctx) => (await ctx.auth.getUserIdentity())?.name ?? null });
    export const page = query({ handler: async (ctx, { name, cursor }) =>
      (await list(ctx, name).paginate({ numItems: 2, cursor })).page.map((item) => item.rank) });
    export const sum = query({ handler: async (ctx) => {
      const items = await ctx.db.query("items").collect();
      return items.reduce((sum, item) => sum + item.rank, 0);
    } });
    export const fails = query({ handler: async (ctx, { name }) => {
      if ((await list(ctx, name).first()) === null) throw new Error("empty");
      return "filled";
    } });
    export const add = mutation({ handler: (ctx, { name, rank }) => ctx.db.insert("items", { list: name, rank }) });
    export const setRank = mutation({ handler: (ctx, { id, rank }) => ctx.db.patch(id, { rank }) });
    export const heavy = query({ handler: async (ctx, { name }) => {
      if ((await list(ctx, name).first()) === null) for (;;) {}
      return "light";
    } });
    export const env = query({ handler: async () => process.env.GREETING ?? null });
  `,
};

let app: TestApp;
let subscriptions: Subscriptions;
const sets: QuerySet[] = [];
beforeAll(async () => {
  app = await startApp(APP);
});
afterAll(() => app.close());
beforeEach(() => {
  subscriptions = new Subscriptions(app.engine);
});
afterEach(() => {
  for (const set of sets.splice(0)) set.clear();
  expect(subscriptions.counts).toMatchObject({ subscriptions: 0, watchers: 0 });
  subscriptions.close();
});

const NOBODY: Identity = { kind: "none" };
const person = (name: string): Identity => ({
  kind: "user",
  attributes: { subject: name, issuer: "i", tokenIdentifier: `i|${name}`, name },
});

/** One client: the values that it has been shown, and a way to wait for the next. */
class Client {
  readonly set: QuerySet;
  readonly seen: (string | null)[] = [];
  #waiters: (() => void)[] = [];
  constructor(of = subscriptions) {
    this.set = new QuerySet(of, () => this.#take());
    sets.push(this.set);
  }
  #take(): void {
    for (const { result } of this.set.takeChanged()) {
      this.seen.push(result.ok ? result.valueJson : result.error.message);
    }
    for (const wake of this.#waiters.splice(0)) wake();
  }
  watch(queryId: number, path: string, args: JSONObject = {}, identity = NOBODY): void {
    this.set.add(queryId, {
      path: `s:${path}`,
      args,
      identity,
      visibility: "public",
      journal: null,
    });
    // A query that others watch already is there at once.
    if (this.set.isFresh) this.#take();
  }
  become(identity: Identity): void {
    this.set.setIdentity(identity);
    if (this.set.isFresh) this.#take();
  }
  async shows(value: string): Promise<void> {
    while (this.seen.at(-1) !== value) {
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
      });
    }
  }
}

const add = (name: string, rank: number) => app.mutation("s:add", { name, rank });
/** Everything that the engine has been asked for has been answered, and so has what followed from it. */
async function settled(): Promise<void> {
  const probe = new Client();
  probe.watch(1, "ranks", { name: `probe ${Math.random()}` });
  await probe.shows("[]");
  probe.set.clear();
}

describe("what is run again", () => {
  it("only queries that read where the write lies", async () => {
    const clients = ["a", "b", "c"].map((name) => {
      const client = new Client();
      client.watch(1, "ranks", { name });
      return client;
    });
    await Promise.all(clients.map((client) => client.shows("[]")));
    const runsBefore = subscriptions.counts.runs;
    await add("b", 1);
    await clients[1]?.shows("[1]");
    expect(subscriptions.counts.runs - runsBefore).toBe(1);
    expect(clients[0]?.seen).toEqual(["[]"]);
  });

  it("not for a row after the last that was read", async () => {
    for (const rank of [1, 2, 3]) await add("two", rank);
    const client = new Client();
    client.watch(1, "firstTwo", { name: "two" });
    await client.shows("[1,2]");
    const runsBefore = subscriptions.counts.runs;
    await add("two", 4);
    await settled();
    expect(subscriptions.counts.runs - runsBefore).toBe(1); // the probe
    await add("two", 0);
    await client.shows("[0,1]");
  });

  it("not for a write that changes nothing", async () => {
    const id = await add("same", 5);
    const client = new Client();
    client.watch(1, "one", { id });
    await client.shows("5");
    const runsBefore = subscriptions.counts.runs;
    await app.mutation("s:setRank", { id, rank: 5 });
    await settled();
    expect(subscriptions.counts.runs - runsBefore).toBe(1);
    await app.mutation("s:setRank", { id, rank: 6 });
    await client.shows("6");
  });

  it("a failed query when its reason is gone", async () => {
    const client = new Client();
    client.watch(1, "fails", { name: "later" });
    await client.shows("Uncaught Error: empty");
    await add("later", 1);
    await client.shows('"filled"');
  });

  it("a query that had to be ended, after a while", async () => {
    const patient = new Subscriptions(app.engine, undefined, 200);
    const client = new Client(patient);
    client.watch(1, "heavy", { name: "heavy" });
    await client.shows("Function execution timed out (maximum duration: 1s)");
    await add("heavy", 1);
    await client.shows('"light"');
    client.set.clear();
    patient.close();
  });

  it("everything after a change of environment variables", async () => {
    const client = new Client();
    client.watch(1, "env");
    await client.shows("null");
    await app.engine.callSystem("testing:setVariable", { name: "GREETING", value: "hi" });
    await app.engine.environmentChanged();
    await client.shows('"hi"');
  });
});

describe("sharing", () => {
  it("runs an equal query once for 50 clients, now and after a write", async () => {
    const clients = Array.from({ length: 50 }, () => new Client());
    for (const client of clients) client.watch(1, "ranks", { name: "shared" });
    await Promise.all(clients.map((client) => client.shows("[]")));
    expect(subscriptions.counts).toEqual({ subscriptions: 1, watchers: 50, runs: 1 });
    await add("shared", 7);
    await Promise.all(clients.map((client) => client.shows("[7]")));
    expect(subscriptions.counts.runs).toBe(2);
  });

  it("never between identities when the query looks at them", async () => {
    const names = ["Ada", "Grace", "Ada"];
    const clients = names.map((name) => {
      const client = new Client();
      client.watch(1, "mine", {}, person(name));
      return client;
    });
    await Promise.all(clients.map((client, i) => client.shows(JSON.stringify(names[i]))));
    expect(subscriptions.counts.subscriptions).toBe(2);
    clients[1]?.become(person("Ada"));
    await clients[1]?.shows('"Ada"');
  });

  it("keeps the range of a page for whoever loaded it, and starts newcomers afresh", async () => {
    for (const rank of [10, 20, 30]) await add("pages", rank);
    const first = new Client();
    first.watch(1, "page", { name: "pages", cursor: null });
    await first.shows("[10,20]");
    await add("pages", 15);
    await first.shows("[10,15,20]");
    const newcomer = new Client();
    newcomer.watch(1, "page", { name: "pages", cursor: null });
    await newcomer.shows("[10,15]");
  });
});

describe("one moment", () => {
  it("two queries of a set never show different moments", async () => {
    const client = new Client();
    const moments: string[][] = [];
    const set = new QuerySet(subscriptions, () => {
      const values = [...set.watchers()].map(({ subscription }) => {
        const { result } = subscription;
        return result?.ok === true ? result.valueJson : "";
      });
      moments.push(values);
    });
    sets.push(set);
    set.add(1, { path: "s:sum", args: {}, identity: NOBODY, visibility: "public", journal: null });
    set.add(2, {
      path: "s:sum",
      args: { x: 1 },
      identity: NOBODY,
      visibility: "public",
      journal: null,
    });
    const writers = Array.from({ length: 5 }, async (_, writer) => {
      for (let i = 0; i < 20; i++) await add(`w${writer}`, i);
    });
    await Promise.all(writers);
    client.watch(1, "sum");
    await client.shows(JSON.stringify(await app.query("s:sum")));
    expect(moments.length).toBeGreaterThan(1);
    expect(moments.filter(([a, b]) => a !== b)).toEqual([]);
  });
});
