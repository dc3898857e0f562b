/** Records the known signal from the fake microphone in a real browser, sends it, and says how well the pieces fit. */
import type { Page } from "playwright-core";
import type { SegmenterLimits } from "../../../src/recorder/capture/segmenter.ts";
import { launchChromium } from "../chromium.ts";
import { continuityOf, type Continuity } from "./continuity.ts";
import { faithfulnessOf, type Faithfulness } from "./faithfulness.ts";
import { makeMicrophoneFile } from "./microphoneFile.ts";
import { startEngineServer, type ReceivedLecture } from "./server.ts";
import { callWitness, heardByWitness } from "./witness.ts";

export async function recordSignal(options: {
  seconds: number;
  limits?: SegmenterLimits;
  /** How often the signal pauses. */
  pauseEverySeconds?: number;
}): Promise<{ lecture: ReceivedLecture; continuity: Continuity; againstWitness: Faithfulness }> {
  const { pauseEverySeconds } = options;
  const microphone = await makeMicrophoneFile(options.seconds + 20, { pauseEverySeconds });
  const server = await startEngineServer();
  const browser = await launchChromium({ microphoneFile: microphone.path });
  try {
    const page = await openEngine(await browser.newPage(), server.url);
    await callWitness(page);
    await page.evaluate(async (limits) => {
      const recorder = new engine.LectureRecorder(engine.outbox, { limits });
      engine.recorder = recorder;
      engine.uploader = engine.newUploader();
      engine.uploader.start();
      await recorder.start();
    }, options.limits);
    await page.waitForFunction(
      (ms) => (engine.recorder?.clockMs() ?? 0) >= ms,
      options.seconds * 1000,
      { timeout: options.seconds * 1000 + 30_000, polling: 250 },
    );
    const lectureStartMs = await page.evaluate(
      () => performance.now() - (engine.recorder?.clockMs() ?? NaN),
    );
    await page.evaluate(() => engine.recorder?.stop());
    const witness = await heardByWitness(page, lectureStartMs);
    const lecture = await finishedLecture(server.lectures);
    return {
      lecture,
      continuity: await continuityOf(lecture.pieces.values()),
      againstWitness: await faithfulnessOf(lecture.pieces.values(), witness),
    };
  } finally {
    await browser.close();
    await server.stop();
    await microphone.remove();
  }
}

/** Opens the page with the engine and waits until it is there. */
export async function openEngine(page: Page, url: string): Promise<Page> {
  await page.goto(url);
  await page.waitForFunction(() => "engine" in globalThis);
  return page;
}

/** Asks the page until its answer is yes. (waitForFunction does not wait for promises.) */
export async function eventually(page: Page, question: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 30_000;
  while (!(await page.evaluate(question))) {
    if (performance.now() > until) throw new Error(`It did not become true: ${String(question)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The first lecture that has been finished; waits for it. */
export async function finishedLecture(
  lectures: ReceivedLecture[],
  timeoutMs = 30_000,
): Promise<ReceivedLecture> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const finished = lectures.find((lecture) => lecture.finished);
    if (finished) return finished;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`No lecture was finished within ${timeoutMs} ms.`);
}
