// Pushing with the official CLI: dev, deploy, codegen, and what it shows when something is wrong.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, describe, it } from "vitest";
import { startBackend, type Backend } from "./backend.ts";
import { Project } from "./project.ts";

let backend: Backend;
let project: Project;
beforeAll(async () => {
  backend = await startBackend();
  project = await Project.create(backend);
});
beforeEach(() => project.reset());
afterAll(async () => {
  await project.close();
  await backend.close();
});

describe("a push", () => {
  it("is type-checked, and generates what the repository holds", async () => {
    const generated = join(project.dir, "convex/_generated");
    const expected = await folderTexts(generated);
    await project.write("convex/_generated/api.d.ts", "// out of date");
    const { code, stderr } = await project.convex("dev", "--once");
    expect(stderr).toContain("Convex functions ready!");
    expect(stderr).toMatch(/\[\+] messages\.by_author +author, _creationTime/);
    expect(stderr).toMatch(/\[\+] messages\.search_body \(text\) +body/);
    expect(code).toBe(0);
    expect(await folderTexts(generated)).toEqual(expected);
    expect(await project.read(".env.local")).toContain(`CONVEX_URL=${backend.url}`);
    expect(await project.read(".env.local")).toContain(`CONVEX_SITE_URL=${backend.siteUrl}`);
  });

  it("makes functions callable, HTTP actions and Node actions too", async () => {
    const sent = await project.succeed(
      ...["run", "messages:send", '{"author": "ada", "body": "first"}'],
    );
    expect(JSON.parse(sent)).toMatch(/^[0-9a-z]{32}$/);
    expect(await (await fetch(`${backend.siteUrl}/ping`)).text()).toBe("pong");
    expect(JSON.parse(await project.succeed("run", "nodeActions:digest", '{"text": "x"}'))).toBe(
      "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    );
  });

  it("by deploy says what happens to indexes", async () => {
    await project.edit("convex/schema.ts", (text) =>
      text.replace('.index("by_author", ["author"])', '.index("by_body", ["body", "author"])'),
    );
    const { code, stderr } = await project.convex("deploy", "-y", "--typecheck", "disable");
    expect(stderr).toMatch(/\[-] messages\.by_author/);
    expect(stderr).toMatch(/\[\+] messages\.by_body/);
    expect(stderr).toContain("Deployed Convex functions to");
    expect(code).toBe(0);
  });

  it("by deploy --dry-run shows the changes and makes none", async () => {
    await project.edit("convex/schema.ts", (text) =>
      text.replace('.index("by_author", ["author"])', '.index("by_body", ["body", "author"])'),
    );
    await project.write("convex/extra.ts", `export { list } from "./messages.js";`);
    const push = ["deploy", "-y", "--typecheck", "disable"] as const;
    await project.succeed(...push);
    await project.reset();
    const { code, stderr } = await project.convex(...push, "--dry-run");
    expect(stderr).toMatch(/\[\+] messages\.by_author/);
    expect(stderr).toMatch(/\[-] messages\.by_body/);
    expect(code).toBe(0);
    // What was there before still is.
    expect(JSON.parse(await project.succeed("run", "extra:list"))).toHaveLength(1);
  });

  it("by deploy --cmd builds the app with the backend's address first", async () => {
    const build = `node -e "fs.writeFileSync('built.txt', process.env.APP_BACKEND)"`;
    await project.succeed(
      ...["deploy", "-y", "--typecheck", "disable"],
      ...["--cmd", build, "--cmd-url-env-var-name", "APP_BACKEND"],
    );
    expect(await project.read("built.txt")).toBe(backend.url);
  });

  it("by dev --once --run is followed by the run", async () => {
    const { code, stdout, stderr } = await project.convex(
      ...["dev", "--once", "--typecheck", "disable", "--run", "messages:count"],
    );
    expect(stderr).toContain("Convex functions ready!");
    expect(stdout.trim()).toBe("1");
    expect(code).toBe(0);
  });

  it("by codegen changes nothing on the backend", async () => {
    await project.write("convex/extra.ts", `export { list } from "./messages.js";`);
    await project.succeed("codegen", "--typecheck", "disable");
    expect(await project.read("convex/_generated/api.d.ts")).toContain('from "../extra.js"');
    const { code, stderr } = await project.convex("run", "extra:list");
    expect(stderr).toContain("Could not find function for 'extra:list'");
    expect(code).toBe(1);
  });

  it("by run --push comes before the run", async () => {
    await project.write("convex/extra.ts", `export { list } from "./messages.js";`);
    const output = await project.succeed("run", "--push", "--typecheck", "disable", "extra:list");
    expect(JSON.parse(output)).toMatchObject([{ author: "ada", body: "first" }]);
  });
});

describe("a push that cannot be accepted", () => {
  it("shows a type error, and does not push", async () => {
    await project.write("convex/extra.ts", `export const wrong: number = "text";`);
    const { code, stdout, stderr } = await project.convex("dev", "--once");
    expect(stdout + stderr).toContain("Type 'string' is not assignable to type 'number'");
    expect(code).toBe(1);
  });

  it("shows a syntax error with its place", async () => {
    await project.write("convex/extra.ts", `export const wrong = ;`);
    const { code, stderr } = await project.convex("dev", "--once", "--typecheck", "disable");
    expect(stderr).toMatch(/Unexpected ";"[^]*convex\/extra\.ts:1/);
    expect(code).toBe(1);
  });

  it("shows what a module throws when it is loaded, with its place in the author's file", async () => {
    await project.write(
      "convex/extra.ts",
      `export const first = 1;\nthrow new Error("at import");`,
    );
    const { code, stderr } = await project.convex("dev", "--once", "--typecheck", "disable");
    expect(stderr).toContain("Failed to analyze extra.js: Uncaught Error: at import");
    expect(stderr).toContain("../convex/extra.ts:2:7");
    expect(code).toBe(1);
  });

  it("names the document that does not match a new schema, and leaves the old code running", async () => {
    await project.edit("convex/schema.ts", (text) =>
      text.replace("author: v.string(),", "author: v.string(), mood: v.string(),"),
    );
    await project.write("convex/extra.ts", `export { list as listAll } from "./messages.js";`);
    const { code, stderr } = await project.convex("deploy", "-y", "--typecheck", "disable");
    expect(stderr).toContain("Schema validation failed");
    expect(stderr).toMatch(
      /Document with ID "[0-9a-z]{32}" in table "messages" does not match the schema: Object is missing the required field `mood`/,
    );
    expect(code).toBe(1);
    expect((await project.convex("run", "extra:listAll")).code).toBe(1);
    expect(JSON.parse(await project.succeed("run", "messages:count"))).toBe(1);
  });

  it("names the cron whose schedule is not valid, or whose function is missing", async () => {
    await project.edit("convex/crons.ts", (text) =>
      text.replace(
        /crons\.daily\([^)]*\);/,
        'crons.cron("soon", "0 25 * * *", "messages:post", {});',
      ),
    );
    const invalid = await project.convex("dev", "--once", "--typecheck", "disable");
    expect(invalid.stderr).toContain("The cron job 'soon' has the schedule 0 25 * * *");
    expect(invalid.code).toBe(1);
    await project.edit("convex/crons.ts", (text) =>
      text.replace("0 25 * * *", "0 5 * * *").replace("messages:post", "messages:nowhere"),
    );
    const missing = await project.convex("dev", "--once", "--typecheck", "disable");
    expect(missing.stderr).toContain(
      "The cron job 'soon' schedules a function that does not exist",
    );
    expect(missing.code).toBe(1);
  });

  it("asks for the environment variable that the auth config uses", async () => {
    await project.write(
      "convex/auth.config.ts",
      "export default { providers: [{ domain: process.env.ISSUER, applicationID: 'app' }] };",
    );
    const missing = await project.convex("deploy", "-y", "--typecheck", "disable");
    expect(missing.stderr).toContain("Environment variable ISSUER is used in auth config file");
    expect(missing.code).toBe(1);
    await project.succeed("env", "set", "ISSUER", "https://issuer.test");
    const { stderr } = await project.convex("deploy", "-y", "--typecheck", "disable");
    expect(stderr).toContain("Deployed Convex functions to");
  });

  it("is refused while a variable is not as convex.config.ts declares it", async () => {
    await project.write(
      "convex/convex.config.ts",
      `import { defineApp } from "convex/server";
       import { v } from "convex/values";
       const stage = v.union(v.literal("test"), v.literal("live"));
       export default defineApp({
         env: { DECLARED_KEY: v.string(), STAGE: v.optional(stage), NOTE: v.optional(v.string()) },
       });`,
    );
    await project.write(
      "convex/declared.ts",
      `import { env, query } from "./_generated/server";
       export const key = query({ handler: async () => env.DECLARED_KEY });`,
    );
    await project.succeed("env", "set", "STAGE", "somewhere-secret");
    const refused = await project.convex("deploy", "-y", "--typecheck", "disable");
    expect(refused.stderr).toContain("DECLARED_KEY is not set; STAGE does not match its validator");
    expect(refused.stderr).not.toContain("somewhere-secret");
    expect(refused.code).toBe(1);
    await project.succeed("env", "set", "STAGE", "live");
    await project.succeed("env", "set", "DECLARED_KEY", "k-1");
    const { stderr } = await project.convex("deploy", "-y", "--typecheck", "disable");
    expect(stderr).toContain("Deployed Convex functions to");
    expect(JSON.parse(await project.succeed("run", "declared:key"))).toBe("k-1");
    const types = await project.read("convex/_generated/server.d.ts");
    expect(types).toContain("readonly DECLARED_KEY: string;");
    expect(types).toContain('readonly STAGE: "test" | "live" | undefined;');
  });

  it("says that components are not supported", async () => {
    await project.write(
      "convex/convex.config.ts",
      `import { defineApp } from "convex/server";
       import part from "./part/convex.config";
       const app = defineApp();
       app.use(part);
       export default app;`,
    );
    await project.write(
      "convex/part/convex.config.ts",
      `import { defineComponent } from "convex/server"; export default defineComponent("part");`,
    );
    for (const command of [
      ["dev", "--once"],
      ["deploy", "-y"],
    ]) {
      const { code, stderr } = await project.convex(...command, "--typecheck", "disable");
      expect(stderr).toContain("This push uses components (app.use(...) in convex.config.ts)");
      expect(code).toBe(1);
    }
  });
});

