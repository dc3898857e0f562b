// The fast push of `npm start`: does what the CLI's does, at once, and nothing when nothing changed.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PushError, pushProject } from "../../embedded/deploy/pushProject.ts";
import { ProjectBundleError } from "../../embedded/deploy/projectBundle.ts";
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

const push = () => pushProject({ ...backend, projectDir: project.dir });
const bundleFiles = async () => (await readdir(join(backend.dataDir, "modules"))).sort();

describe("pushProject", () => {
  it("pushes once, then finds nothing to do", async () => {
    expect(await push()).toMatchObject({ pushed: true });
    expect(await push()).toMatchObject({ pushed: false });
    expect(await project.succeed("run", "messages:count")).toBe("0\n");
  });

  it("makes the very modules that the CLI makes", async () => {
    await push();
    const ours = await bundleFiles();
    await project.succeed("deploy", "-y", "--typecheck", "disable");
    expect(await bundleFiles()).toEqual(ours);
    expect(await push()).toMatchObject({ pushed: false });
  });

  it("notices a change of the schema alone", async () => {
    await push();
    await project.edit("convex/schema.ts", (text) =>
      text.replace('.index("by_author", ["author"])', '.index("by_body", ["body"])'),
    );
    expect(await push()).toMatchObject({ pushed: true });
    expect(await push()).toMatchObject({ pushed: false });
  });

  it("says what is wrong, and leaves the old code running", async () => {
    await push();
    await project.succeed("run", "messages:send", '{"author": "ada", "body": "first"}');
    await project.edit("convex/schema.ts", (text) =>
      text.replace("author: v.string()", "author: v.number()"),
    );
    await expect(push()).rejects.toThrow(PushError);
    await expect(push()).rejects.toThrow(/Document with ID .* does not match the schema/);
    await project.reset();
    await project.write("convex/broken.ts", "export const x = ;");
    await expect(push()).rejects.toThrow(ProjectBundleError);
    await project.write("convex/broken.ts", 'export {};\nthrow new Error("at import");');
    await expect(push()).rejects.toThrow(/Failed to analyze broken\.js: Uncaught Error: at import/);
    expect(await project.succeed("run", "messages:count")).toBe("1\n");
  });

  it("is refused without the right key", async () => {
    const stranger = { ...backend, adminKey: "embedded|0000", projectDir: project.dir };
    await expect(pushProject(stranger)).rejects.toThrow(/admin key/);
  });
});
