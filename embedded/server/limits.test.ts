// Convex's limits on what comes and goes over HTTP (CONVEX-RUNTIME 4.7), each at the limit and one past it: calls of
// functions, HTTP actions, pushes, environment variables.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createZstdCompress } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RawClient } from "./testing/rawClient.ts";
import { startTestServer, type TestServer } from "./testing/testServer.ts";

// Hundreds of megabytes go back and forth, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Refusal = { code: string; message: string };

const admin = () => ({ authorization: `Convex ${server.adminKey}` });
const MIB = 1 << 20;

describe("a call of a function", () => {
  it("has a body of at most 16 MiB and 2,000 bytes", async () => {
    const mostBytes = 16 * MIB + 2_000;
    const call = (bytes: number) => {
      const text = '{"path":"messages:list","args":{}}';
      const body = text + " ".repeat(bytes - text.length);
      return fetch(`${server.url}/api/query`, { method: "POST", body });
    };
    const fits = await call(mostBytes);
    expect(await fits.json()).toMatchObject({ status: "success" });
    const refused = await call(mostBytes + 1);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toEqual({
      code: "PayloadTooLarge",
      message: `The request body is larger than the ${String(mostBytes)} bytes that this endpoint takes.`,
    });
  });
});

describe("a function's path", () => {
  it("has at most 512 characters", async () => {
    const call = (length: number) =>
      fetch(`${server.url}/api/query`, {
        method: "POST",
        body: JSON.stringify({ path: `${"m".repeat(length - 2)}:f`, args: {} }),
      });
    expect((await call(512)).status).toBe(200);
    const refused = await call(513);
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as Refusal).code).toBe("BadConvexFunctionIdentifier");
  });
});

describe("JSON of strangers", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  it("has at most 128 levels, also in an address", async () => {
    const call = (levels: number) =>
      fetch(`${server.url}/api/query`, {
        method: "POST",
        // Three levels are around the value.
        body: `{"path":"values:echo","args":[{"value":${deep(levels - 3)}}]}`,
      });
    const read = (await (await call(128)).json()) as { status: string; errorMessage: string };
    expect(read.status).toBe("error");
    expect(read.errorMessage).toContain("nested 126 levels deep > maximum nesting 64");
    for (const levels of [129, 1_000_000]) {
      const refused = await call(levels);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toEqual({
        code: "InvalidJson",
        message: "The request body is not valid JSON: it has more than 128 levels.",
      });
    }
    const args = encodeURIComponent(`{"value":${deep(1_000)}}`);
    const address = `${server.url}/api/query?path=values:echo&args=${args}`;
    expect((await fetch(address)).status).toBe(400);
  });

  it("on the socket, too, where it is a fatal error: a client would send it again and again", async () => {
    const mutation = (levels: number) =>
      `{"type":"Mutation","requestId":0,"udfPath":"messages:send","args":[{"body":${deep(levels - 3)}}]}`;
    const client = await RawClient.connect(server.url);
    client.socket.send(mutation(128));
    expect((await client.answer(0)).success).toBe(false);
    client.socket.send(mutation(1_000_000));
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toEqual({
      type: "FatalError",
      error: "Received invalid JSON on the socket: it has more than 128 levels.",
    });
  });
});

describe("a batch of queries", () => {
  it("has at most 1,000", async () => {
    const batch = (count: number) => {
      const queries = new Array<object>(count).fill({ path: "messages:list", args: {} });
      return fetch(`${server.url}/api/query_batch`, {
        method: "POST",
        body: JSON.stringify({ queries }),
      });
    };
    const { results } = (await (await batch(1_000)).json()) as { results: unknown[] };
    expect(results).toHaveLength(1_000);
    const refused = await batch(1_001);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      code: "TooManyQueries",
      message: "A batch may hold 1000 queries, not 1001.",
    });
  });
});

describe("an HTTP action", () => {
  const mostBytes = 20 * MIB;

  it("gets at most 20 MiB", async () => {
    const post = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`${server.siteUrl}/measure`, { method: "POST", body });
    expect(await (await post(new Uint8Array(mostBytes))).text()).toBe(String(mostBytes));
    const refused = await post(new Uint8Array(mostBytes + 1));
    expect(refused.status).toBe(413);
    expect(((await refused.json()) as Refusal).code).toBe("PayloadTooLarge");
  });

  it("answers with at most 20 MiB in one piece", async () => {
    const fits = await fetch(`${server.siteUrl}/large?bytes=${String(mostBytes)}`);
    expect((await fits.arrayBuffer()).byteLength).toBe(mostBytes);
    const refused = await fetch(`${server.siteUrl}/large?bytes=${String(mostBytes + 1)}`);
    expect(refused.status).toBe(500);
    expect(await refused.json()).toEqual({
      code: "HttpResponseTooLarge",
      message: "HTTP actions support responses up to 20 MiB.",
    });
  });

  it("answers with at most 20 MiB in many pieces: the one byte more breaks the answer off, and the log says why", async () => {
    const pieces = (extraBytes: number) =>
      fetch(`${server.siteUrl}/large?pieces=20&bytes=${String(MIB)}&last=${String(extraBytes)}`);
    const fits = await pieces(0);
    expect((await fits.arrayBuffer()).byteLength).toBe(mostBytes);
    const { newCursor } = await logsSince(0);
    const brokenOff = await pieces(1);
    expect(brokenOff.status).toBe(200);
    await expect(brokenOff.arrayBuffer()).rejects.toThrow();
    const { entries } = await logsSince(newCursor);
    const errors = entries.filter(({ error }) => error !== null);
    expect(errors).toEqual([
      expect.objectContaining({
        ...{ identifier: "GET /large", udfType: "HttpAction" },
        error: "HTTP actions support responses up to 20 MiB.",
      }),
    ]);
  });

  it("whose stream fails breaks the answer off, and the log says why", async () => {
    const { newCursor } = await logsSince(0);
    const brokenOff = await fetch(`${server.siteUrl}/large?pieces=3&bytes=${String(MIB)}&fails=1`);
    await expect(brokenOff.arrayBuffer()).rejects.toThrow();
    const { entries } = await logsSince(newCursor);
    const errors = entries.filter(({ error }) => error !== null);
    expect(errors).toEqual([
      expect.objectContaining({ error: expect.stringContaining("torn") as string }),
    ]);
  });

  type Entry = { identifier: string; udfType: string; error: string | null };

  /** At 0 only where the log stands; otherwise what came after. */
  async function logsSince(cursor: number): Promise<{ entries: Entry[]; newCursor: number }> {
    const response = await fetch(
      `${server.url}/api/stream_function_logs?cursor=${String(cursor)}`,
      { headers: admin() },
    );
    return (await response.json()) as { entries: Entry[]; newCursor: number };
  }
});

