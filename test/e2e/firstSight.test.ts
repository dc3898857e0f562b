// What is seen before anybody scrolls: the recorder's button before the program, headings under no notice, and the
// newest words of a lecture that is being spoken.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signalWav } from "../browser/signal.ts";
import { TestAccount } from "../harness/client.ts";
import { recordedFor } from "../harness/recordedTime.ts";
import { scriptedLecture } from "../harness/scriptedLecture.ts";
import { visit } from "../harness/visitor.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld({ microphone: signalWav({ seconds: 60 }) });
});
afterAll(() => world.close());

const at = (path: string) => new URL(path, world.lectern.url).href;

it("the recorder's button can be pressed before any script has come", async () => {
  const visitor = await visit(world.browser, world.lectern.url);
  const { page } = visitor;
  let arrive = () => {};
  const scripts = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/assets\/.*\.js$/, async (route) => {
    await scripts;
    await route.continue();
  });
  await page.goto(at("/record"), { waitUntil: "commit" });
  await page.getByRole("button", { name: "Start recording" }).click();
  arrive();
  await recordedFor(page, 2);
  await visitor.close();
});

it("a notice that the server is away makes room for itself, and gives it back", async () => {
  const visitor = await visit(world.browser, world.lectern.url, { path: "/new" });
  const { page } = visitor;
  const heading = page.getByRole("heading", { level: 1 });
  await heading.waitFor();
  const notice = page.getByText("The server can’t be reached");
  const headingTop = async () => (await heading.boundingBox())?.y ?? 0;
  const before = await headingTop();
  await world.lectern.kill();
  await notice.waitFor();
  const row = await notice.boundingBox();
  expect(await headingTop()).toBeGreaterThanOrEqual((row?.y ?? 0) + (row?.height ?? 0));
  await world.lectern.restart();
  await notice.waitFor({ state: "detached" });
  await expect.poll(headingTop).toBe(before);
  await visitor.close();
});

it("the transcript of a lecture that is being spoken opens at its newest words and follows them", async () => {
  const visitor = await visit(world.browser, world.lectern.url);
  const { page } = visitor;
  await page.getByRole("button", { name: "Try a sample lecture" }).waitFor();
  const recorder = await TestAccount.ofPage(world.lectern.url, page);
  const lectureId = await recorder.createLecture({ source: "recording" });
  const { pieces } = scriptedLecture({ chunkCount: 10, chunkSeconds: 45 });
  const send = async (index: number) => {
    const piece = pieces[index];
    if (!piece) throw new Error(`The lecture has no piece ${index}.`);
    await recorder.sendPiece(lectureId, index, piece);
  };
  for (let index = 0; index < 8; index += 1) await send(index);
  await recorder.waitForJob(lectureId, ({ counts }) => counts.transcribed === 8);
  await page.goto(at(`/lecture/${lectureId}`));
  await page.getByRole("tab", { name: "Transcript" }).click();
  await expect.poll(() => isInSight(page, 7)).toBe(true);
  await send(8);
  await expect.poll(() => isInSight(page, 8)).toBe(true);

  // Somebody reads further up: there they stay.
  await page.mouse.move(200, 400);
  await page.mouse.wheel(0, -1_500);
  await expect.poll(() => isInSight(page, 8)).toBe(false);
  const scrolled = await page.evaluate(() => window.scrollY);
  await send(9);
  await page.locator("[data-chunk='9']").waitFor({ state: "attached" });
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled);
  await recorder.close();
  await visitor.close();
});

/** Whether the last words of a chunk are there and on the screen. */
async function isInSight(page: Page, chunk: number): Promise<boolean> {
  return page.evaluate((index) => {
    const last = [...document.querySelectorAll(`[data-chunk="${index}"] [data-start]`)].at(-1);
    if (!last) return false;
    const { top, bottom } = last.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  }, chunk);
}
