// The recorder and the pages around it, as a person meets them: interruptions, other tabs, no network, keyboard.
import { readFile } from "node:fs/promises";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signalWav } from "../browser/signal.ts";
import { api } from "../../convex/_generated/api.js";
import { axeFindings } from "../harness/axe.ts";
import { TestAccount } from "../harness/client.ts";
import { recordedFor } from "../harness/recordedTime.ts";
import { tellOnFailure } from "../harness/tellOnFailure.ts";
import { appIsThere, laptop, visit, type Visitor } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
let visitor: Visitor;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await startWorld({ microphone: signalWav({ seconds: 120 }) });
});
afterAll(() => world.close());

beforeEach(async () => {
  visitor = await visit(world.browser, world.lectern.url, { path: "/record" });
  ({ context, page } = visitor);
  tellOnFailure(world, visitor);
});
afterEach(() => visitor.close());

const at = (path: string) => new URL(path, world.lectern.url).href;

/** Records until the clock shows at least so many seconds. */
async function record(on: Page, seconds: number): Promise<void> {
  await on.getByRole("button", { name: "Start recording" }).click();
  await recordedFor(on, seconds);
}

/** Opens a page anew, as after a crash: the one before is gone without a goodbye. */
async function reopen(path: string): Promise<void> {
  await page.close({ runBeforeUnload: false });
  page = await context.newPage();
  visitor.page = page;
  await page.goto(at(path));
}

async function notesAppear(on: Page): Promise<void> {
  await on.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 60_000 });
}

describe("a recording that was interrupted", () => {
  it("is found in the library at the next start, and finished there", async () => {
    await page.getByRole("textbox", { name: "Title" }).fill("Cut off");
    await record(page, 4);
    await reopen("/");
    const region = page.getByRole("region", { name: "Interrupted recordings" });
    await region.getByText("“Cut off” was interrupted").waitFor();
    await region.getByRole("button", { name: "Finish it" }).click();
    await page.getByRole("link", { name: "Cut off" }).click();
    await notesAppear(page);
  });

  it("is continued in the same lecture, on the same clock", async () => {
    await page.getByRole("textbox", { name: "Title" }).fill("In two parts");
    await record(page, 4);
    await reopen("/record");
    await page.getByRole("button", { name: "Continue recording" }).click();
    await recordedFor(page, 7);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//);
    await page.getByRole("heading", { name: "In two parts" }).waitFor();
    await notesAppear(page);
    await page.goto(at("/"));
    await page.getByRole("link", { name: "In two parts" }).waitFor();
    expect(await page.getByRole("link", { name: "In two parts" }).count()).toBe(1);
  });

  it("is thrown away only when that is confirmed, here and on the server", async () => {
    await page.getByRole("textbox", { name: "Title" }).fill("Not wanted");
    await record(page, 3);
    await page.getByRole("link", { name: "Read the notes as they are written" }).waitFor();
    await reopen("/record");
    const throwAway = page.getByRole("region").getByRole("button", { name: "Throw away" });
    await throwAway.click();
    const dialog = page.getByRole("alertdialog", { name: "Throw this recording away?" });
    await dialog.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("“Not wanted” was interrupted").waitFor();
    await dialog.waitFor({ state: "detached" });
    await throwAway.click();
    await dialog.getByRole("button", { name: "Throw away" }).click();
    await page.getByText("“Not wanted” was interrupted").waitFor({ state: "detached" });
    await page.goto(at("/"));
    await page.getByText("Or look around first").waitFor();
  });
});

describe("a finished lecture", () => {
  it("is continued by another recording, with its own clock going on", async () => {
    await record(page, 5);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//);
    await notesAppear(page);
    const lectureId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await page.goto(at(`/record?continue=${lectureId}`));
    await page.getByRole("heading", { name: "Continue this lecture" }).waitFor();
    await record(page, 9);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(new RegExp(lectureId));
    await notesAppear(page);
    await page
      .getByText(/· (9|[12]\d) s/)
      .first()
      .waitFor();
  });
});

