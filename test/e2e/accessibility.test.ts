// For everyone: axe finds nothing on the pages, and everything important is done with the keyboard alone.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axeFindings } from "../harness/axe.ts";
import { longAudioFile } from "../harness/lectureFiles.ts";
import { appIsThere, laptop, phone, visit, type Visitor } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
let visitor: Visitor;
let page: Page;
let lecturePath: string;

beforeAll(async () => {
  world = await startWorld();
  visitor = await visit(world.browser, world.lectern.url, { path: "/new" });
  page = visitor.page;
  await page.getByLabel("Choose files").setInputFiles({
    name: "lecture.mp3",
    mimeType: "audio/mpeg",
    buffer: await longAudioFile("mp3", 6),
  });
  await page.getByRole("link", { name: "Open the lecture" }).click();
  await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 120_000 });
  lecturePath = new URL(page.url()).pathname;
});

afterAll(async () => {
  await visitor.close();
  await world.close();
});

async function open(path: string): Promise<void> {
  await page.goto(new URL(path, world.lectern.url).href);
  await appIsThere(page);
}

async function openLecture(): Promise<void> {
  await open(lecturePath);
  await page.getByRole("button", { name: "Export" }).waitFor();
}

/** What the page shows, light, and then in the dark. */
async function expectNothingFound(on = page): Promise<void> {
  await on.emulateMedia({ colorScheme: "light" });
  expect(await axeFindings(on)).toEqual([]);
  await on.emulateMedia({ colorScheme: "dark" });
  expect(await axeFindings(on, "colours")).toEqual([]);
}

