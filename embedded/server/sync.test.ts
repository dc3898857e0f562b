// The socket's protocol against a real server: conformance checks 1 to 22 of the protocol's specification.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConvexClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { decodeTs } from "../values/index.ts";
import { RawClient, add } from "./testing/rawClient.ts";
import { startTestServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const send = makeFunctionReference<"mutation", { body: string }>("messages:send");

/** Each test has a table to itself. */
async function emptyMessages(client: RawClient, requestId = 1_000_000): Promise<void> {
  await client.covered(await client.mutate(requestId, "messages:removeAll", {}));
}

describe("a new socket", () => {
  it("is shown a first moment, also without queries", async () => {
    const client = await RawClient.connect(server.url);
    const [first] = client.transitions();
    expect(first).toMatchObject({
      startVersion: { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" },
      endVersion: { querySet: 1, identity: 0 },
      modifications: [],
    });
    expect(decodeTs(client.shown.ts)).toBeGreaterThan(0n);
    expect(first?.clientClockSkew).toBeTypeOf("number");
    expect(first?.serverTs).toBeTypeOf("number");
    await client.close();
  });

  it("gets a query's value with log lines and a journal", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "messages:list")] });
    expect(client.results.get(0)).toEqual({
      ...{ type: "QueryUpdated", queryId: 0, value: [], logLines: [], journal: null },
    });
    await client.close();
  });

  it("is reached without a version in the address, too", async () => {
    const client = await RawClient.open(server.url, { version: "." });
    client.sendConnect();
    client.modify(0, []);
    await client.until(() => client.shown.querySet === 1);
    await client.close();
  });

  it("is refused at any other address", async () => {
    await expect(RawClient.open(`${server.url}/elsewhere`)).rejects.toThrow("404");
  });
});

describe("what breaks the protocol", () => {
  const broken: [name: string, text: string][] = [
    [
      "a wrong base version",
      '{"type":"ModifyQuerySet","baseVersion":7,"newVersion":8,"modifications":[]}',
    ],
    ["text that is not JSON", "{nonsense"],
    ["an unknown message", '{"type":"Dance"}'],
    [
      "a second Connect",
      '{"type":"Connect","sessionId":"6f5b0a4e-1111-4222-8333-444455556666","connectionCount":1,"lastCloseReason":null}',
    ],
    [
      "removing a query that is not there",
      '{"type":"ModifyQuerySet","baseVersion":1,"newVersion":2,"modifications":[{"type":"Remove","queryId":5}]}',
    ],
    [
      "a component of a non-admin",
      '{"type":"Mutation","requestId":0,"udfPath":"messages:send","args":[{}],"componentPath":""}',
    ],
  ];
  it.each(broken)("%s is a fatal error", async (_name, text) => {
    const client = await RawClient.connect(server.url);
    client.socket.send(text);
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: "FatalError" });
  });

  it("a message of more than 64 MiB closes the socket; one of 64 MiB is read", async () => {
    const text = "x".repeat(64 << 20);
    const client = await RawClient.connect(server.url);
    client.socket.send(text);
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: "FatalError" });
    const other = await RawClient.connect(server.url);
    other.socket.send(`${text}x`);
    await other.until(() => other.closed);
    expect(other.closed?.code).toBe(1009);
  }, 120_000);

  it("a binary message is a fatal error", async () => {
    const client = await RawClient.connect(server.url);
    client.socket.send(Buffer.from("{}"));
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: "FatalError" });
  });
});

describe("transitions", () => {
  it("follow on each other without a gap through a hundred random operations", async () => {
    const client = await RawClient.connect(server.url);
    let querySet = 1;
    const watched: number[] = [];
    for (let step = 0; step < 100; step++) {
      const choice = Math.random();
      if (choice < 0.4) {
        client.send({
          ...{ type: "Mutation", requestId: step, udfPath: "counters:increment" },
          args: [{ name: "random" }],
        });
      } else if (choice < 0.7 || watched.length === 0) {
        watched.push(step);
        client.modify(querySet, [add(step, "counters:get", { name: "random" })]);
        querySet += 1;
      } else {
        const queryId = watched.shift() ?? 0;
        client.modify(querySet, [{ type: "Remove", queryId }]);
        querySet += 1;
      }
    }
    // `RawClient` checks every transition.
    await client.until(() => client.shown.querySet === querySet);
    const last = await client.mutate(1000, "counters:increment", { name: "random" });
    await client.covered(last);
    for (const queryId of watched) expect(client.value(queryId)).toBe(Number(last.result) + 1);
    await client.close();
  });

  it("never show two queries of one counter apart, while others write", async () => {
    const name = "agreeing";
    const writers = await Promise.all([0, 1, 2].map(() => RawClient.connect(server.url)));
    const reader = await RawClient.connect(server.url, {
      queries: [add(0, "counters:get", { name }), add(1, "counters:doubled", { name })],
    });
    let seen = 0;
    const check = async (): Promise<void> => {
      await reader.until(() => {
        for (; seen < reader.messages.length; seen++) {
          expect(Number(reader.value(1))).toBe(2 * Number(reader.value(0)));
        }
        return reader.value(0) === 60;
      });
    };
    const checking = check();
    await Promise.all(
      writers.map(async (writer) => {
        for (let i = 0; i < 20; i++) await writer.mutate(i, "counters:increment", { name });
      }),
    );
    await checking;
    await Promise.all([reader, ...writers].map((client) => client.close()));
  });

  it("stop for a query that was removed, and start for one that is added again", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "messages:list")] });
    client.modify(1, [{ type: "Remove", queryId: 0 }]);
    await client.until(() => client.shown.querySet === 2);
    await client.covered(await client.mutate(0, "messages:send", { body: "unseen" }));
    expect(client.results.has(0)).toBe(false);
    client.modify(2, [add(1, "messages:list")]);
    await client.until(() => client.value(1));
    expect(client.value(1)).toContain("unseen");
    await emptyMessages(client);
    await client.close();
  });
});