describe("a push", () => {
  const mostBytes = 200_000_000;
  const push = async (bytes: number, headers: Record<string, string>) =>
    fetch(`${server.url}/api/deploy2/start_push`, {
      method: "POST",
      headers: { "content-encoding": "zstd", ...headers },
      body: await buffer(Readable.from(emptyObject(bytes)).pipe(createZstdCompress())),
    });

  /** `{}` and so many spaces that it has this size. */
  function* emptyObject(sizeBytes: number): Generator<Buffer> {
    yield Buffer.from("{}");
    const piece = Buffer.alloc(MIB, " ");
    for (let left = sizeBytes - 2; left > 0; left -= piece.length) yield piece.subarray(0, left);
  }

  it("has at most 200 MB", async () => {
    // Read to its end, and found to be no push.
    const read = await push(mostBytes, admin());
    expect(read.status).toBe(400);
    expect(((await read.json()) as Refusal).message).toMatch(/^start_push at adminKey/);
    const refused = await push(mostBytes + 1, admin());
    expect(refused.status).toBe(413);
    expect(((await refused.json()) as Refusal).message).toBe(
      `The request body is larger than the ${String(mostBytes)} bytes that this endpoint takes.`,
    );
  });

  it("of somebody without the key is read no further than anybody's call", async () => {
    expect((await push(16 * MIB + 2_000, {})).status).toBe(401);
    expect((await push(16 * MIB + 2_001, {})).status).toBe(413);
    expect((await push(1_000, { authorization: "Convex embedded|00" })).status).toBe(401);
  });
});

describe("environment variables", () => {
  const set = async (variables: Record<string, string | null>) => {
    const response = await fetch(`${server.url}/api/update_environment_variables`, {
      method: "POST",
      headers: admin(),
      body: JSON.stringify({
        changes: Object.entries(variables).map(([name, value]) => ({ name, value })),
      }),
    });
    return response.status === 200 ? null : ((await response.json()) as Refusal);
  };
  const list = async () => {
    const response = await fetch(`${server.url}/api/query`, {
      method: "POST",
      headers: admin(),
      body: JSON.stringify({ path: "_system/cli/queryEnvironmentVariables:default", args: {} }),
    });
    return ((await response.json()) as { value: { name: string; value: string }[] }).value;
  };

  it("have names of at most 40 letters, digits and underscores", async () => {
    expect(await set({ ["N".repeat(40)]: "x" })).toBeNull();
    for (const name of ["N".repeat(41), "2ND", "WITH-DASH", "", "Ü"]) {
      expect(await set({ [name]: "x" })).toEqual({
        code: "InvalidEnvVarName",
        message: `Environment variable name "${name}" is invalid. Use letters, digits and underscores, not a digit first, at most 40 characters.`,
      });
    }
    expect(await set({ CONVEX_CLOUD_URL: "x" })).toMatchObject({ code: "EnvVarNameForbidden" });
    await set({ ["N".repeat(40)]: null });
  });

  it("have values of at most 8 KiB", async () => {
    // Two bytes each.
    expect(await set({ LARGE: "ü".repeat(4_096) })).toBeNull();
    expect(await set({ LARGE: `${"ü".repeat(4_096)}x` })).toEqual({
      code: "EnvVarValueTooLong",
      message: "The value of environment variable LARGE is larger than 8192 bytes.",
    });
    expect(await list()).toContainEqual({ name: "LARGE", value: "ü".repeat(4_096) });
    await set({ LARGE: null });
  });

  it("are at most 512, and a change that would make more is refused whole", async () => {
    const present = (await list()).length;
    const many = Object.fromEntries(
      Array.from({ length: 512 - present }, (_, i) => [`V${String(i)}`, "x"]),
    );
    expect(await set({ ...many, ONE_MORE: "x" })).toEqual({
      code: "TooManyEnvVars",
      message: "A deployment can have at most 512 environment variables.",
    });
    expect(await list()).toHaveLength(present);
    expect(await set(many)).toBeNull();
    expect(await list()).toHaveLength(512);
    expect(await set({ ONE_MORE: "x" })).toMatchObject({ code: "TooManyEnvVars" });
    // Another value for one that is there, or one for another, is none more.
    expect(await set({ V0: "y" })).toBeNull();
    expect(await set({ V0: null, ONE_MORE: "x" })).toBeNull();
    await set(Object.fromEntries([...Object.keys(many), "ONE_MORE"].map((name) => [name, null])));
    expect(await list()).toHaveLength(present);
  });
});
