// Pushes an app and runs every kind of function in it, through the engine as the server uses it.
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JSONObject } from "../values/index.ts";
import { RunFailed, startApp, valueOf, type TestApp } from "./testing/app.ts";
import { everythingApp } from "./testing/apps/everything.ts";
import type { Commit, FunctionLogEntry, Identity } from "./types.ts";

const NOBODY: Identity = { kind: "none" };
const ADA: Identity = {
  kind: "user",
  attributes: {
    subject: "ada",
    issuer: "https://issuer",
    tokenIdentifier: "https://issuer|ada",
    name: "Ada",
  },
};

let app: TestApp;
const stored = new Map<string, { bytes: Uint8Array; contentType: string | null }>();

beforeAll(async () => {
  app = await startApp(everythingApp, {
    services: {
      async storeFile({ bytes, contentType }) {
        const internalId = crypto.randomUUID();
        const { value } = await app.engine.callSystem("files:commitUpload", {
          ...{ token: null, internalId, sha256: "", size: bytes.length },
          contentType,
        });
        stored.set(value as string, { bytes, contentType });
        return value as string;
      },
      readFile: (id) => Promise.resolve(stored.get(id) ?? null),
    },
  });
});
afterAll(() => app.close());

async function caught(run: Promise<unknown>): Promise<RunFailed> {
  try {
    await run;
  } catch (error) {
    if (error instanceof RunFailed) return error;
    throw error;
  }
  throw new Error("The run was expected to fail.");
}

describe("queries and mutations", () => {
  it("read and write", async () => {
    expect(await app.query("notes:list")).toEqual([]);
    expect(await app.mutation("notes:add", { text: "first" })).toMatch(/^[0-9a-z]{32}$/);
    expect(await app.query("notes:list")).toEqual(["first"]);
  });

  it("check arguments and results, and keep nothing of a mutation with a wrong result", async () => {
    expect(await app.failure(app.mutation("notes:add", {}))).toMatch(
      /^ArgumentValidationError: Object is missing the required field `text`/,
    );
    expect(await app.failure(app.mutation("notes:wrongResult"))).toMatch(
      /^ReturnsValidationError: Value does not match validator\.\n\nValue: 7\.0\nValidator: v\.string\(\)$/,
    );
    expect(await app.query("notes:list")).not.toContain("must not stay");
  });

  it("hide internal functions behind the text for missing ones", async () => {
    const missing = await app.failure(app.query("notes:nothing"));
    expect(missing).toMatch(/^Could not find public function for 'notes:nothing'/);
    const internal = await app.failure(app.query("notes:secret"));
    expect(internal).toBe(missing.replace("nothing", "secret"));
    const { results } = await app.engine.runQueries([
      { path: "notes:secret", args: {}, identity: { kind: "admin" }, visibility: "any" },
    ]);
    expect(valueOf(results[0])).toBe("secret");
  });

  it("name the kind when asked for another", async () => {
    expect(await app.failure(app.mutation("notes:list"))).toBe(
      "Trying to execute notes.js:list as Mutation, but it is defined as Query.",
    );
    expect(await app.engine.functionKind("notes:list", "public")).toBe("Query");
    expect(await app.engine.functionKind("notes:secret", "public")).toBeNull();
  });

  it("77: commit in groups, each mutation on what the ones before it left", async () => {
    const commits: Commit[] = [];
    const stop = app.engine.onCommit((commit) => commits.push(commit));
    const runs = Array.from({ length: 50 }, () =>
      app.mutation("notes:increment", { name: "many" }),
    );
    const results = await Promise.all(runs);
    stop();
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(commits).toHaveLength(50);
    expect(commits.every(({ ts }, i) => i === 0 || ts > (commits[i - 1]?.ts ?? 0n))).toBe(true);
    expect(await app.query("notes:counter", { name: "many" })).toBe(50);
  });

  it("run a mutation of a session once", async () => {
    const request = {
      ...{ path: "notes:increment", args: { name: "session" }, identity: NOBODY },
      ...{ visibility: "public" as const, session: { sessionId: "s1", requestId: 0 } },
    };
    const first = await app.engine.runMutation(request);
    const again = await app.engine.runMutation(request);
    expect([valueOf(first), valueOf(again)]).toEqual([1, 1]);
    expect(again.ts).toBe(first.ts);
    const other = { ...request, session: { sessionId: "s2", requestId: 0 } };
    expect(valueOf(await app.engine.runMutation(other))).toBe(2);
  });

  it("tell the answer of a session's mutation only to the identity that sent it", async () => {
    const request = {
      ...{ path: "notes:increment", args: { name: "private" }, identity: ADA },
      ...{ visibility: "public" as const, session: { sessionId: "private", requestId: 0 } },
    };
    expect(valueOf(await app.engine.runMutation(request))).toBe(1);
    for (const identity of [NOBODY, { kind: "admin" } satisfies Identity]) {
      const other = await app.engine.runMutation({ ...request, identity });
      expect(other).toMatchObject({ ok: false, logLines: [] });
      expect(() => valueOf(other)).toThrow("sent before by somebody else");
    }
    const newToken: Identity = {
      ...ADA,
      attributes: { ...ADA.attributes, name: "Ada Lovelace" },
    };
    expect(valueOf(await app.engine.runMutation({ ...request, identity: newToken }))).toBe(1);
    expect(await app.query("notes:counter", { name: "private" })).toBe(1);
  });

  it("give queries their read ranges and say whether they looked at the identity", async () => {
    const request = { args: {}, identity: ADA, visibility: "public" as const };
    const { results } = await app.engine.runQueries([
      { ...request, path: "notes:whoAmI" },
      { ...request, path: "notes:list" },
    ]);
    expect(valueOf(results[0])).toBe("Ada");
    expect(results.map((result) => result.usedIdentity)).toEqual([true, false]);
    expect(results[1]?.readSet).toHaveLength(1);
  });
});