describe("a mutation", () => {
  it("is answered, then covered by a transition, without any subscription", async () => {
    const client = await RawClient.connect(server.url);
    const answer = await client.mutate(0, "messages:send", { body: "alone" });
    expect(answer).toMatchObject({ type: "MutationResponse", success: true, logLines: [] });
    await client.covered(answer);
    const types = client.messages.map(({ type }) => type);
    expect(types.lastIndexOf("Transition")).toBeGreaterThan(types.indexOf("MutationResponse"));
    await emptyMessages(client);
    await client.close();
  });

  it("is covered when it wrote nothing at all", async () => {
    const client = await RawClient.connect(server.url);
    const before = client.transitions().length;
    const answer = await client.mutate(0, "messages:nothing", {});
    expect(answer.result).toBe("nothing");
    await client.until(() => client.transitions().length > before);
    await client.covered(answer);
    await client.close();
  });

  it("resolves for the real client, with no subscription", async () => {
    const client = new ConvexClient(server.url);
    await client.mutation(send, { body: "unwatched" });
    await client.mutation(makeFunctionReference<"mutation">("messages:removeAll"), {});
    await client.close();
  });

  it("outside of what a query read leaves the query alone", async () => {
    const client = await RawClient.connect(server.url);
    await client.mutate(0, "messages:send", { body: "first" });
    client.modify(1, [add(0, "messages:first", { count: 1 })]);
    await client.until(() => client.value(0));
    const before = client.messages.length;
    await client.covered(await client.mutate(1, "messages:send", { body: "second" }));
    const after = client.messages.slice(before);
    expect(after.flatMap(({ modifications = [] }) => modifications)).toEqual([]);
    await emptyMessages(client);
    await client.close();
  });

  it("that changes nothing updates nothing", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "messages:list")] });
    await client.covered(await client.mutate(0, "messages:send", { body: "same" }));
    const before = client.messages.length;
    await client.covered(await client.mutate(1, "messages:rewriteSame", {}));
    const after = client.messages.slice(before);
    expect(after.flatMap(({ modifications = [] }) => modifications)).toEqual([]);
    await emptyMessages(client);
    await client.close();
  });

  it("waits for the one sent before it", async () => {
    const client = await RawClient.connect(server.url);
    const call = { type: "Mutation", udfPath: "counters:increment", args: [{ name: "queued" }] };
    client.send({ ...call, requestId: 0 });
    client.send({ ...call, requestId: 1 });
    expect((await client.answer(0)).result).toBe(0);
    expect((await client.answer(1)).result).toBe(1);
    await client.close();
  });

  it("keeps its place among three hundred that are sent at once", async () => {
    const client = await RawClient.connect(server.url);
    const name = "pipelined";
    for (let requestId = 0; requestId < 300; requestId++) {
      client.send({
        ...{ type: "Mutation", requestId, udfPath: "counters:increment", args: [{ name }] },
      });
      // Now and then in another turn, so that they meet batches in progress.
      if (requestId % 7 === 0) await new Promise(setImmediate);
    }
    await client.answer(299);
    const answers = client.messages.filter(({ type }) => type === "MutationResponse");
    expect(answers.map(({ requestId, result }) => [requestId, result])).toEqual(
      Array.from({ length: 300 }, (_, i) => [i, i]),
    );
    await client.close();
  });

  it("that throws says so and leaves nothing", async () => {
    const client = await RawClient.connect(server.url, { queries: [add(0, "messages:list")] });
    const answer = await client.mutate(0, "messages:fail", { body: "broken" });
    expect(answer).toMatchObject({ success: false, ts: null });
    expect(answer.result).toContain("Uncaught Error: broken");
    expect(answer.result).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error\n/);
    expect(answer.result).toContain("(../convex/messages.ts:");
    expect(answer).not.toHaveProperty("errorData");
    await client.mutate(1, "messages:nothing", {});
    expect(client.value(0)).toEqual([]);
    await client.close();
  });

  it("that throws a ConvexError hands its data to the real client", async () => {
    const raw = await RawClient.connect(server.url);
    const answer = await raw.mutate(0, "messages:failWithData", {});
    expect(answer.errorData).toEqual({ code: { $integer: "BwAAAAAAAAA=" } });
    await raw.close();

    const client = new ConvexClient(server.url);
    const failing = makeFunctionReference<"mutation">("messages:failWithData");
    const error: unknown = await client.mutation(failing, {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<{ code: bigint }>).data.code).toBe(7n);
    await client.close();
  });
});

