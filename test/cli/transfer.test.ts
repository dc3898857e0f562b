// Data in and out with the official CLI: snapshots with files and int64, single tables, every import mode.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BlobReader, TextWriter, ZipReader, type FileEntry } from "@zip.js/zip.js";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushProject } from "../../embedded/deploy/pushProject.ts";
import { startBackend, type Backend } from "./backend.ts";
import { Project } from "./project.ts";

type Message = { _id: string; author: string; body: string; likes?: bigint; file?: string };
const list = makeFunctionReference<"query", Record<string, never>, Message[]>("messages:list");
const send = makeFunctionReference<"mutation">("messages:send");
const attach = makeFunctionReference<"action">("nested/files:attach");

let source: Backend;
let project: Project;
beforeAll(async () => {
  source = await startBackend();
  project = await Project.create(source);
  await pushProject({ ...source, projectDir: project.dir });
});
afterAll(async () => {
  await project.close();
  await source.close();
});

describe("a snapshot", () => {
  it("brings documents, ids, int64 and files to another backend", async () => {
    const client = new ConvexHttpClient(source.url, { logger: false });
    await client.mutation(send, { author: "ada", body: "plain" });
    await client.mutation(send, { author: "ada", body: "large", likes: 2n ** 63n - 1n });
    await client.mutation(send, { author: "ünï", body: 'line\nbreak "quoted" 😀', likes: -1n });
    await client.action(attach, { text: "file text" });
    const messages = await client.query(list, {});

    await project.succeed("export", "--path", "snapshot.zip", "--include-file-storage");
    const entries = await zipEntries(join(project.dir, "snapshot.zip"));
    expect(Object.keys(entries)).toEqual(
      expect.arrayContaining([
        "README.md",
        "_tables/documents.jsonl",
        "messages/documents.jsonl",
        "messages/generated_schema.jsonl",
        "_storage/documents.jsonl",
      ]),
    );
    // Int64 without a point, float64 with one: the form of Convex's own exports.
    expect(entries["messages/documents.jsonl"]).toMatch(/"likes":9223372036854775807[,}]/);
    expect(entries["_storage/documents.jsonl"]).toMatch(/"size":9\.0[,}]/);

    const target = await startBackend();
    const elsewhere = await Project.create(target);
    try {
      const snapshot = join(project.dir, "snapshot.zip");
      await elsewhere.succeed("import", "-y", snapshot);
      await pushProject({ ...target, projectDir: elsewhere.dir });
      const there = new ConvexHttpClient(target.url, { logger: false });
      expect(await there.query(list, {})).toEqual(messages);
      const { file } = messages.find((message) => message.file !== undefined) ?? {};
      const url = await elsewhere.succeed("run", "nested/files:url", JSON.stringify({ file }));
      const response = await fetch(JSON.parse(url) as string);
      expect(response.headers.get("content-type")).toBe("text/plain");
      expect(await response.text()).toBe("file text");

      // Once more: the same documents, replaced by themselves.
      await elsewhere.succeed("import", "-y", "--replace", snapshot);
      expect(await there.query(list, {})).toEqual(messages);
      expect(await (await fetch(JSON.parse(url) as string)).text()).toBe("file text");
    } finally {
      await elsewhere.close();
      await target.close();
    }
  });

  it("goes where ids are taken, too: references follow the documents", async () => {
    const target = await startBackend();
    const elsewhere = await Project.create(target);
    const first = await startBackend();
    const there = await Project.create(first);
    try {
      await there.write("people.jsonl", '{"name": "Ada"}\n{"name": "Grace"}\n');
      await there.succeed("import", "--table", "people", "-y", "people.jsonl");
      const [grace] = await documents(first, "people");
      await there.write("letters.jsonl", JSON.stringify({ to: grace?._id, copies: [grace?._id] }));
      await there.succeed("import", "--table", "letters", "-y", "letters.jsonl");
      await there.succeed("export", "--path", "snapshot.zip");

      // The first table here has the number that `people` has there, and documents with it in their ids.
      await elsewhere.write("things.jsonl", '{"n": 1}');
      await elsewhere.succeed("import", "--table", "things", "-y", "things.jsonl");
      await elsewhere.succeed("import", "-y", join(there.dir, "snapshot.zip"));
      const [arrived] = await documents(target, "people");
      const [letter] = await documents(target, "letters");
      expect(arrived).toMatchObject({ name: "Grace" });
      expect(arrived?._id).not.toBe(grace?._id);
      expect(letter).toMatchObject({ to: arrived?._id, copies: [arrived?._id] });

      await elsewhere.succeed("import", "--replace-all", "-y", join(there.dir, "snapshot.zip"));
      expect(await documents(target, "people")).toHaveLength(2);
      expect(await documents(target, "things")).toEqual([]);
    } finally {
      await Promise.all([elsewhere.close(), there.close()]);
      await Promise.all([target.close(), first.close()]);
    }
  });

  it("that is not one is refused with a reason", async () => {
    await project.write("broken.zip", "this is no zip file");
    const { code, stderr } = await project.convex("import", "-y", "broken.zip");
    expect(stderr).toContain("The file is not a readable zip");
    expect(code).toBe(1);
  });
});

