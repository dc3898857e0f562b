// What the installed app tells the system about itself is true: its shortcuts lead there, and every kind of file that it
// says it opens becomes a lecture, also many at once.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { TestAccount } from "../harness/client.ts";
import { fileOfKind } from "../harness/filesOfEveryKind.ts";
import { tellOnFailure } from "../harness/tellOnFailure.ts";
import { laptop, visit, type Visitor } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

type Manifest = {
  shortcuts: { name: string; url: string }[];
  file_handlers: { action: string; accept: Record<string, string[]> }[];
};

let world: World;
let visitor: Visitor;
let page: Page;
let manifest: Manifest;

beforeAll(async () => {
  world = await startWorld();
  visitor = await visit(world.browser, world.lectern.url, { viewport: laptop });
  page = visitor.page;
  const address = await page.locator("link[rel=manifest]").getAttribute("href");
  const answer = await fetch(new URL(address ?? "", world.lectern.url));
  manifest = (await answer.json()) as Manifest;
});
afterAll(async () => {
  await visitor.close();
  await world.close();
});

const at = (path: string) => new URL(path, world.lectern.url).href;

describe("the app's shortcuts", () => {
  it("lead to the recorder's button and to the place for files", async () => {
    const expected: Record<string, string> = {
      "Record now": "Record a lecture",
      "Add a lecture": "Add a lecture",
    };
    expect(manifest.shortcuts.map(({ name }) => name)).toEqual(Object.keys(expected));
    for (const { name, url } of manifest.shortcuts) {
      await page.goto(at(url));
      await page.getByRole("heading", { level: 1, name: expected[name] }).waitFor();
    }
    await page.goto(at(manifest.shortcuts[0]?.url ?? ""));
    await page.getByRole("button", { name: "Start recording" }).waitFor();
  });
});

describe("files that are opened with the app", () => {
  it("become lectures, one of every kind that it names, all opened at once", async () => {
    tellOnFailure(world, visitor);
    const [handler] = manifest.file_handlers;
    if (!handler || manifest.file_handlers.length > 1) throw new Error("One handler was expected.");
    const endings = Object.values(handler.accept).flat();
    expect(endings.length).toBeGreaterThanOrEqual(19);
    const files: { name: string; base64: string }[] = [];
    for (const ending of endings) {
      const bytes = Buffer.from(await fileOfKind(ending));
      files.push({ name: `kind${ending}`, base64: bytes.toString("base64") });
    }
    // The system starts the app at the handler's page and puts the files into its queue. No driver can play the system's
    // part, so the queue is the test's; the files and their handles are the browser's own.
    await page.addInitScript(() => {
      let consume: (consumer: (params: object) => void) => void = () => {};
      const consumer = new Promise<(params: object) => void>((resolve) => (consume = resolve));
      const open = async (files: FileSystemFileHandle[]) => (await consumer)({ files });
      Object.defineProperty(globalThis, "launchQueue", { value: { setConsumer: consume } });
      Object.assign(globalThis, { openWithApp: open });
    });
    await page.goto(at(handler.action));
    await page.evaluate(async (contents) => {
      const folder = await navigator.storage.getDirectory();
      const handles: FileSystemFileHandle[] = [];
      for (const { name, base64 } of contents) {
        const handle = await folder.getFileHandle(name, { create: true });
        const writable = await handle.createWritable();
        await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
        await writable.close();
        handles.push(handle);
      }
      // Made above.
      const { openWithApp } = globalThis as unknown as {
        openWithApp: (files: FileSystemFileHandle[]) => Promise<void>;
      };
      await openWithApp(handles);
    }, files);
    const links = page.getByRole("link", { name: "Open the lecture" });
    await expect.poll(() => links.count(), { timeout: 150_000 }).toBe(endings.length);
    expect(await page.getByRole("alert").allInnerTexts()).toEqual([]);

    const account = await TestAccount.ofPage(world.lectern.url, page);
    const paginationOpts = { numItems: 50, cursor: null };
    const { page: lectures } = await account.http.query(api.lectures.list, { paginationOpts });
    expect(lectures).toHaveLength(endings.length);
    for (const { _id } of lectures) {
      const job = await account.waitForEnd(_id);
      expect(job.status).toBe("completed");
      const lecture = await account.http.query(api.lectures.get, { lectureId: _id });
      // How long a text would be spoken is reckoned from its words.
      if (lecture?.source === "file") expect(lecture.durationMs).toBeLessThan(6_500);
    }
    await account.close();
    expect(visitor.errors).toEqual([]);
  });
});
