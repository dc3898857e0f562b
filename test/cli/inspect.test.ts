// Looking into a deployment and changing its settings with the official CLI: run, data, env, logs, function-spec.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import { startBackend, type Backend } from "./backend.ts";
import { Project } from "./project.ts";

let backend: Backend;
let project: Project;
beforeAll(async () => {
  backend = await startBackend();
  project = await Project.create(backend);
  await pushProject({ ...backend, projectDir: project.dir });
  for (const body of ["first", "second", "third"]) {
    await run("messages:send", JSON.stringify({ author: "ada", body }));
  }
});
afterAll(async () => {
  await project.close();
  await backend.close();
});

/** The CLI prints nothing for null. */
const run = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await project.succeed("run", ...args)) || "null") as unknown;
/** The rows of `convex data --format jsonLines`. */
const data = async (...args: string[]) =>
  (await project.succeed("data", ...args, "--format", "jsonLines"))
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("convex run", () => {
  it("calls internal functions", async () => {
    expect(await run("messages:count")).toBe(3);
  });

  it("acts as a user when asked to", async () => {
    const identity = '{"subject": "u1", "issuer": "https://issuer.test", "name": "Ada"}';
    expect(await run("messages:whoAmI", "--identity", identity)).toMatchObject({
      tokenIdentifier: "https://issuer.test|u1",
      name: "Ada",
    });
    expect(await run("messages:whoAmI")).toBeNull();
  });

  it("shows a function's error with its place", async () => {
    const { code, stderr } = await project.convex("run", "messages:fail");
    expect(stderr).toContain("Uncaught Error: as asked");
    expect(stderr).toMatch(/at handler \(\.\.\/convex\/messages\.ts:\d+:\d+\)/);
    expect(code).toBe(1);
  });

  it("lists what there is when there is no such function", async () => {
    const { code, stderr } = await project.convex("run", "messages:nope");
    expect(stderr).toContain("Could not find function for 'messages:nope'");
    expect(stderr).toContain("• nested/files:attach");
    expect(code).toBe(1);
  });

  it("shows what is wrong with arguments", async () => {
    const { code, stderr } = await project.convex("run", "messages:send", '{"author": "ada"}');
    expect(stderr).toContain("Object is missing the required field `body`");
    expect(code).toBe(1);
  });

  it("says that it cannot run code that is not deployed", async () => {
    const { code, stderr, durationMs } = await project.convex(
      ...["run", "--inline-query", "await ctx.db.query('messages').first()"],
    );
    expect(stderr).toContain("does not support one-off queries");
    expect(code).toBe(1);
    expect(durationMs).toBeLessThan(15_000);
  });
});

describe("convex data", () => {
  it("lists tables", async () => {
    expect((await project.succeed("data")).trim()).toBe("messages");
  });

  it("shows documents, in either order, as many as asked for", async () => {
    expect((await data("messages")).map(({ body }) => body)).toEqual(["third", "second", "first"]);
    const oldest = await data("messages", "--order", "asc", "--limit", "2");
    expect(oldest.map(({ body }) => body)).toEqual(["first", "second"]);
    expect(await project.succeed("data", "messages", "--limit", "1")).toMatch(
      /_id +\| _creationTime +\| author +\| body/,
    );
  });

  it("shows scheduled functions and files", async () => {
    await run("messages:remind", '{"inMs": 600000}');
    expect(await data("_scheduled_functions")).toMatchObject([
      {
        name: "messages.js:post",
        args: [{ author: "reminder", body: "time is up" }],
        state: { kind: "pending" },
      },
    ]);
    const file = await run("nested/files:attach", '{"text": "file text"}');
    expect(await data("_storage")).toMatchObject([
      { _id: file, size: 9, contentType: "text/plain", sha256: expect.any(String) as string },
    ]);
  });

  it("says when there is nothing in a table", async () => {
    const { stderr } = await project.convex("data", "nothing");
    expect(stderr).toContain("There are no documents in this table.");
  });
});

