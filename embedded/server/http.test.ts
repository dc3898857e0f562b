// Functions and small endpoints over plain HTTP: conformance checks 30 to 39 of the protocol's specification.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConvexHttpClient } from "convex/browser";
import type { ConvexError } from "convex/values";
import { makeFunctionReference } from "convex/server";
import { startTestServer, type TestServer } from "./testing/testServer.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Reply = { status: number; body: Record<string, unknown>; headers: Headers };

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const parsed = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body: parsed, headers: response.headers };
}

const admin = (): Record<string, string> => ({ authorization: `Convex ${server.adminKey}` });

describe("a function over HTTP", () => {
  it("takes its arguments bare or in an array", async () => {
    const bare = await post("/api/query", { path: "messages:list", args: {} });
    const inArray = await post("/api/query", { path: "messages:list", args: [{}] });
    expect(bare).toMatchObject({ status: 200, body: { status: "success", value: [] } });
    expect(inArray.body).toEqual(bare.body);
    // Unlike on the socket.
    expect(bare.body).not.toHaveProperty("logLines");
  });

  it("may be asked with GET", async () => {
    const query = new URLSearchParams({ path: "counters:get", args: '{"name":"http"}' });
    const response = await fetch(`${server.url}/api/query?${query.toString()}`);
    expect(await response.json()).toEqual({ status: "success", value: 0 });
  });

  it("is told its log lines", async () => {
    const { body } = await post("/api/query", { path: "messages:first", args: { count: 1 } });
    expect(body.logLines).toEqual(["[LOG] 'first ran'"]);
  });

  it("that does not exist is a function's error, not HTTP's", async () => {
    const { status, body } = await post("/api/query", { path: "a:b", args: {} });
    expect(status).toBe(200);
    expect(body.status).toBe("error");
    expect(body.errorMessage).toContain("Could not find public function for 'a:b'");
  });

  it("with a path that cannot be one is a bad request", async () => {
    for (const path of ["", "a b", "../etc:x", ":", 7, null]) {
      expect((await post("/api/query", { path, args: {} })).status).toBe(400);
    }
  });

  it("of another kind says so", async () => {
    const { body } = await post("/api/query", { path: "messages:send", args: { body: "x" } });
    expect(body.errorMessage).toContain(
      "Trying to execute messages.js:send as Query, but it is defined as Mutation.",
    );
  });

  it("with wrong arguments says which", async () => {
    const { body } = await post("/api/mutation", { path: "messages:send", args: {} });
    expect(body.errorMessage).toContain(
      "ArgumentValidationError: Object is missing the required field `body`.",
    );
  });

  it("that throws has error data only for a ConvexError", async () => {
    const plain = await post("/api/mutation", { path: "messages:fail", args: { body: "no" } });
    expect(plain.status).toBe(200);
    expect(plain.body).toMatchObject({ status: "error" });
    expect(plain.body.errorMessage).toContain("Uncaught Error: no");
    expect(plain.body).not.toHaveProperty("errorData");
    const withData = await post("/api/mutation", {
      ...{ path: "messages:failWithData", args: {}, format: "convex_encoded_json" },
    });
    expect(withData.body.errorData).toEqual({ code: { $integer: "BwAAAAAAAAA=" } });
  });

  it("writes its value in the asked-for format", async () => {
    const big = (format?: string): Promise<Reply> =>
      post("/api/query", {
        path: "values:big",
        args: {},
        ...(format === undefined ? {} : { format }),
      });
    expect((await big("json")).body.value).toBe("9007199254740993");
    expect((await big()).body.value).toBe("9007199254740993");
    expect((await big("convex_encoded_json")).body.value).toEqual({ $integer: "AQAAAAAAIAA=" });
    expect(await big("xyz")).toMatchObject({
      ...{ status: 400 },
      body: { code: "BadFormat", message: 'format param must be one of [`json`]. Got "xyz"' },
    });
    const special = await post("/api/query", { path: "values:special", args: {}, format: "json" });
    expect(special.body.value).toEqual({ nan: "NaN", infinite: "-Infinity", bytes: "AQID" });
    const oldClient = { "convex-client": "npm-1.4.0" };
    const old = await post("/api/query", { path: "values:big", args: {} }, oldClient);
    expect(old.body.value).toEqual({ $integer: "AQAAAAAAIAA=" });
  });

  it("is found by its address, whatever its kind", async () => {
    expect((await post("/api/run/messages/list", { args: {} })).body).toMatchObject({ value: [] });
    const sent = await post("/api/run/counters/increment", { args: { name: "run" } });
    expect(sent.body).toMatchObject({ status: "success", value: 0 });
  });

  it("among others in a batch, all at one moment", async () => {
    const { body } = await post("/api/query_batch", {
      queries: [
        { path: "counters:get", args: { name: "batch" } },
        { path: "a:b", args: {} },
      ],
    });
    const results = body.results as Record<string, unknown>[];
    expect(results[0]).toEqual({ status: "success", value: 0 });
    expect(results[1]).toMatchObject({ status: "error" });
  });
});

