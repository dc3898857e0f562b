// Pushes an app and runs its queries and mutations, through the engine as the server uses it.
import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, valueOf, type TestApp } from "./testing/app.ts";
import { everythingApp } from "./testing/apps/everything.ts";
import { ADA, caught, NOBODY, startEverything } from "./testing/everything.ts";
import type { Commit, Identity } from "./types.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startEverything();
});
afterAll(() => app.close());

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