describe("convex env", () => {
  it("sets, shows and removes variables, and functions see them at once", async () => {
    expect(await run("messages:greeting")).toBe("unset");
    const watch = project.start("run", "--watch", "messages:greeting");
    await watch.prints(/"unset"/);
    await project.succeed("env", "set", "GREETING", "good day");
    await watch.prints(/"good day"/);
    await watch.stop();
    await project.succeed("env", "set", "OTHER=1");
    expect(await project.succeed("env", "list")).toBe("GREETING=good day\nOTHER=1\n");
    expect(await project.succeed("env", "get", "GREETING")).toBe("good day\n");
    expect(await run("messages:greeting")).toBe("good day");
    await project.succeed("env", "remove", "GREETING");
    const missing = await project.convex("env", "get", "GREETING");
    expect(missing.stderr).toContain('Environment variable "GREETING" not found');
    expect(await run("messages:greeting")).toBe("unset");
  });

  it("sets many at once from a file, and overwrites only when told to", async () => {
    await project.write("many.env", 'FIRST=1\nSECOND="two words"\n');
    await project.succeed("env", "set", "--from-file", "many.env");
    const listed = await project.succeed("env", "list");
    expect(listed).toContain("FIRST=1\n");
    expect(listed).toContain("two words");
    await project.write("many.env", "FIRST=one\nTHIRD=3\n");
    expect((await project.convex("env", "set", "--from-file", "many.env")).code).toBe(1);
    expect(await project.succeed("env", "list")).toBe(listed);
    await project.succeed("env", "set", "--force", "--from-file", "many.env");
    expect(await project.succeed("env", "get", "FIRST")).toBe("one\n");
  });

  it("refuses a name that cannot be one", async () => {
    const { code, stderr } = await project.convex("env", "set", "2ND", "x");
    expect(stderr).toContain('Environment variable name "2ND" is invalid');
    expect(code).toBe(1);
  });
});

describe("convex logs", () => {
  it("shows what happened before, and what happens now", async () => {
    await project.convex("run", "messages:fail");
    await run("messages:send", '{"author": "ada", "body": "before"}');
    const logs = project.start("logs", "--history", "1000");
    const past = await logs.prints(/\[CONVEX M\(messages\.js:send\)] \[LOG] 'sending' 'before'/);
    expect(past).toContain("[CONVEX M(messages.js:fail)] Uncaught Error: as asked");
    await run("messages:send", '{"author": "ada", "body": "while watching"}');
    await logs.prints(/\[CONVEX M\(messages\.js:send\)] \[LOG] 'sending' 'while watching'/);
    await logs.stop();
  });

  it("gives raw entries to programs with --jsonl", async () => {
    await run("messages:send", '{"author": "ada", "body": "for programs"}');
    const logs = project.start("logs", "--history", "1000", "--jsonl");
    const printed = await logs.prints(/for programs.*\n/);
    await logs.stop();
    const line = printed.split("\n").find((text) => text.includes("for programs")) ?? "";
    expect(JSON.parse(line)).toMatchObject({
      ...{ kind: "Completion", identifier: "messages.js:send", udfType: "Mutation", error: null },
      logLines: ["[LOG] 'sending' 'for programs'"],
    });
  });

  it("shows only what is new without --history, successful runs when asked to", async () => {
    const logs = project.start("logs", "--success");
    await logs.prints(/Watching logs/);
    // The CLI prints that line before it asks where the log stands: perhaps the first run is too early.
    await vi.waitFor(
      async () => {
        await run("messages:count");
        expect(logs.output).toMatch(
          /\[CONVEX Q\(messages\.js:count\)] Function executed in \d+ ms/,
        );
      },
      { timeout: 30_000 },
    );
    expect(logs.output).not.toContain("while watching");
    await logs.stop();
  });
});

it("function-spec lists functions and HTTP routes", async () => {
  const spec = JSON.parse(await project.succeed("function-spec")) as {
    url: string;
    functions: Record<string, unknown>[];
  };
  expect(spec.url).toBe(backend.url);
  expect(spec.functions).toContainEqual({
    identifier: "messages.js:remind",
    functionType: "Mutation",
    visibility: { kind: "public" },
    args: { type: "object", value: { inMs: { fieldType: { type: "number" }, optional: false } } },
    returns: { type: "any" },
  });
  expect(spec.functions).toContainEqual({
    ...{ functionType: "HttpAction", method: "GET", path: "/ping" },
  });
});