describe("while it records", () => {
  it("other pages say so and lead back, and other tabs know it", async () => {
    await page.getByRole("textbox", { name: "Title" }).fill("Still going");
    await record(page, 2);
    await page.getByRole("link", { name: "Lectern, your library" }).click();
    await page.getByRole("link", { name: /Back to the recorder/ }).waitFor();
    const other = await context.newPage();
    await other.goto(at("/"));
    await other
      .getByRole("region", { name: "On this device" })
      .getByText("Being recorded")
      .waitFor();
    await page.getByRole("link", { name: /Back to the recorder/ }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("status").getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("status").getByText("Recording", { exact: true }).waitFor();
  });

  it("asks before the page is left", async () => {
    await record(page, 1);
    const asked = page.waitForEvent("dialog");
    void page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await recordedFor(page, 3);
  });

  it("moments are marked with a key, named, and found in the lecture", async () => {
    await appIsThere(page);
    await page.getByRole("button", { name: "Start recording" }).focus();
    await page.keyboard.press("Enter");
    await recordedFor(page, 2);
    await page.keyboard.press("m");
    await page.getByRole("textbox", { name: /Note for the mark/ }).fill("exam");
    await page.keyboard.press("Enter");
    await recordedFor(page, 5);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//);
    await notesAppear(page);
    await page.getByText("exam").first().waitFor();
  });
});

describe("a microphone that goes away in the middle", () => {
  it("is said, nothing is lost, and recording goes on with the next one or with a press", async () => {
    await page.addInitScript(() => {
      // A track that is stopped ends its recorder just as one that is unplugged does.
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const microphone = { isThere: true, unplug: () => {} };
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        if (!microphone.isThere) throw new DOMException("None is there.", "NotFoundError");
        const stream = await open(wanted);
        microphone.unplug = () => stream.getTracks().forEach((track) => track.stop());
        return stream;
      };
      Object.assign(globalThis, { microphone });
    });
    await page.reload();
    type Made = { microphone: { isThere: boolean; unplug: () => void } };
    const plugIn = (another: boolean) =>
      page.evaluate((isThere) => {
        // Made above.
        (globalThis as unknown as Made).microphone.isThere = isThere;
      }, another);
    const unplug = () => page.evaluate(() => (globalThis as unknown as Made).microphone.unplug());
    const state = (words: string) =>
      page.getByRole("status").getByText(words, { exact: true }).waitFor();
    await record(page, 2);
    await unplug();
    await page.getByText(/was unplugged or switched off. Going on with/).waitFor();
    await state("Recording");
    await recordedFor(page, 3);
    await plugIn(false);
    await unplug();
    await page.getByText(/Everything up to now is kept. Plug it in again/).waitFor();
    await state("Interrupted");
    await plugIn(true);
    await page.getByRole("button", { name: "Resume" }).click();
    await recordedFor(page, 5);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(/\/lecture\//);
    await notesAppear(page);
  });
});

describe("a lecture that the server refuses for good", () => {
  it("stays on this device: saved as a file, or thrown away, but not under the running recorder", async () => {
    await page.getByRole("textbox", { name: "Title" }).fill("Refused");
    await record(page, 2);
    await page.getByRole("link", { name: "Read the notes as they are written" }).waitFor();
    // Deleted on another of the person's devices, in the middle of the recording.
    const account = await TestAccount.ofPage(world.lectern.url, page);
    const paginationOpts = { numItems: 1, cursor: null };
    const { page: lectures } = await account.http.query(api.lectures.list, { paginationOpts });
    for (const { _id } of lectures) {
      await account.http.mutation(api.lectures.remove, { lectureId: _id });
    }
    await page.getByRole("textbox", { name: "Title" }).fill("Refused by the server");
    await page.getByText("The server does not take this lecture").waitFor();
    await page.getByRole("link", { name: "Lectern, your library" }).click();
    const device = page.getByRole("region", { name: "On this device" });
    const throwAway = device.getByRole("button", { name: "Throw away" });
    const dialog = page.getByRole("alertdialog");
    await throwAway.click();
    await dialog.getByRole("button", { name: "Throw away" }).click();
    await dialog.getByText(/still being recorded/).waitFor();
    await dialog.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("link", { name: /Back to the recorder/ }).click();
    await recordedFor(page, 7);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(at("/"));
    expect(await axeFindings(page)).toEqual([]);

    const seconds = await secondsInFile(await savedFile(page, device));
    expect(seconds).toBeGreaterThan(6.5);
    await throwAway.click();
    await dialog.getByRole("button", { name: "Throw away" }).click();
    await device.waitFor({ state: "detached" });
  });
});

/** Presses "Save a copy on this device" where the browser asks for a place, and reads what is there then. */
async function savedFile(on: Page, device: Locator): Promise<Uint8Array<ArrayBuffer>> {
  await on.evaluate(() => {
    // Nobody is there to answer the system's own window: the answer is a real file of the browser's own.
    const showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) => {
      const folder = await navigator.storage.getDirectory();
      return folder.getFileHandle(suggestedName, { create: true });
    };
    Object.assign(globalThis, { showSaveFilePicker });
  });
  const button = device.getByRole("button", { name: "Save a copy on this device" });
  expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await button.click();
  await on.getByText(/saved as “Refused by the server.webm”/).waitFor();
  const bytes = await on.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("Refused by the server.webm");
    return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
  });
  return Uint8Array.from(bytes);
}

