/** Brings a file in, in a real browser, and measures what that cost the page. */
import type { Browser, Page } from "playwright-core";
import { watchRenderer } from "./rendererProcess.ts";
import { watchScriptMemory } from "./scriptMemory.ts";
import { finishedLecture, openEngine } from "./recordSignal.ts";
import type { EngineServer, ReceivedLecture } from "./server.ts";

/** A task of the page's own thread that blocked it for more than 50 ms. */
export type LongTask = {
  durationMs: number;
  /** How much of that the thread worked, at most; the rest it waited for a processor. Undefined where that is not told. */
  workedMs: number | undefined;
};

export type BroughtFile = {
  lecture: ReceivedLecture;
  /** From choosing the file until the last piece had arrived. */
  tookMs: number;
  longTasks: LongTask[];
  /** The most that the page's and the worker's scripts held at one moment, in bytes: heap and buffers. */
  mostMemoryBytes: number;
  /** The most memory of the process's own, in bytes, and what it had before: with all that the browser needs. */
  mostFootprintBytes: number | undefined;
  firstFootprintBytes: number | undefined;
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
    const renderer = await watchRenderer(browser);
    const from = performance.now();
    await page.setInputFiles("input", path);
    const lecture = await finishedLecture(server.lectures, timeoutMs);
    const tookMs = performance.now() - from;
    const tasks = await page.evaluate(() => engine.longTasks);
    renderer.stop();
    return {
      lecture,
      tookMs,
      longTasks: tasks.map(({ atMs, durationMs }) => ({
        durationMs,
        workedMs: renderer.workedMs(atMs, atMs + durationMs),
      })),
      mostMemoryBytes: memory.stop(),
      mostFootprintBytes: renderer.mostFootprintBytes(),
      firstFootprintBytes: renderer.firstFootprintBytes,
    };
  } finally {
    await context.close();
  }
}

/** The longest task by what the thread worked in it, or by its whole length where that is all that is known. */
export function longestTaskMs(tasks: readonly LongTask[]): number {
  return Math.max(0, ...tasks.map(({ durationMs, workedMs }) => workedMs ?? durationMs));
}

/** A file field whose files go through the intake and the uploader. */
export async function prepare(page: Page): Promise<void> {
  await page.evaluate(() => {
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        engine.longTasks.push({ atMs: performance.timeOrigin + startTime, durationMs: duration });
      }
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