describe("functions over sockets", () => {
  it("count right when fifty clients increment at once", async () => {
    const name = "fifty";
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => RawClient.connect(server.url)),
    );
    const before = await Promise.all(
      clients.map((client) => client.mutate(0, "counters:increment", { name })),
    );
    const seen = before.map(({ result }) => Number(result)).sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await Promise.all(clients.map((client) => client.close()));
  });

  it("see their own writes by range and by search", async () => {
    const client = await RawClient.connect(server.url);
    const { result } = await client.mutate(0, "jobs:readOwnWrites", { body: "heliotrope" });
    expect(result).toEqual({ byRange: 1, bySearch: 1 });
    await emptyMessages(client);
    await client.close();
  });

  it("send what they print to their caller", async () => {
    const client = await RawClient.connect(server.url);
    const { logLines } = await client.mutate(0, "jobs:speak", {});
    expect(logLines).toEqual(["[LOG] 'a' { b: 1 } 'c'"]);
    await client.close();
  });

  it("show a scheduled function while it waits and when it is done", async () => {
    const label = "watched";
    const client = await RawClient.connect(server.url, {
      queries: [add(0, "jobs:states", { label })],
    });
    await client.mutate(0, "jobs:runLater", { label, delayMs: 200 });
    await client.until(() => JSON.stringify(client.value(0)) === '["pending"]');
    await client.until(() => JSON.stringify(client.value(0)) === '["success"]');
    await client.close();
  });
});

describe("a query", () => {
  it("that throws recovers when what it reads changes", async () => {
    const client = await RawClient.connect(server.url, {
      queries: [add(0, "messages:requireOne")],
    });
    expect(client.results.get(0)).toMatchObject({ type: "QueryFailed", logLines: [] });
    expect(client.results.get(0)?.errorMessage).toContain("there is no message");
    await client.covered(await client.mutate(0, "messages:send", { body: "there" }));
    expect(client.value(0)).toBe("there");
    await emptyMessages(client);
    await client.close();
  });

  it("of fifty sockets runs once for each change, and all get it", async () => {
    const queries = [add(0, "messages:first", { count: 3 })];
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => RawClient.connect(server.url, { queries })),
    );
    const runs = await countRuns("messages.js:first", async () => {
      await clients[0]?.mutate(0, "messages:send", { body: "news" });
      await Promise.all(clients.map((client) => client.until(() => client.value(0))));
      await Promise.all(
        clients.map((client) => client.until(() => JSON.stringify(client.value(0)) === '["news"]')),
      );
    });
    expect(runs).toBe(1);
    if (clients[0] !== undefined) await emptyMessages(clients[0]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it("with a result over 5 MB comes whole, in chunks that understand surrogates", async () => {
    const characters = 6_000_000;
    const expected = "a😀".repeat(characters / 3);
    for (const version of ["1.48.0", "1.27.0"]) {
      const client = await RawClient.connect(server.url, { version });
      client.modify(1, [add(0, "messages:large", { characters })]);
      await client.until(() => client.value(0), 20_000);
      expect(client.value(0) === expected).toBe(true);
      await client.close();
    }
    const real = new ConvexClient(server.url);
    const large = makeFunctionReference<"query", { characters: number }, string>("messages:large");
    const value = await new Promise<string>((resolve, reject) => {
      real.onUpdate(large, { characters }, resolve, reject);
    });
    expect(value === expected).toBe(true);
    await real.close();
  });
});

/** How often a function ran meanwhile, by the server's log of runs. */
async function countRuns(identifier: string, during: () => Promise<void>): Promise<number> {
  const read = async (
    cursor: number,
  ): Promise<{ entries: { identifier: string }[]; newCursor: number }> => {
    const response = await fetch(
      `${server.url}/api/stream_function_logs?cursor=${String(cursor)}`,
      { headers: { authorization: `Convex ${server.adminKey}` } },
    );
    return (await response.json()) as { entries: { identifier: string }[]; newCursor: number };
  };
  const { newCursor } = await read(0);
  await during();
  const { entries } = await read(newCursor);
  return entries.filter((entry) => entry.identifier === identifier).length;
}
