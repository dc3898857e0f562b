/** Brings a file in, in a real browser, and measures what that cost the page. */
import type { Browser, Page } from "playwright-core";
import { watchScriptMemory } from "./scriptMemory.ts";
import { finishedLecture, openEngine } from "./recordSignal.ts";
import type { EngineServer, ReceivedLecture } from "./server.ts";

export type BroughtFile = {
  lecture: ReceivedLecture;
  /** From choosing the file until the last piece had arrived. */
  tookMs: number;
  /** Tasks of the page's own thread that blocked it for more than 50 ms. */
  longTasksMs: number[];
  /** The most that the page's and the worker's scripts held at one moment, in bytes: heap and buffers. */
  mostMemoryBytes: number;
};

export async function bringFile(
  browser: Browser,
  server: EngineServer,
  path: string,
  timeoutMs: number,
): Promise<BroughtFile> {
  const context = await browser.newContext();
  const page = await openEngine(await context.newPage(), server.url);
  try {
    await prepare(page);
    const memory = await watchScriptMemory(page);
    const from = performance.now();
    await page.setInputFiles("input", path);
    const lecture = await finishedLecture(server.lectures, timeoutMs);
    const tookMs = performance.now() - from;
    const longTasksMs = await page.evaluate(() => engine.longTasksMs);
    return { lecture, tookMs, longTasksMs, mostMemoryBytes: memory.stop() };
  } finally {
    await context.close();
  }
}

/** A file field whose files go through the intake and the uploader. */
export async function prepare(page: Page): Promise<void> {
  await page.evaluate(() => {
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) engine.longTasksMs.push(task.duration);
    }).observe({ type: "longtask" });
    engine.intake = engine.newIntake();
    engine.newUploader().start();
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
    input.onchange = () => {
      for (const file of input.files ?? []) void engine.intake?.add(file);
    };
    document.body.append(input);
  });
}
