// `convex dev` and `run --watch` as they run all day: push on save, show what is wrong, go on when it is right.
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend, type Backend } from "./backend.ts";
import { Project } from "./project.ts";

let backend: Backend;
let project: Project;
beforeAll(async () => {
  backend = await startBackend();
  project = await Project.create(backend);
});
afterAll(async () => {
  await project.close();
  await backend.close();
});

const run = async (...args: string[]): Promise<unknown> =>
  JSON.parse(await project.succeed("run", ...args)) as unknown;
const READY = /Convex functions ready!/;

it("dev pushes on save, shows errors and logs, and waits for documents to match the schema", async () => {
  const dev = project.start("dev", "--typecheck", "disable", "--tail-logs", "always");
  await dev.prints(READY);

  await project.write(
    "convex/extra.ts",
    `import { query } from "./_generated/server";
     export const answer = query({ args: {}, handler: async () => 1 });`,
  );
  await dev.prints(READY);
  expect(await run("extra:answer")).toBe(1);

  await project.edit("convex/extra.ts", (text) => text.replace("=> 1", "=> )"));
  await dev.prints(/Unexpected "\)"/);
  expect(await run("extra:answer")).toBe(1);

  await project.edit("convex/extra.ts", (text) => text.replace("=> )", "=> 2"));
  await dev.prints(READY);
  expect(await run("extra:answer")).toBe(2);

  // Logs of functions appear where dev runs.
  const id = await run("messages:send", '{"author": "ada", "body": "seen in the log"}');
  await dev.prints(/\[CONVEX M\(messages\.js:send\)] \[LOG] 'sending' 'seen in the log'/);

  await project.edit("convex/schema.ts", (text) =>
    text.replace("author: v.string()", "author: v.number()"),
  );
  await dev.prints(/Document with ID "[0-9a-z]+" in table "messages" does not match the schema/);
  // Dev tries again when the table changes, without a change to any file.
  await project.write("empty.jsonl", "");
  await project.succeed("import", "--table", "messages", "--replace", "-y", "empty.jsonl");
  await dev.prints(READY);
  expect(await run("messages:list")).toEqual([]);
  expect(id).toMatch(/^[0-9a-z]{32}$/);
  await dev.stop();
});

it("run --watch shows each new result", async () => {
  await project.reset();
  await project.succeed("dev", "--once", "--typecheck", "disable");
  const watch = project.start("run", "--watch", "messages:count");
  await watch.prints(/^0$/m);
  await run("messages:send", '{"author": "ada", "body": "one more"}');
  await watch.prints(/^1$/m);
  await watch.stop();
});