describe("errors", () => {
  it("carry text and frames of the author's files, and leave nothing behind", async () => {
    const error = await caught(app.mutation("errors:plain"));
    expect(error.message).toBe("Uncaught Error: x");
    expect(error.frames).toMatch(
      /^ {4}at thrower \(\.\.\/convex\/errors\.ts:\d+:\d+\)\n {4}at .*handler/,
    );
    expect(error.data).toBeUndefined();
    expect(await app.query("notes:list")).not.toContain("gone");
  });

  it("carry the data of a ConvexError", async () => {
    const structured = await caught(app.mutation("errors:structured"));
    expect(structured.data).toEqual({ code: { $integer: "BwAAAAAAAAA=" } });
    expect(structured.message).toMatch(/^Uncaught ConvexError: /);
    expect((await caught(app.query("errors:text"))).data).toBe("no such thing");
  });

  it("describe whatever was thrown", async () => {
    expect(await app.failure(app.query("errors:notAnError"))).toBe("Uncaught just text");
  });

  it("82: keep a ConvexError's data on the way through an action", async () => {
    expect(await app.action("errors:throughAction")).toEqual({
      isConvexError: true,
      code: { $integer: "BwAAAAAAAAA=" },
    });
    const failed = await caught(app.action("errors:actionFailure"));
    expect(failed.message).toBe("Uncaught Error: in an action");
    expect(failed.frames).toMatch(/\.\.\/convex\/errors\.ts:\d+:\d+/);
  });
});