async function secondsInFile(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  // Awaited here: the input is closed when this returns.
  return track ? await track.computeDuration() : 0;
}

describe("without a network", () => {
  it("the app starts, records, and sends everything when the network is back", async () => {
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      if (active?.state === "activated") return;
      await new Promise((resolve) => active?.addEventListener("statechange", resolve));
    });
    await context.setOffline(true);
    await reopen("/record");
    await page.getByRole("textbox", { name: "Title" }).fill("Far from everything");
    await record(page, 4);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForURL(at("/"));
    const device = page.getByRole("region", { name: "On this device" });
    await device.getByRole("heading", { name: "Far from everything" }).waitFor();

    // What needs the server says so; what is here stays listed, and can be had as a file.
    await page.goto(at("/lecture/somewhere"));
    await page.getByRole("heading", { name: "This lecture is out of reach" }).waitFor();
    await page.goto(at("/"));
    await page.getByRole("heading", { name: "Your library is out of reach" }).waitFor();
    await page.evaluate(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
    const downloaded = page.waitForEvent("download");
    await device.getByRole("button", { name: "Save a copy on this device" }).click();
    const download = await downloaded;
    expect(download.suggestedFilename()).toBe("Far from everything.webm");
    const saved = Uint8Array.from(await readFile(await download.path()));
    expect(await secondsInFile(saved)).toBeGreaterThan(3.5);

    await context.setOffline(false);
    await device.waitFor({ state: "detached", timeout: 60_000 });
    await page.getByRole("link", { name: "Far from everything" }).click();
    await notesAppear(page);
  });
});

describe("the installed app", () => {
  it("can be installed, and takes files that other apps share with it", async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const protocol = await context.newCDPSession(page);
    const { installabilityErrors } = await protocol.send("Page.getInstallabilityErrors");
    expect(installabilityErrors).toEqual([]);
    const manifest = await protocol.send("Page.getAppManifest");
    expect(manifest.errors).toEqual([]);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // What the system does when a person chooses Lectern in a share menu: a form is posted, and its answer is shown.
    await page.evaluate(() => {
      const form = Object.assign(document.createElement("form"), {
        method: "post",
        action: "/share-target",
        enctype: "multipart/form-data",
      });
      const input = Object.assign(document.createElement("input"), { type: "file", name: "files" });
      const files = new DataTransfer();
      const captions = "WEBVTT\n\n00:00.000 --> 00:04.000\nLenses bend light.\n";
      files.items.add(new File([captions], "shared lecture.vtt", { type: "text/vtt" }));
      input.files = files.files;
      form.append(input);
      document.body.append(form);
      form.submit();
    });
    await page.waitForURL(at("/new"));
    await page.getByRole("heading", { name: "shared lecture.vtt" }).waitFor();
    await page.getByRole("link", { name: "Open the lecture" }).waitFor();
  });
});

describe("axe", () => {
  it("finds nothing on what index.html shows before any script has come", async () => {
    const slow = await world.browser.newContext({ serviceWorkers: "block" });
    const early = await slow.newPage();
    await early.route("**/*.js", (route) => route.abort());
    await early.goto(at("/record"));
    await early.getByRole("banner").getByText("Lectern").waitFor();
    await early.getByRole("button", { name: "Start recording" }).waitFor();
    expect(await axeFindings(early)).toEqual([]);
    await slow.close();
  });

  it("finds nothing on the recorder, before and while it records, light and dark", async () => {
    await appIsThere(page);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Check the microphone" }).click();
    await page.getByRole("button", { name: "Stop checking" }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await record(page, 2);
    await page.getByRole("button", { name: "Mark as important" }).click();
    await page.getByText("Change the microphone").click();
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize(laptop);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("link", { name: "Lectern, your library" }).click();
    await page.getByRole("region", { name: "On this device" }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it("finds nothing where files are brought, refused ones too", async () => {
    await page.goto(at("/new"));
    await page.getByLabel("Choose files").setInputFiles([
      { name: "empty.mp3", mimeType: "audio/mpeg", buffer: Buffer.alloc(0) },
      { name: "lenses.txt", mimeType: "text/plain", buffer: Buffer.from("Lenses bend light.") },
    ]);
    await page.getByRole("link", { name: "Open the lecture" }).waitFor();
    await page.getByRole("alert").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await axeFindings(page, "colours")).toEqual([]);
  });
});
