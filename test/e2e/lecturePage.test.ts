// A lecture's page: notes that grow in place, listening from any line, changes that stay, and what is taken along.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longAudioFile } from "../harness/lectureFiles.ts";
import { laptop, visit, type Visitor } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  world = await startWorld();
  visitor = await visit(world.browser, world.lectern.url, { viewport: laptop });
  page = visitor.page;
});

afterAll(async () => {
  await visitor.close();
  await world.close();
});

const notesAreReady = (of = page) =>
  of.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 120_000 });

const toast = (text: string | RegExp) => page.getByText(text).first().waitFor();

async function chooseInMenu(item: string): Promise<void> {
  await page.getByRole("button", { name: "More about this lecture" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

describe("notes that are written while somebody reads them", () => {
  it("appear section by section, and stay where they are read when the final ones come", async () => {
    // A model that takes its time, so that the page is seen between its answers.
    world.provider.script.latencyMs = (call) => (call.kind === "chat" ? 1_500 : 0);
    await page.getByRole("button", { name: "Try a sample lecture" }).click();
    await page.getByRole("progressbar").first().waitFor();
    const sections = page.locator("[data-section-start]");
    await expect.poll(() => sections.count(), { timeout: 60_000 }).toBeGreaterThanOrEqual(3);
    await page.getByText("The summary comes last").waitFor();

    // Somebody reads the third section.
    const third = sections.nth(2);
    const startMs = await third.getAttribute("data-section-start");
    await third.evaluate((element) =>
      window.scrollBy({ top: element.getBoundingClientRect().top - 150, behavior: "instant" }),
    );
    const topOf = () =>
      page
        .locator(`[data-section-start="${startMs}"]`)
        .first()
        .evaluate((element) => element.getBoundingClientRect().top);
    const before = await topOf();
    await notesAreReady();
    await page.getByRole("region", { name: "Progress" }).getByText("Ready").waitFor();
    // One frame for the page to settle in.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(Math.abs((await topOf()) - before)).toBeLessThanOrEqual(2);
    world.provider.script.latencyMs = 0;
    expect(visitor.errors).toEqual([]);
  });
});

describe("a lecture with sound", () => {
  let path: string;

  beforeAll(async () => {
    await page.goto(new URL("/new", world.lectern.url).href);
    await page.getByLabel("Choose files").setInputFiles({
      name: "lecture.webm",
      mimeType: "audio/webm",
      buffer: await longAudioFile("webm", 12),
    });
    await page.getByRole("link", { name: "Open the lecture" }).click();
    await notesAreReady();
    path = new URL(page.url()).pathname;
  });

  const open = async (search = "") => {
    await page.goto(new URL(path + search, world.lectern.url).href);
    await notesAreReady();
  };
  const position = async () =>
    Number(await page.getByRole("slider", { name: "Position in the lecture" }).inputValue());
  const summary = () => page.getByRole("region", { name: "Summary" });

  it("stands at the moment that its address names, without playing", async () => {
    await open("?t=400");
    await expect.poll(position).toBe(400);
    const words = page.locator("[data-start]").filter({ visible: true });
    await expect
      .poll(async () =>
        words.evaluateAll((all) => {
          const pane = all[0]?.closest("aside")?.getBoundingClientRect();
          return all
            .filter((element) => {
              const { top, bottom } = element.getBoundingClientRect();
              return pane && top >= pane.top && bottom <= pane.bottom;
            })
            .map((element) => Number((element as HTMLElement).dataset.start));
        }),
      )
      .toSatisfy(
        (shown: number[]) => Math.min(...shown) <= 400_000 && Math.max(...shown) >= 395_000,
      );
    await page.getByRole("button", { name: "Play" }).waitFor();
  });

  it("plays over the pieces' seams from any line of the notes, with its words lit", async () => {
    await open();
    const lines = page.locator("article").getByRole("listitem");
    await lines
      .getByRole("button", { name: /^Go to/ })
      .nth(2)
      .click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const lit = page.locator("[data-active][data-start]");
    await lit.waitFor();
    const startMs = Number(await lit.getAttribute("data-start"));
    expect(Math.abs(startMs / 1000 - (await position()))).toBeLessThan(15);

    // To just before the end of the first piece (about five minutes), and over it.
    await page.getByRole("slider", { name: "Position in the lecture" }).fill("296");
    await page.getByRole("combobox", { name: "Speed" }).selectOption("2.5");
    await expect.poll(position, { timeout: 30_000 }).toBeGreaterThan(304);
    await page.getByRole("button", { name: "Pause" }).click();
  });

  it("is led from the lock screen and by the headphones' buttons", async () => {
    await page.addInitScript(() => {
      // A press there reaches the page by the handlers that it has given to the system; this is the system's side.
      const handlers = new Map<string, MediaSessionActionHandler | null>();
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called on its own object below
      const give = MediaSession.prototype.setActionHandler;
      MediaSession.prototype.setActionHandler = function (action, handler) {
        handlers.set(action, handler);
        give.call(this, action, handler);
      };
      const press = (details: MediaSessionActionDetails) => handlers.get(details.action)?.(details);
      Object.assign(globalThis, { press });
    });
    await open();
    const press = (details: MediaSessionActionDetails) =>
      page.evaluate((pressed) => {
        // Made above.
        (globalThis as unknown as { press: (of: MediaSessionActionDetails) => void }).press(
          pressed,
        );
      }, details);
    const shown = () =>
      page.evaluate(() => ({
        title: navigator.mediaSession.metadata?.title,
        state: navigator.mediaSession.playbackState,
      }));
    const title = await page.getByRole("heading", { level: 1 }).innerText();
    await expect.poll(async () => (await shown()).title).toBe(title);
    await press({ action: "play" });
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await expect.poll(async () => (await shown()).state).toBe("playing");
    await press({ action: "seekto", seekTime: 200 });
    await expect.poll(position).toBeGreaterThanOrEqual(200);
    await press({ action: "seekforward", seekOffset: 100 });
    await expect.poll(position).toBeGreaterThanOrEqual(300);
    await press({ action: "pause" });
    await page.getByRole("button", { name: "Play" }).waitFor();
    await expect.poll(async () => (await shown()).state).toBe("paused");
    const before = await position();
    await press({ action: "seekbackward" });
    await expect.poll(position).toBe(before - 10);
  });

  it("keeps corrected words of the transcript", async () => {
    await open();
    await page.getByRole("button", { name: "Correct", exact: true }).click();
    const field = page.getByRole("textbox", { name: "Words of the transcript" }).first();
    await field.fill("The corrected words.");
    await field.blur();
    await page.getByRole("button", { name: "Done", exact: true }).click();
    await page.getByText("The corrected words.").waitFor();
    await page.reload();
    await page.getByText("The corrected words.").waitFor();
  });

  it("shows a mark in notes and transcript, changes and removes it", async () => {
    await open("?t=100");
    await expect.poll(position).toBe(100);
    await page.getByRole("button", { name: "Mark this moment" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Note" }).fill("For the exam");
    await page.getByRole("button", { name: "Save" }).click();
    const marks = page.getByRole("button", { name: "For the exam, your mark at 1:40" });
    await expect.poll(() => marks.count()).toBe(2);
    await marks.first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect.poll(() => marks.count()).toBe(0);
  });

  it("keeps a person's changes when the notes are written again, or replaces them when told to, and brings versions back", async () => {
    await open();
    const edit = async (text: string) => {
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByRole("textbox", { name: "Summary" }).fill(text);
      await page.getByRole("textbox", { name: "Summary" }).blur();
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await summary().getByText(text).waitFor();
    };
    const writeAgain = async (choice: string) => {
      await chooseInMenu("Write the notes again");
      await page.getByRole("radio", { name: choice }).check();
      await page.getByRole("button", { name: "Write them" }).click();
      await page.getByRole("alertdialog").waitFor({ state: "hidden" });
      await page.getByRole("region", { name: "Progress" }).getByText("Ready").waitFor();
    };
    await edit("My own summary.");
    await writeAgain("Keep my changes");
    expect(await summary().innerText()).toBe("My own summary.");
    await writeAgain("Replace them too");
    await expect.poll(() => summary().innerText()).toMatch(/marker/i);

    await chooseInMenu("Earlier versions");
    await page
      .getByRole("button", { name: /^Bring back version/ })
      .first()
      .click();
    await expect.poll(() => summary().innerText()).toBe("My own summary.");
  });

  it.each([
    ["Markdown", /\.md$/, /^# .+\n\n/],
    ["Plain text", /\.txt$/, /^.+\n=+\n/],
    ["Text with times", /\.txt$/, /\n\[0:0\d\] /],
    ["Captions (.srt)", /\.srt$/, /^1\n00:00:0\d,\d{3} --> /],
    ["Captions (.vtt)", /\.vtt$/, /^WEBVTT\n\n00:00:0\d\.\d{3} --> /],
  ])("is taken along as %s", async (format, name, content) => {
    await open();
    await page.getByRole("button", { name: "Export" }).click();
    const downloaded = page.waitForEvent("download");
    await page.getByRole("button", { name: format }).click();
    const download = await downloaded;
    expect(download.suggestedFilename()).toMatch(name);
    expect(await readFile(await download.path(), "utf8")).toMatch(content);
  });

  it("is read by whoever has its link, without an account, until the link is taken back", async () => {
    await open();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.getByRole("button", { name: "Make a link" }).click();
    const link = await page.getByRole("textbox", { name: "Link to the notes" }).inputValue();
    const guest = await visit(world.browser, world.lectern.url, { path: new URL(link).pathname });
    await guest.page.getByRole("heading", { name: "Key takeaways" }).waitFor();
    // Nothing of the owner's page is there, and nobody was signed in.
    expect(await guest.page.getByRole("tab").count()).toBe(0);
    expect(await guest.page.getByRole("button", { name: /^Go to/ }).count()).toBe(0);
    expect(await guest.page.evaluate(() => Object.keys(localStorage).join())).not.toContain("JWT");

    await page.getByRole("button", { name: "Stop sharing" }).click();
    await guest.page.getByRole("heading", { name: "This link leads nowhere" }).waitFor();
    await guest.close();
  });

  it("is printed as its notes, dark on light, whichever view and theme are shown", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await open();
    await page.getByRole("tab", { name: "What happened" }).click();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.getByRole("heading", { name: "Key takeaways" }).waitFor();
    expect(await page.getByRole("tab").count()).toBe(0);
    expect(await page.getByRole("region", { name: "Player" }).count()).toBe(0);
    const colours = await page.evaluate(() => {
      const of = (selector: string) => {
        const element = document.querySelector(selector);
        return element && getComputedStyle(element);
      };
      return [of("html")?.backgroundColor, of("h1")?.color, of("[data-section-start] li")?.color];
    });
    expect(colours).toEqual(["rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgb(0, 0, 0)"]);
    await page.emulateMedia({ media: null, colorScheme: "light" });
  });

  it("tells what happened to it, in words and figures", async () => {
    await open();
    await page.getByRole("tab", { name: "What happened" }).click();
    await page.getByText(/^Everything was done today/).waitFor();
    await page.getByText("test-transcriber").waitFor();
    await page.getByRole("img", { name: /pieces over/ }).waitFor();
    await page.getByText("The same as a table").click();
    expect(await page.getByRole("row").count()).toBeGreaterThanOrEqual(3);
    const events = page.getByRole("region", { name: "Events" }).getByRole("listitem");
    expect(await events.count()).toBeGreaterThan(3);
  });

  it("leaves the library when it is deleted", async () => {
    await open();
    const title = await page.getByRole("heading", { level: 1 }).innerText();
    await chooseInMenu("Delete");
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await toast(`“${title}” was deleted.`);
    await expect.poll(() => page.getByRole("link", { name: title, exact: true }).count()).toBe(0);
    await page.goto(new URL(path, world.lectern.url).href);
    await page.getByRole("heading", { name: "This lecture is not in your library" }).waitFor();
    expect(visitor.errors).toEqual([]);
  });
});

describe("a lecture whose work stops", () => {
  it("says why in plain words, and goes on with Retry where it stopped", async () => {
    world.provider.script.fault = (call) =>
      call.kind === "transcription" ? { kind: "status", status: 401 } : undefined;
    await page.goto(new URL("/new", world.lectern.url).href);
    await page.getByLabel("Choose files").setInputFiles({
      name: "refused.mp3",
      mimeType: "audio/mpeg",
      buffer: await longAudioFile("mp3", 2),
    });
    await page.getByRole("link", { name: "Open the lecture" }).click();
    await page.getByText("The work on this lecture is paused").waitFor({ timeout: 60_000 });
    await page.getByText(/key/i).first().waitFor();

    world.provider.script.fault = undefined;
    await page.getByRole("button", { name: "Retry" }).click();
    await notesAreReady();
    expect(await page.getByRole("button", { name: "Retry" }).count()).toBe(0);
  });

  it("is stopped by its owner and taken up again", async () => {
    world.provider.script.latencyMs = (call) => (call.kind === "transcription" ? 20_000 : 0);
    await page.goto(new URL("/new", world.lectern.url).href);
    await page.getByLabel("Choose files").setInputFiles({
      name: "stopped.mp3",
      mimeType: "audio/mpeg",
      buffer: await longAudioFile("mp3", 2),
    });
    await page.getByRole("link", { name: "Open the lecture" }).click();
    await page.getByRole("region", { name: "Progress" }).waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop" }).click();
    await page.getByText("You stopped the work on this lecture").waitFor();
    world.provider.script.latencyMs = 0;
    await page.getByRole("button", { name: "Retry" }).click();
    await notesAreReady();
  });
});
