// What survives a lost connection and a restarted server: every acknowledged mutation, once.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ConvexClient } from "convex/browser";
import { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { decodeTs } from "../values/index.ts";
import { SYNC_TIMES } from "../sync/syncServer.ts";
import { CuttableProxy } from "./testing/cuttableProxy.ts";
import { RawClient, add } from "./testing/rawClient.ts";
import { startTestServer, until, type TestServer } from "./testing/testServer.ts";

// Processes start and clients wait before they try again: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const send = makeFunctionReference<"mutation", { body: string }, string>("messages:send");
const list = makeFunctionReference<"query", Record<string, never>, string[]>("messages:list");
const runs = makeFunctionReference<"query", { label: string }, number>("actions:runs");

async function countOf(body: string): Promise<number> {
  const client = await RawClient.connect(server.url, { queries: [add(0, "messages:list")] });
  const bodies = client.value(0) as string[];
  await client.close();
  return bodies.filter((each) => each === body).length;
}

describe("a mutation that is sent again", () => {
  it("in the same session is answered as the first time and runs once", async () => {
    const client = await RawClient.connect(server.url);
    const first = await client.mutate(0, "messages:send", { body: "once" });
    client.socket.terminate();
    const again = await RawClient.connect(server.url, { sessionId: client.sessionId });
    const second = await again.mutate(0, "messages:send", { body: "once" });
    expect(second).toEqual(first);
    await again.covered(second);
    expect(await countOf("once")).toBe(1);
    await again.close();
  });

  it("is remembered over a restart, and covered by a transition", async () => {
    const client = await RawClient.connect(server.url);
    const first = await client.mutate(0, "messages:send", { body: "kept" });
    await client.covered(first);
    await server.restart();
    const again = await RawClient.connect(server.url, {
      sessionId: client.sessionId,
      connect: { connectionCount: 1, maxObservedTimestamp: client.shown.ts },
    });
    // Before anything is written: the new transitions must not be older than what the client saw.
    expect(decodeTs(again.shown.ts)).toBeGreaterThanOrEqual(decodeTs(client.shown.ts));
    const second = await again.mutate(0, "messages:send", { body: "kept" });
    expect(second).toEqual(first);
    await again.covered(second);
    expect(await countOf("kept")).toBe(1);
    await again.close();
  });

  it("in another session runs again", async () => {
    const first = await RawClient.connect(server.url);
    await first.mutate(0, "messages:send", { body: "twice" });
    const second = await RawClient.connect(server.url);
    await second.mutate(0, "messages:send", { body: "twice" });
    expect(await countOf("twice")).toBe(2);
    await Promise.all([first.close(), second.close()]);
  });

  it("after it failed runs again", async () => {
    const client = await RawClient.connect(server.url);
    const first = await client.mutate(0, "messages:fail", { body: "broken" });
    client.socket.terminate();
    const again = await RawClient.connect(server.url, { sessionId: client.sessionId });
    const second = await again.mutate(0, "messages:fail", { body: "broken" });
    expect(first.success).toBe(false);
    expect(second.success).toBe(false);
    expect(await countOf("broken")).toBe(0);
    await again.close();
  });
});

describe("the real client, whose connection is cut again and again", () => {
  it("applies each of its mutations exactly once and sees them all", async () => {
    await using proxy = await CuttableProxy.start(server.url);
    const client = new ConvexClient(proxy.url);
    let seen: string[] = [];
    client.onUpdate(list, {}, (bodies) => {
      seen = bodies;
    });
    const bodies = Array.from({ length: 60 }, (_, i) => `cut ${String(i)}`);
    const sending = bodies.map((body) => client.mutation(send, { body }));
    // Cut while answers are on their way: some mutations are committed but not acknowledged.
    for (let cut = 0; cut < 2; cut++) {
      await until(() => proxy.connections > 0);
      await proxy.cutAfterBytes(200 + cut * 700);
    }
    const ids = await Promise.all(sending);
    expect(new Set(ids).size).toBe(bodies.length);
    await until(() => bodies.every((body) => seen.includes(body)));
    expect(seen.filter((body) => body.startsWith("cut "))).toEqual(bodies);
    await client.close();
  }, 60_000);

  it("goes on after a restart of the server, with its subscription and its queued mutation", async () => {
    const client = new ConvexClient(server.url);
    let seen: string[] = [];
    client.onUpdate(list, {}, (bodies) => {
      seen = bodies;
    });
    await client.mutation(send, { body: "before restart" });
    const restarting = server.restart();
    const queued = client.mutation(send, { body: "during restart" });
    await restarting;
    await queued;
    await until(() => seen.includes("during restart"));
    expect(seen.filter((body) => body.endsWith("restart"))).toEqual([
      "before restart",
      "during restart",
    ]);
    await client.close();
  });
});

describe("the React client", () => {
  it("watches a query, and comes back to it after a restart", async () => {
    const client = new ConvexReactClient(server.url, { logger: false });
    const watch = client.watchQuery(list, {});
    let updates = 0;
    watch.onUpdate(() => {
      updates += 1;
    });
    await client.mutation(send, { body: "from React" });
    await until(() => watch.localQueryResult()?.includes("from React"));
    await server.restart();
    await client.mutation(send, { body: "from React again" });
    await until(() => watch.localQueryResult()?.at(-1) === "from React again");
    expect(updates).toBeGreaterThanOrEqual(2);
    await client.close();
  });
});

describe("a page of a list", () => {
  it("keeps its range for the client that comes back with the journal", async () => {
    const writer = await RawClient.connect(server.url);
    await writer.mutate(0, "messages:removeAll", {});
    for (let requestId = 1; requestId <= 5; requestId++) {
      await writer.mutate(requestId, "messages:send", { body: `row ${String(requestId)}` });
    }
    const query = add(0, "messages:page", { paginationOpts: { numItems: 3, cursor: null } });
    const bodies = (client: RawClient) =>
      (client.value(0) as { page: { body: string }[] }).page.map(({ body }) => body);
    const first = await RawClient.connect(server.url, { queries: [query] });
    expect(bodies(first)).toEqual(["row 1", "row 2", "row 3"]);
    const journal = first.results.get(0)?.journal ?? null;
    first.socket.terminate();
    await writer.mutate(6, "messages:removeFirst", {});
    const again = await RawClient.connect(server.url, {
      ...{ sessionId: first.sessionId, connect: { connectionCount: 1 } },
      queries: [{ ...query, journal }],
    });
    // A fourth row would be in the next page, too.
    expect(bodies(again)).toEqual(["row 2", "row 3"]);
    const newcomer = await RawClient.connect(server.url, { queries: [query] });
    expect(bodies(newcomer)).toEqual(["row 2", "row 3", "row 4"]);
    await writer.mutate(7, "messages:removeAll", {});
    await Promise.all([writer, again, newcomer].map((client) => client.close()));
  });
});

describe("an action in flight when the connection is lost", () => {
  it("is failed by the client, while the server finishes it once", async () => {
    await using proxy = await CuttableProxy.start(server.url);
    const client = new ConvexClient(proxy.url);
    const slow = makeFunctionReference<"action", { label: string; durationMs: number }>(
      "actions:slow",
    );
    const direct = new ConvexClient(server.url);
    const outcome = client.action(slow, { label: "lost", durationMs: 300 }).catch(String);
    await until(async () => (await direct.query(runs, { label: "lost began" })) === 1);
    proxy.cut();
    expect(await outcome).toContain("Connection lost while action was in flight");
    await until(async () => (await direct.query(runs, { label: "lost ended" })) === 1);
    expect(await direct.query(runs, { label: "lost began" })).toBe(1);
    await Promise.all([client.close(), direct.close()]);
  });
});

describe("an optimistic update", () => {
  it("is replaced by the covering transition without going back", async () => {
    const client = new ConvexClient(server.url);
    const name = "optimistic";
    const get = makeFunctionReference<"query", { name: string }, number>("counters:get");
    const increment = makeFunctionReference<"mutation", { name: string }>("counters:increment");
    const seen: number[] = [];
    client.onUpdate(get, { name }, (value) => seen.push(value));
    await until(() => seen.length === 1);
    for (let i = 0; i < 20; i++) {
      await client.mutation(
        increment,
        { name },
        {
          optimisticUpdate: (store) => {
            store.setQuery(get, { name }, (store.getQuery(get, { name }) ?? 0) + 1);
          },
        },
      );
    }
    await until(() => seen.at(-1) === 20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await client.close();
  });
});

describe("a quiet connection", () => {
  it("hears a ping before the client would give it up", async () => {
    expect(SYNC_TIMES.pingAfterMs + SYNC_TIMES.watchMs).toBeLessThanOrEqual(20_000);
    await using impatient = await startTestServer({
      push: false,
      sync: { times: { watchMs: 10, pingAfterMs: 50, deadAfterMs: 300 } },
    });
    const client = await RawClient.connect(impatient.url);
    await client.until(() => client.messages.filter(({ type }) => type === "Ping").length >= 10);
    // The socket answers ping frames by itself: it has been quiet for longer than `deadAfterMs`, and lives.
    expect(client.closed).toBeNull();
    await client.close();
  });

  it("that answers nothing at all is closed", async () => {
    await using impatient = await startTestServer({
      push: false,
      sync: { times: { watchMs: 10, pingAfterMs: 50, deadAfterMs: 200 } },
    });
    const client = await RawClient.connect(impatient.url);
    // Nobody answers ping frames any more.
    client.socket.pong = () => undefined;
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1006);
  });
});
