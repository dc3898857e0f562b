// A phone records a whole day of lectures: memory must not grow with time.
import type { CDPSession } from "playwright-core";
import { expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { finishedLecture, openEngine } from "./engine/recordSignal.ts";
import { startEngineServer } from "./engine/server.ts";

const HOUR_MS = 3_600_000;
const SPEED = 600;

it("holds no more after four hours of recording than after a quarter of an hour", async () => {
  const server = await startEngineServer();
  const browser = await launchChromium();
  try {
    const page = await openEngine(await browser.newPage(), server.url);
    const protocol = await page.context().newCDPSession(page);
    await page.evaluate(async (speed) => {
      engine.makeMicrophone();
      engine.fastForward(speed);
      engine.recorder = new engine.LectureRecorder(engine.outbox);
      engine.newUploader().start();
      await engine.recorder.start();
    }, SPEED);
    const recordedFor = (ms: number) =>
      page.waitForFunction((atLeast) => (engine.recorder?.clockMs() ?? 0) >= atLeast, ms, {
        timeout: 120_000,
        polling: 100,
      });
    await recordedFor(HOUR_MS / 4);
    const early = await heldBytes(protocol);
    await recordedFor(4 * HOUR_MS);
    const late = await heldBytes(protocol);
    await page.evaluate(() => engine.recorder?.stop());
    const lecture = await finishedLecture(server.lectures, 60_000);
    const growth = (late - early) / 1e6;
    console.log(
      `heap growth over 3 h 45 min: ${growth.toFixed(1)} MB (limit 20), ${lecture.pieces.size} pieces`,
    );
    expect(growth).toBeLessThan(20);
    expect(lecture.pieces.size).toBeGreaterThan(60);
    expect(lecture.pieces.size).toBe(lecture.finished?.chunkCount);
    const sizeBytes = [...lecture.pieces.values()].reduce((sum, piece) => sum + piece.sizeBytes, 0);
    expect(sizeBytes).toBeGreaterThan(4 * HOUR_MS * 4);
  } finally {
    await browser.close();
    await server.stop();
  }
});

/** What scripts hold after a garbage collection: heap and buffers. */
async function heldBytes(protocol: CDPSession): Promise<number> {
  await protocol.send("HeapProfiler.collectGarbage");
  const usage = (await protocol.send("Runtime.getHeapUsage")) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}