describe("an internal function", () => {
  it("cannot be reached from outside, and is not told from one that is missing", async () => {
    const { body } = await post("/api/mutation", {
      path: "messages:sendInternal",
      args: { body: "x" },
    });
    expect(body.errorMessage).toContain(
      "Could not find public function for 'messages:sendInternal'",
    );
    const run = await post("/api/run/messages/sendInternal", { args: { body: "x" } });
    expect(run.body.errorMessage).toContain("Could not find public function");
  });

  it("runs for the admin", async () => {
    const call = { path: "messages:count", args: {} };
    expect((await post("/api/function", call, admin())).body).toMatchObject({
      status: "success",
    });
    const missing = await post("/api/function", { path: "no:where", args: {} }, admin());
    expect(missing.body.errorMessage).toContain("Could not find function for 'no:where'");
  });

  it("does not run without the key, or with a wrong one", async () => {
    const call = { path: "messages:count", args: {} };
    expect((await post("/api/function", call)).status).toBe(401);
    expect((await post("/api/function", call, { authorization: "Convex wrong|00" })).status).toBe(
      401,
    );
    expect((await post("/api/function", call, { authorization: "Bearer x.y.z" })).status).toBe(403);
  });

  it("runs for an admin who acts as a user, as that user", async () => {
    const acting = Buffer.from(
      JSON.stringify({ issuer: "https://a.test", subject: "eve" }),
    ).toString("base64");
    const { body } = await post(
      "/api/function",
      { path: "users:me", args: {} },
      { authorization: `Convex ${server.adminKey}:${acting}` },
    );
    expect(body.value).toMatchObject({ tokenIdentifier: "https://a.test|eve" });
  });
});

describe("the real HTTP client", () => {
  it("applies queued mutations in order", async () => {
    const client = new ConvexHttpClient(server.url);
    const increment = makeFunctionReference<"mutation", { name: string }, number>(
      "counters:increment",
    );
    const results = await Promise.all(
      Array.from({ length: 20 }, () => client.mutation(increment, { name: "http queue" })),
    );
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it("round-trips values of every kind", async () => {
    const client = new ConvexHttpClient(server.url);
    const echo = makeFunctionReference<"query">("values:echo");
    const value = {
      ...{ nothing: null, small: -(2n ** 63n), large: 2n ** 63n - 1n, zero: -0, not: NaN },
      ...{ up: Infinity, down: -Infinity, text: "😀\u0000", list: [1, [2, [true]]] },
      bytes: new Uint8Array([0, 255]).buffer,
    };
    expect(await client.query(echo, { value })).toEqual(value);
  });

  it("gets a ConvexError's data through an action that called a mutation", async () => {
    const client = new ConvexHttpClient(server.url);
    const relay = makeFunctionReference<"action">("actions:relay");
    const error: unknown = await client.action(relay, {}).catch((thrown: unknown) => thrown);
    expect((error as ConvexError<{ code: bigint }>).data).toEqual({ code: 7n });
  });
});

describe("a request", () => {
  it("from another origin is allowed, with what it asks for mirrored", async () => {
    const response = await fetch(`${server.url}/api/query`, {
      method: "OPTIONS",
      headers: {
        origin: "http://app.test",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,convex-client",
      },
    });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "http://app.test",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "authorization,convex-client",
      "access-control-max-age": "86400",
    });
  });

  it.each([
    ["not JSON", "{nonsense"],
    ["no object", "[]"],
    ["nothing", ""],
    ["arguments that are a list of two", '{"path":"messages:list","args":[{},{}]}'],
    ["arguments that are text", '{"path":"messages:list","args":"x"}'],
    ["a value that is no Convex value", '{"path":"values:echo","args":{"value":{"$integer":"x"}}}'],
  ])("whose body is %s is refused or fails in words", async (_name, text) => {
    const { status, body } = await post("/api/query", text);
    expect(status === 400 || body.status === "error").toBe(true);
    expect(JSON.stringify(body)).not.toContain("/embedded/");
  });

  it("larger than the public API takes is refused before it is read to its end", async () => {
    const { hostname, port } = new URL(server.url);
    const outgoing = httpRequest({ hostname, port, method: "POST", path: "/api/mutation" });
    outgoing.setHeader("content-length", String(50 << 20));
    outgoing.on("error", () => undefined);
    outgoing.write("x".repeat(1000));
    const [response] = (await once(outgoing, "response")) as [{ statusCode: number }];
    expect(response.statusCode).toBe(413);
    outgoing.destroy();
  });

  it("that is a small compressed body of an enormous one is refused", async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    const response = await fetch(`${server.url}/api/mutation`, {
      method: "POST",
      headers: { "content-encoding": "gzip" },
      body: bomb,
    });
    expect(response.status).toBe(413);
  });

  it("may be compressed with brotli, as the CLI's are", async () => {
    const response = await fetch(`${server.url}/api/query`, {
      method: "POST",
      headers: { "content-encoding": "br" },
      body: brotliCompressSync('{"path":"messages:list","args":{}}'),
    });
    expect(await response.json()).toEqual({ status: "success", value: [] });
  });

  it("for an endpoint that there is not is refused at once", async () => {
    const unknown = await post("/api/unheard_of", {});
    expect(unknown.status).toBe(501);
    expect((await post("/api/query_at_ts", {})).status).toBe(400);
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/api/query`, { method: "DELETE" })).status).toBe(405);
  });

  it("that is not HTTP does not disturb anybody", async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined).resume();
    socket.write("\u0016\u0003\u0001 this is not HTTP\r\n\r\n");
    await once(socket, "close");
    expect((await fetch(`${server.url}/version`)).status).toBe(200);
  });
});

describe("small endpoints", () => {
  it("answer", async () => {
    expect(await (await fetch(server.url)).text()).toContain("This Convex deployment is running");
    expect((await fetch(`${server.url}/version`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/instance_name`)).text()).toBe("embedded");
    expect((await post("/api/query_ts", {})).body.ts).toMatch(/^[A-Za-z0-9+/]{11}=$/);
    const urls = await fetch(`${server.url}/api/v1/get_canonical_urls`, { headers: admin() });
    expect(await urls.json()).toEqual({
      convexCloudUrl: server.url,
      convexSiteUrl: server.siteUrl,
    });
  });
});
