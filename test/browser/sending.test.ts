// What is in the outbox arrives, whatever happens on the way: every piece stored once, the lecture complete.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { launchChromium } from "./chromium.ts";
import { continuityOf } from "./engine/continuity.ts";
import { makeMicrophoneFile } from "./engine/microphoneFile.ts";
import { eventually, finishedLecture, openEngine } from "./engine/recordSignal.ts";
import { startEngineServer, type EngineServer } from "./engine/server.ts";

const limits = { aimMs: 1_000, longestMs: 1_500, pauseMs: 300, overlapMs: 250 };

let microphone: Awaited<ReturnType<typeof makeMicrophoneFile>>;
let server: EngineServer;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  microphone = await makeMicrophoneFile(30);
  browser = await launchChromium({ microphoneFile: microphone.path });
});
afterAll(async () => {
  await browser.close();
  await microphone.remove();
  await closeDecoder();
});
beforeEach(async () => {
  server = await startEngineServer();
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await server.stop();
});

async function record(page: Page, ms: number): Promise<void> {
  await page.evaluate(async (segmenterLimits) => {
    engine.recorder = new engine.LectureRecorder(engine.outbox, { limits: segmenterLimits });
    await engine.recorder.start();
  }, limits);
  await page.waitForFunction((atLeast) => (engine.recorder?.clockMs() ?? 0) >= atLeast, ms);
}

describe("a line that fails half of the time, before and after the server has done its part", () => {
  it("brings everything over, each piece once", async () => {
    const page = await openEngine(await context.newPage(), server.url);
    let calls = 0;
    // Two failures, two successes: "after" means that the answer got lost.
    server.fault = () => [undefined, "before", "after", undefined][calls++ % 4] as undefined;
    await page.evaluate(() => engine.newUploader().start());
    await record(page, 6_500);
    await page.evaluate(() => engine.recorder?.stop());
    const lecture = await finishedLecture(server.lectures, 60_000);
    expect(server.lectures).toHaveLength(1);
    expect(lecture.pieces.size).toBe(lecture.finished?.chunkCount);
    expect(lecture.pieces.size).toBeGreaterThanOrEqual(4);
    const { missingSeconds, worstHandoverMs } = await continuityOf(lecture.pieces.values());
    expect(missingSeconds).toEqual([]);
    expect(worstHandoverMs).toBeLessThan(30);
    await eventually(page, async () => (await engine.outbox.lectures()).length === 0);
  });
});

describe("no network for the whole recording", () => {
  it("sends everything when it is back, at once", async () => {
    const page = await openEngine(await context.newPage(), server.url);
    await context.setOffline(true);
    await page.evaluate(() => {
      engine.uploader = engine.newUploader();
      engine.uploader.start();
    });
    await record(page, 4_500);
    await page.evaluate(async () => {
      await engine.recorder?.addMark("exam");
      await engine.recorder?.setDetails({ title: "Offline", course: "Optics" });
      await engine.recorder?.stop();
    });
    expect(server.lectures).toEqual([]);
    await context.setOffline(false);
    await page.evaluate(() => engine.uploader?.wake());
    const lecture = await finishedLecture(server.lectures);
    expect(lecture.title).toBe("Offline");
    expect([...lecture.marks.values()].map((mark) => mark.note)).toEqual(["exam"]);
    expect((await continuityOf(lecture.pieces.values())).missingSeconds).toEqual([]);
  });
});

describe("a recording that was interrupted by closing the page", () => {
  it("goes on in the same lecture, as a second session after everything that was kept", async () => {
    const first = await openEngine(await context.newPage(), server.url);
    await record(first, 3_000);
    await first.close({ runBeforeUnload: false });
    const second = await openEngine(await context.newPage(), server.url);
    await second.evaluate(async () => {
      await engine.recoverAll();
      const [lecture] = await engine.outbox.lectures();
      if (!lecture) throw new Error("The interrupted recording is not there.");
      engine.recorder = new engine.LectureRecorder(engine.outbox);
      await engine.recorder.start({ kind: "interrupted", clientKey: lecture.clientKey });
    });
    const resumedAt = await second.evaluate(() => engine.recorder?.clockMs() ?? 0);
    expect(resumedAt).toBeGreaterThan(1_800);
    await second.waitForFunction(
      (atLeast) => (engine.recorder?.clockMs() ?? 0) >= atLeast,
      resumedAt + 2_000,
    );
    await second.evaluate(async () => {
      await engine.recorder?.stop();
      engine.newUploader().start();
    });
    const lecture = await finishedLecture(server.lectures);
    const pieces = [...lecture.pieces.values()].sort((a, b) => a.index - b.index);
    expect(pieces.map((piece) => piece.index)).toEqual(pieces.map((_, i) => i));
    expect(new Set(pieces.map((piece) => piece.session))).toEqual(new Set([0, 1]));
    const last = pieces.at(-1);
    expect(last?.session).toBe(1);
    // Sessions never overlap: the second begins where the kept part of the first ends.
    const firstEnds = pieces
      .filter((piece) => piece.session === 0)
      .map((piece) => piece.startMs + piece.durationMs);
    const secondStarts = pieces
      .filter((piece) => piece.session === 1)
      .map((piece) => piece.startMs);
    expect(Math.min(...secondStarts)).toBeGreaterThanOrEqual(Math.max(...firstEnds) - 1);
  });
});

describe("two tabs", () => {
  it("don't take a recording from each other, and send every piece once", async () => {
    const recording = await openEngine(await context.newPage(), server.url);
    const other = await openEngine(await context.newPage(), server.url);
    await record(recording, 2_000);
    const taken = await other.evaluate(async () => {
      const [lecture] = await engine.outbox.lectures();
      const clientKey = lecture?.clientKey ?? "";
      await engine.recoverAll();
      const recorder = new engine.LectureRecorder(engine.outbox);
      return [
        (await engine.lecturesBeingMade()).has(clientKey),
        await engine.finishInterrupted(clientKey),
        await recorder.start({ kind: "interrupted", clientKey }),
        recorder.getSnapshot().problems.map((problem) => problem.code),
      ];
    });
    expect(taken).toEqual([true, false, false, ["recorded_elsewhere"]]);
    // Even if both send (browsers without locks), the server gets each piece once.
    await Promise.all(
      [recording, other].map((page) => page.evaluate(() => engine.newUploader().start())),
    );
    await recording.waitForFunction(() => (engine.recorder?.clockMs() ?? 0) >= 6_000);
    await recording.evaluate(() => engine.recorder?.stop());
    const lecture = await finishedLecture(server.lectures);
    expect(server.lectures).toHaveLength(1);
    expect(lecture.pieces.size).toBe(lecture.finished?.chunkCount);
    expect((await continuityOf(lecture.pieces.values())).missingSeconds).toEqual([]);
  });
});