describe.each([
  ["a phone", phone],
  ["a laptop", laptop],
] as const)("axe on %s, light and dark", (_, viewport) => {
  beforeAll(async () => {
    await page.setViewportSize(viewport);
  });

  it("finds nothing in the library", async () => {
    await open("/");
    await page.getByRole("heading", { level: 3 }).first().waitFor();
    await expectNothingFound();
  });

  it("finds nothing in the library of a newcomer", async () => {
    const newcomer = await visit(world.browser, world.lectern.url, { viewport });
    await newcomer.page.getByRole("heading", { name: "Bring a transcript" }).waitFor();
    await expectNothingFound(newcomer.page);
    await newcomer.close();
  });

  it("finds nothing on a lecture's page: notes, transcript, what happened", async () => {
    await openLecture();
    await expectNothingFound();
    await page.getByRole("tab", { name: "Transcript" }).click();
    await page.locator("[data-chunk='0'] [data-start]").first().waitFor();
    await expectNothingFound();
    await page.getByRole("tab", { name: "What happened" }).click();
    await page.getByRole("region", { name: "Events" }).getByRole("listitem").first().waitFor();
    await page.getByText("The same as a table").click();
    await expectNothingFound();
  });

  it("finds nothing while notes are edited and the transcript is corrected", async () => {
    await openLecture();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("textbox", { name: "Summary" }).waitFor();
    await expectNothingFound();
    await page.getByRole("tab", { name: "Transcript" }).click();
    await page.getByRole("button", { name: "Correct", exact: true }).click();
    await page.getByRole("textbox", { name: "Words of the transcript" }).first().waitFor();
    await expectNothingFound();
  });

  it("finds nothing in the windows over a lecture", async () => {
    await openLecture();
    for (const name of ["Share", "Export", "Mark this moment"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await expectNothingFound();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
    }
  });

  it.each([
    ["the account page", "/account", "Keep your library"],
    ["the recorder", "/record", "Record"],
    ["the page to add a lecture", "/new", "Add"],
    ["an address that leads nowhere", "/nowhere", "There is nothing at this address"],
    ["a lecture that is not there", "/lecture/nowhere", "This lecture is not in your library"],
    ["a shared link that was taken back", "/shared/nowhere", "This link leads nowhere"],
  ])("finds nothing on %s", async (_, path, heading) => {
    await open(path);
    await page.getByRole("heading", { name: heading }).first().waitFor();
    await expectNothingFound();
  });
});

describe("with the keyboard alone", () => {
  beforeAll(async () => {
    await page.setViewportSize(phone);
    await page.emulateMedia({ colorScheme: "light" });
  });

  const focusedName = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
    });

  it("the first key leads past the header, and a lecture is opened with Enter", async () => {
    await open("/");
    await page.getByRole("heading", { level: 3 }).first().waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(focusedName).toBe("Skip to the page");
    await page.keyboard.press("Enter");
    const link = page.getByRole("heading", { level: 3 }).first().getByRole("link");
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press("Tab");
      if (await link.evaluate((element) => element === document.activeElement)) break;
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${lecturePath}`);
    // A new page is begun at its start, not where the last one's focus was.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id), { timeout: 10_000 })
      .toBe("main");
  });

  it("arrows change the view, K plays, L goes on ten seconds, > plays faster", async () => {
    await openLecture();
    await page.getByRole("tab", { name: "Notes" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.locator("[data-chunk='0'] [data-start]").first().waitFor();
    expect(await page.getByRole("tab", { name: "Transcript" }).getAttribute("aria-selected")).toBe(
      "true",
    );
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.locator("[data-active]").first().waitFor();
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Play" }).waitFor();
    const position = page.getByRole("slider", { name: "Position in the lecture" });
    const before = Number(await position.inputValue());
    await page.keyboard.press("l");
    await expect.poll(async () => Number(await position.inputValue())).toBe(before + 10);
    await page.keyboard.press(">");
    expect(await page.getByRole("combobox", { name: "Speed" }).inputValue()).toBe("1.25");
  });

  it("a note's time leads to its words", async () => {
    await openLecture();
    const time = page.getByRole("button", { name: /^Go to \d+:\d\d$/ }).last();
    const name = (await time.getAttribute("aria-label")) ?? "";
    await time.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.keyboard.press("k");
    const [minutes = 0, seconds = 0] = name.replace("Go to ", "").split(":").map(Number);
    const position = Number(
      await page.getByRole("slider", { name: "Position in the lecture" }).inputValue(),
    );
    expect(position).toBeGreaterThanOrEqual(minutes * 60 + seconds);
    expect(position).toBeLessThan(minutes * 60 + seconds + 20);
    // Its words stand in sight.
    await expect.poll(() => page.locator("[data-active]").first().isVisible()).toBe(true);
    const box = await page.locator("[data-active]").first().boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(phone.height);
  });

  it("menus and windows open, close with Escape, and give the focus back", async () => {
    await openLecture();
    const menuButton = page.getByRole("button", { name: "More about this lecture" });
    await menuButton.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Rename" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(focusedName).toBe("More about this lecture");

    const share = page.getByRole("button", { name: "Share", exact: true });
    await share.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Share these notes" }).waitFor();
    const isInDialog = () =>
      page.evaluate(() => Boolean(document.activeElement?.closest("[role=dialog]")));
    await expect.poll(isInDialog).toBe(true);
    await page.keyboard.press("Tab");
    await expect.poll(isInDialog).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(focusedName).toBe("Share");
  });

  it("a lecture is renamed, a note is changed and found changed after a reload", async () => {
    await openLecture();
    await page.getByRole("button", { name: "More about this lecture" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Rename" }).waitFor();
    await expect.poll(focusedName).toBe("Rename");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Title" }).waitFor();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("A lecture by keyboard");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "A lecture by keyboard" }).waitFor();

    await page.getByRole("button", { name: "Edit", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Summary" }).focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("What I say it was about.");
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Done", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("What I say it was about.").waitFor();
    await page.reload();
    await page.getByText("What I say it was about.").waitFor();
  });

  it("the theme is chosen", async () => {
    await open("/account");
    await page.getByRole("radio", { name: "System" }).focus();
    await page.keyboard.press("ArrowLeft");
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBeUndefined();
  });
});
