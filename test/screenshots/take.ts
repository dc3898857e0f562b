/**
 * Takes the pictures that the app's manifest and the README show, of the real app with its sample lecture and no AI.
 * Run it after changing how pages look; its results in public/screenshots are committed: `node test/screenshots/take.ts`
 */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { wavFile } from "../browser/signal.ts";
import { startWorld } from "../harness/world.ts";

const sizes = {
  narrow: { width: 390, height: 844 },
  wide: { width: 1280, height: 800 },
} as const;

const SAMPLE_RATE_HZ = 48_000;

const folder = fileURLToPath(new URL("../../public/screenshots", import.meta.url));
await mkdir(folder, { recursive: true });
const world = await startWorld({
  microphone: wavFile(speechLike(60), SAMPLE_RATE_HZ),
  env: () => ({ TRANSCRIPTION_BASE_URL: "http://127.0.0.1:9/v1" }),
});
try {
  const context = await world.browser.newContext({ deviceScaleFactor: 2 });
  const page = await context.newPage();
  await page.goto(world.lectern.url);
  await page.getByRole("button", { name: "Try a sample lecture" }).click();
  await page.getByRole("heading", { name: "Key takeaways" }).waitFor({ timeout: 60_000 });
  // Anew: what tells of the work that has just ended is not there on an ordinary visit.
  await page.reload();
  await page.getByRole("heading", { name: "Key takeaways" }).waitFor();
  await take(page, "notes");
  await page.goto(new URL("/record", world.lectern.url).href);
  await page.getByRole("textbox", { name: "Title" }).fill("Optics 3: lenses");
  await page.getByRole("textbox", { name: "Course" }).fill("Physics II");
  await page.getByRole("button", { name: "Start recording" }).click();
  await page.getByRole("timer").getByText("0:08").waitFor();
  await page.getByRole("button", { name: "Mark as important" }).click();
  await page.getByRole("textbox", { name: /Note for the mark/ }).fill("exam");
  await page.getByRole("timer").getByText("0:14").waitFor();
  await take(page, "recorder");
} finally {
  await world.close();
}

async function take(page: Page, name: string): Promise<void> {
  for (const [form, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    // Messages that pass are not part of the page.
    await page.getByRole("button", { name: "Close this message" }).waitFor({ state: "detached" });
    await page.screenshot({ path: `${folder}/${name}-${form}.jpg`, type: "jpeg", quality: 82 });
  }
}

/** Noise with the rhythm of syllables, words and sentences, so that the picture of its loudness looks like a voice. */
function speechLike(seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * SAMPLE_RATE_HZ }, (_, i) => {
    const at = i / SAMPLE_RATE_HZ;
    const syllables = Math.max(0, Math.sin(at * 2 * Math.PI * 2.1)) ** 0.7;
    const words = 0.55 + 0.45 * Math.sin(at * 2 * Math.PI * 0.43 + Math.sin(at * 3.1));
    const sentence = Math.sin(at * 2 * Math.PI * 0.19) > -0.85 ? 1 : 0.02;
    return (Math.random() * 2 - 1) * 0.25 * (0.01 + syllables * words * sentence);
  });
}