describe("importing one table", () => {
  /** In the order of the file, without what the backend adds. */
  const rows = async (table: string) =>
    (await documents(source, table)).reverse().map(({ _id, _creationTime, ...fields }) => {
      expect([typeof _id, typeof _creationTime]).toEqual(["string", "number"]);
      return fields;
    });

  it("takes JSON lines, a JSON array and CSV", async () => {
    await project.write("a.jsonl", '{"n": 1, "nested": {"list": [true, null]}}\n{"n": 2.5}\n');
    await project.write("a.json", '[{"n": 1}, {"text": "two"}]');
    await project.write("a.csv", 'name,count\n"Lovelace, Ada",1\nGrace,2.5\n');
    await Promise.all([
      project.succeed("import", "--table", "fromLines", "-y", "a.jsonl"),
      project.succeed("import", "--table", "fromArray", "-y", "a.json"),
      project.succeed("import", "--table", "fromCsv", "-y", "a.csv"),
    ]);
    expect(await rows("fromLines")).toEqual([{ n: 1, nested: { list: [true, null] } }, { n: 2.5 }]);
    expect(await rows("fromArray")).toEqual([{ n: 1 }, { text: "two" }]);
    expect(await rows("fromCsv")).toEqual([
      { name: "Lovelace, Ada", count: 1 },
      { name: "Grace", count: 2.5 },
    ]);
  });

  it("into a table that is not empty asks for a mode, then adds or replaces", async () => {
    await project.write("b.jsonl", '{"n": 1}\n');
    await project.succeed("import", "--table", "modes", "-y", "b.jsonl");
    const refused = await project.convex("import", "--table", "modes", "-y", "b.jsonl");
    expect(refused.stderr).toContain('Table "modes" already has documents');
    expect(refused.code).toBe(1);
    await project.succeed("import", "--table", "modes", "--append", "-y", "b.jsonl");
    expect(await rows("modes")).toEqual([{ n: 1 }, { n: 1 }]);
    await project.succeed("import", "--table", "modes", "--replace", "-y", "b.jsonl");
    expect(await rows("modes")).toEqual([{ n: 1 }]);
  });

  it("changes nothing when one document does not match the schema", async () => {
    const client = new ConvexHttpClient(source.url, { logger: false });
    const before = await client.query(list, {});
    await project.write("c.jsonl", '{"author": "ada", "body": "good"}\n{"author": "ada"}\n');
    const { code, stderr } = await project.convex(
      ...["import", "--table", "messages", "--append", "-y", "c.jsonl"],
    );
    expect(stderr).toContain("Object is missing the required field `body`");
    expect(code).toBe(1);
    expect(await client.query(list, {})).toEqual(before);
  });

  it("names the line that is not JSON", async () => {
    await project.write("d.jsonl", '{"n": 1}\n{"n": \n');
    const { code, stderr } = await project.convex("import", "--table", "bad", "-y", "d.jsonl");
    expect(stderr).toMatch(/Line 2 of the file/);
    expect(code).toBe(1);
  });
});

/** The documents of a table, the newest first. */
async function documents(of: Backend, table: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${of.url}/api/query`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Convex ${of.adminKey}` },
    body: JSON.stringify({
      path: "_system/cli/tableData:default",
      args: { table, order: "desc", paginationOpts: { cursor: null, numItems: 100 } },
      format: "json",
    }),
  });
  const { value } = (await response.json()) as { value: { page: Record<string, unknown>[] } };
  return value.page;
}

async function zipEntries(path: string): Promise<Record<string, string>> {
  const reader = new ZipReader(new BlobReader(new Blob([await readFile(path)])));
  const files = (await reader.getEntries()).filter((entry): entry is FileEntry => !entry.directory);
  const texts = files.map(async (entry) => [entry.filename, await entry.getData(new TextWriter())]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}