describe("nested calls", () => {
  it("75: undo only what failed, its scheduling included", async () => {
    const list = await app.mutation("nested:outer");
    expect(list).toContain("outer before");
    expect(list).toContain("caught");
    expect(list).not.toContain("inner");
    expect(JSON.stringify(await app.query("jobs:list"))).not.toContain("scheduled by inner");
  });

  it("81: refuse mutations in queries and more than 8 levels", async () => {
    expect(await app.failure(app.query("nested:queryCallsMutation"))).toMatch(
      /(Cannot call a mutation function from a query|runMutation is not a function)/,
    );
    expect(await app.mutation("nested:deep", { depth: 8 })).toBe(8);
    expect(await app.failure(app.mutation("nested:deep", { depth: 9 }))).toMatch(/call depth/);
  });

  it("read a stale snapshot when asked to", async () => {
    expect(await app.mutation("nested:stale", { text: "unseen" })).toEqual([false, true, false]);
    expect(await app.mutation("nested:stale", { text: "seen after" })).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("run one after the other when they are started together", async () => {
    expect(await app.mutation("nested:sideBySide")).toEqual([1, 2]);
  });
});

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

describe("the scheduler's syscalls", () => {
  it("write pending jobs that functions can see and cancel", async () => {
    const id = await app.mutation("jobs:soon", { text: "a job" });
    expect(await app.query("jobs:list")).toContainEqual({
      ...{ name: "notes.js:add", args: [{ text: "a job" }], state: { kind: "pending" } },
    });
    await app.mutation("jobs:cancel", { id });
    expect(await app.query("jobs:list")).toContainEqual({
      ...{ name: "notes.js:add", args: [{ text: "a job" }], state: { kind: "canceled" } },
    });
  });

  it("refuse functions that are not there", async () => {
    expect(await app.failure(app.mutation("jobs:missing"))).toBe(
      "Uncaught Error: Attempted to schedule function at nonexistent path: nowhere.js",
    );
    expect(await app.failure(app.mutation("jobs:missingExport"))).toBe(
      "Uncaught Error: Attempted to schedule function, but no exported function nothing found in the file: notes.js. Did you forget to export it?",
    );
  });

  it("74: leave no job of a mutation that failed", async () => {
    expect(await app.failure(app.mutation("jobs:thrownAway"))).toBe("Uncaught Error: all undone");
    expect(JSON.stringify(await app.query("jobs:list"))).not.toContain("never");
    expect(await app.query("notes:list")).not.toContain("thrown away");
  });

  it("carry a job out once, its state in the same transaction", async () => {
    const id = (await app.mutation("jobs:soon", { text: "carried out" })) as string;
    const request = {
      ...{ path: "notes.js:add", args: { text: "carried out" }, identity: NOBODY },
      ...{ visibility: "any" as const, scheduledId: id },
    };
    valueOf(await app.engine.runMutation(request));
    const again = await app.engine.runMutation(request);
    expect(again.ok).toBe(false);
    const list = (await app.query("notes:list")) as string[];
    expect(list.filter((text) => text === "carried out")).toHaveLength(1);
  });

  it("call by handle, and tell the request's metadata", async () => {
    expect(await app.mutation("jobs:handle")).toEqual([true, 1]);
    const outcome = await app.engine.runMutation({
      ...{ path: "jobs:self", args: {}, identity: NOBODY, visibility: "public" },
      client: { ip: "127.0.0.1", userAgent: "test", requestId: "r1" },
    });
    expect(valueOf(outcome)).toMatchObject({
      ip: "127.0.0.1",
      requestId: "r1",
      scheduledFunctionId: null,
    });
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

describe("the default runtime", () => {
  it("78: stands still in time and draws fresh random numbers for each run", async () => {
    expect(await app.mutation("runtime:time")).toEqual([true, true, "string", true]);
    const [first, second] = [
      await app.mutation("runtime:random"),
      await app.mutation("runtime:random"),
    ];
    expect(first).not.toEqual(second);
  });

  it.each(["fetch", "setTimeout"])("79: refuses %s", async (what) => {
    expect(await app.failure(app.query("runtime:forbidden", { what }))).toBe(
      `Uncaught Error: Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
    );
  });

  it.each(["eval", "function"])("refuses code from text: %s", async (what) => {
    expect(await app.failure(app.query("runtime:forbidden", { what }))).toMatch(/EvalError/);
  });

  it("80: finishes what was not awaited, and fails with what it rejected", async () => {
    await app.mutation("runtime:unawaitedInsert");
    expect(await app.query("notes:list")).toContain("not awaited");
    expect(await app.failure(app.mutation("runtime:unawaitedFailure"))).toMatch(
      /Invalid argument `id`/,
    );
    expect(await app.query("notes:list")).not.toContain("taken back");
  });

  it("83: ends a run whose promise never settles", async () => {
    expect(await app.failure(app.query("runtime:never"))).toMatch(
      /^Returned promise will never resolve/,
    );
  });

  it("84: captures the console", async () => {
    const { results } = await app.engine.runQueries([
      { path: "runtime:prints", args: {}, identity: NOBODY, visibility: "public" },
    ]);
    expect(results[0]?.logLines.slice(0, 2)).toEqual([
      "[LOG] 'a' { b: 1 } 'c'",
      "[WARN] 'careful'",
    ]);
    expect(results[0]?.logLines[2]).toMatch(/^\[ERROR\] Error: shown/);
  });

  it("has Web Crypto", async () => {
    expect(await app.query("runtime:subtle")).toEqual({
      ...{ verified: true, crv: "P-256", isKey: true },
      digest: { $bytes: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" },
    });
  });

  it("has the web's classes", async () => {
    expect(await app.query("runtime:web")).toEqual({
      href: "https://user@example.com:8443/other%20path?a=1&b=2&c=%C3%BC+%26#top",
      ...{ origin: "https://example.com:8443", same: true, params: ["1", "2"], y: " z q" },
      ...{ date: 5, map: 1, aborted: 1, reason: "AbortError", header: "1, 2" },
      ...{ blob: "héllo!", base64: "aGk=hi", canParse: false },
    });
  });

  it("has nothing of Node, and no way out", async () => {
    expect(await app.query("runtime:globals")).toEqual({
      ...{ process: ["env"], require: "undefined", Buffer: "undefined", escape: "EvalError" },
      ...{ cloud: "http://127.0.0.1:3210", own: null, home: null },
    });
  });

  it("counts what a transaction used", async () => {
    expect(await app.mutation("runtime:metrics")).toEqual({ used: 1, remaining: 15_999 });
  });
});

describe("a deployment", () => {
  it("takes environment variables when told", async () => {
    await app.engine.callSystem("testing:setVariable", { name: "GREETING", value: "hello" });
    let invalidated = 0;
    const stop = app.engine.onInvalidateAll(() => {
      invalidated += 1;
    });
    await app.engine.environmentChanged();
    stop();
    expect(invalidated).toBe(1);
    expect(await app.query("runtime:globals")).toMatchObject({ own: "hello" });
  });

  it("keeps its data and code over a restart, and copies itself while in use", async () => {
    const copy = `${app.dataDir}/copy.sqlite3`;
    let isCopied = false;
    const copied = app.engine.backup(copy).finally(() => {
      isCopied = true;
    });
    // Others go on meanwhile.
    do await app.mutation("notes:increment", { name: "during the copy" });
    while (!isCopied);
    await copied;
    const opened = new DatabaseSync(copy, { readOnly: true });
    expect(opened.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    opened.close();
    const before = await app.query("notes:list");
    const dataDir = `${app.dataDir}-restarted`;
    const first = await startApp(everythingApp, { dataDir });
    await first.mutation("notes:add", { text: "kept" });
    await first.close();
    const second = await startApp(everythingApp, { dataDir });
    expect(await second.query("notes:list")).toEqual(["kept"]);
    await second.close();
    await rm(dataDir, { recursive: true });
    expect(await app.query("notes:list")).toEqual(before);
  });
});