describe("what the backend does not implement", () => {
  it.each([
    ["POST", "/api/run_test_function"],
    ["GET", "/api/shapes2"],
    ["POST", "/api/deploy2/no_such_step"],
    ["GET", "/api/app_metrics/failure_percentage_top_k"],
    ["POST", "/api/delete_tables"],
  ])("%s %s is refused at once, with a reason", async (method, path) => {
    const ask = () =>
      fetch(backend.url + path, {
        method,
        headers: {
          authorization: `Convex ${backend.adminKey}`,
          "content-type": "application/json",
        },
        ...(method === "POST" ? { body: "{}" } : {}),
      });
    // The quickest of a few, as the machine may be busy with something else.
    let durationMs = Infinity;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const startedMs = performance.now();
      await (await ask()).text();
      durationMs = Math.min(durationMs, performance.now() - startedMs);
    }
    expect(durationMs).toBeLessThan(100);
    const response = await ask();
    // Not 404, which the CLI would try again for half a minute.
    expect([400, 501]).toContain(response.status);
    expect(await response.json()).toEqual({
      code: expect.any(String) as string,
      message: expect.stringContaining("embedded backend") as string,
    });
  });
});

async function folderTexts(dir: string): Promise<Record<string, string>> {
  const names = await readdir(dir);
  const texts = names.map(async (name) => [
    name,
    await project.read(join("convex/_generated", name)),
  ]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}
