// Actions, HTTP actions and stored files, through the engine as the server uses it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JSONObject } from "../values/index.ts";
import { valueOf, type TestApp } from "./testing/app.ts";
import { ADA, caught, NOBODY, startEverything } from "./testing/everything.ts";
import type { FunctionLogEntry } from "./types.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startEverything();
});
afterAll(() => app.close());

describe("actions", () => {
  it("call queries, mutations and actions", async () => {
    const list = await app.action("work:chain", { text: "chain" });
    expect(list).toEqual(expect.arrayContaining(["chain", "chain inner"]));
  });

  it("check their results", async () => {
    expect(await app.failure(app.action("work:wrongResult"))).toMatch(/^ReturnsValidationError: /);
  });

  it("see real time, and of process only its environment", async () => {
    expect(await app.action("work:clock")).toBe(true);
    expect(await app.action("work:globals")).toEqual({
      ...{ process: ["env"], require: "undefined", Buffer: "undefined", fetch: "function" },
      ...{ url: "http://127.0.0.1:3210", home: null },
    });
  });

  it("fetch", async () => {
    const server = createServer((request, response) => {
      if (request.method === "GET") response.write("streamed ");
      else void request.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await app.action("work:fetches", { url: `http://127.0.0.1:${port}/` })).toEqual([
      ...[200, '{"from":"action"}', true, "streamed "],
    ]);
    server.closeAllConnections();
    server.close();
  });

  it("store and read files", async () => {
    const { id, text, type } = (await app.action("work:blob")) as JSONObject;
    expect({ text, type }).toEqual({ text: "hello", type: "text/plain" });
    expect(await app.query("files:row", { id: id ?? null })).toMatchObject({ _id: id, size: 5 });
  });

  it("schedule, and warn of what they did not await", async () => {
    expect(await app.action("work:schedule", { text: "later" })).toMatch(/^[0-9a-z]{32}$/);
    const outcome = await app.engine.runAction({
      ...{ path: "work:unawaited", args: {}, identity: NOBODY, visibility: "public" },
    });
    expect(outcome.logLines.join()).toMatch(/1 unawaited operation: \[mutation\]/);
  });

  it("hand their identity on", async () => {
    const outcome = await app.engine.runAction({
      ...{ path: "work:identity", args: {}, identity: ADA, visibility: "public" },
    });
    expect(valueOf(outcome)).toEqual(["Ada", "Ada"]);
  });

  it("run in Node with its modules", async () => {
    const entries: FunctionLogEntry[] = [];
    const stop = app.engine.onLog((entry) => entries.push(entry));
    expect(await app.action("nodeWork:digest", { text: "abc" })).toMatch(/^ba7816bf/);
    stop();
    expect(entries.find((entry) => entry.kind === "Action")).toMatchObject({
      ...{ identifier: "nodeWork.js:digest", environment: "node", caller: "Client" },
      logLines: ["[LOG] 'hashing' { text: 'abc' }"],
    });
    const failed = await caught(app.action("nodeWork:fails"));
    expect(failed.message).toBe("Uncaught Error: node error");
    expect(failed.frames).toMatch(/\.\.\/convex\/nodeWork\.ts:\d+:\d+/);
  });
});

describe("HTTP actions", () => {
  async function http(
    method: string,
    path: string,
    body: Uint8Array | null = null,
    identity = NOBODY,
  ) {
    const response = await app.engine.runHttpAction({
      ...{ method, url: `http://127.0.0.1:3211${path}`, headers: [], body, identity },
    });
    const text = await new Response(response.body as BodyInit | null).text();
    return { status: response.status, text, headers: new Map(response.headers) };
  }
  const bytes = (text: string) => new TextEncoder().encode(text);

  it("answer with status, headers and body", async () => {
    const hello = await http("GET", "/hello?who=world");
    expect(hello).toMatchObject({ status: 200, text: "hello world" });
    expect(hello.headers.get("x-test")).toBe("1");
    expect(await http("POST", "/echo", bytes("\u0000\u00ff"))).toMatchObject({
      status: 201,
      text: "\u0000\u00ff",
    });
    expect((await http("POST", "/add", bytes('{"text":"by http"}'))).text).toContain("by http");
  });

  it("prefer exact routes, then longer prefixes", async () => {
    expect((await http("GET", "/files/exact")).text).toBe("exact");
    expect((await http("GET", "/files/deep/x")).text).toBe("longer prefix");
    expect((await http("GET", "/files/x")).text).toBe("prefix");
  });

  it("answer 404 without a route and 500 after an error", async () => {
    expect(await http("POST", "/hello")).toMatchObject({
      status: 404,
      text: "No matching routes found",
    });
    const failed = await http("GET", "/throws");
    expect(failed.status).toBe(500);
    expect(failed.text).toMatch(
      /\[Request ID: [0-9a-f]{16}\] Server Error: Uncaught Error: http error/,
    );
  });

  it("stream", async () => {
    expect((await http("GET", "/stream")).text).toBe("abc");
  });

  it("throw on an identity that could not be verified", async () => {
    expect((await http("GET", "/me", null, ADA)).text).toContain('"name":"Ada"');
    const invalid = await http("GET", "/me", null, { kind: "invalid", message: "bad token" });
    expect(invalid.text).toContain("bad token");
  });
});

describe("storage syscalls", () => {
  it("make upload URLs and delete rows", async () => {
    expect(await app.mutation("files:uploadUrl")).toMatch(
      /^http:\/\/127\.0\.0\.1:3210\/api\/storage\/upload\?token=/,
    );
    const { id } = (await app.action("work:blob")) as JSONObject;
    expect(await app.query("files:url", { id: id ?? null })).toMatch(/\/api\/storage\//);
    await app.mutation("files:remove", { id: id ?? null });
    expect(await app.query("files:url", { id: id ?? null })).toBeNull();
  });
});
