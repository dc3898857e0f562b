// A microphone that fails in the middle, or a disk that is full: said at once, and nothing recorded so far is lost.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeAudio } from "../provider/decode.ts";
import { launchChromium } from "./chromium.ts";
import { finishedLecture, openEngine } from "./engine/recordSignal.ts";
import { startEngineServer, type EngineServer } from "./engine/server.ts";

let server: EngineServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

beforeEach(async () => {
  server = await startEngineServer();
  // A context of its own has an outbox of its own.
  const context = await browser.newContext();
  page = await openEngine(await context.newPage(), server.url);
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});

async function startRecording(): Promise<void> {
  await page.evaluate(async () => {
    engine.microphone = engine.makeMicrophone();
    engine.recorder = new engine.LectureRecorder(engine.outbox);
    await engine.recorder.start();
  });
  await recordedFor(1_500);
}

function recordedFor(ms: number): Promise<unknown> {
  return page.waitForFunction((atLeast) => (engine.recorder?.clockMs() ?? 0) >= atLeast, ms);
}

function problemCode(code: string): Promise<unknown> {
  return page.waitForFunction(
    (wanted) => engine.recorder?.getSnapshot().problems.some((problem) => problem.code === wanted),
    code,
    { timeout: 15_000 },
  );
}

async function stopAndSend(): Promise<number> {
  await page.evaluate(async () => {
    await engine.recorder?.stop();
    engine.newUploader().start();
  });
  return (await finishedLecture(server.lectures)).finished?.durationMs ?? 0;
}

describe("a microphone that is unplugged", () => {
  it("goes on with another one by itself and says so", async () => {
    await startRecording();
    await page.evaluate(() => engine.microphone?.unplug());
    await page.waitForFunction(() => engine.recorder?.getSnapshot().notice !== undefined);
    const notice = await page.evaluate(() => engine.recorder?.getSnapshot().notice);
    expect(notice).toMatch(/was unplugged or switched off. Going on with/);
    const before = await page.evaluate(() => engine.recorder?.clockMs() ?? 0);
    await recordedFor(before + 1_500);
    const durationMs = await stopAndSend();
    expect(durationMs).toBeGreaterThanOrEqual(before + 1_400);
    expect(server.lectures[0]?.pieces.size).toBe(2);
  });

  it("stands still and keeps everything when there is no other, then goes on where it was", async () => {
    await startRecording();
    await page.evaluate(() => {
      if (!engine.microphone) return;
      engine.microphone.gone = true;
      engine.microphone.unplug();
    });
    await problemCode("microphone_lost");
    const [status, stoppedAt] = await page.evaluate(() => [
      engine.recorder?.getSnapshot().status,
      engine.recorder?.clockMs() ?? 0,
    ]);
    expect(status).toBe("interrupted");
    const still = await page.evaluate(() => engine.recorder?.clockMs());
    expect(still).toBe(stoppedAt);
    await page.evaluate(async () => {
      if (engine.microphone) engine.microphone.gone = false;
      await engine.recorder?.resume();
    });
    await recordedFor(Number(stoppedAt) + 1_500);
    expect(await stopAndSend()).toBeGreaterThan(Number(stoppedAt) + 1_400);
  });
});

describe("a microphone that gives nothing", () => {
  it("is reported as muted at once, and as heard again", async () => {
    await startRecording();
    await page.evaluate(() => engine.microphone?.setMuted(true));
    await problemCode("muted");
    await page.evaluate(() => engine.microphone?.setMuted(false));
    await page.waitForFunction(() => engine.recorder?.getSnapshot().problems.length === 0);
  });

  it("is noticed without any event within 5 s, and the clock does not run over it", async () => {
    await startRecording();
    const stalledAt = await page.evaluate(async () => {
      const at = engine.recorder?.clockMs() ?? 0;
      await engine.microphone?.stall();
      return at;
    });
    const from = performance.now();
    await problemCode("no_data");
    expect(performance.now() - from).toBeLessThan(5_500);
    const shown = await page.evaluate(() => engine.recorder?.clockMs() ?? 0);
    expect(shown - stalledAt).toBeLessThan(1_500);
    expect(await stopAndSend()).toBeGreaterThan(1_000);
  });

  it("is reported when it only sends exact silence", async () => {
    await startRecording();
    await page.evaluate(() => engine.microphone?.setSilent(true));
    await problemCode("digital_silence");
  });
});

describe("a microphone that is refused", () => {
  it("says what to do, and leaves nothing half made", async () => {
    const problems = await page.evaluate(async () => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
      const recorder = new engine.LectureRecorder(engine.outbox);
      await recorder.start();
      return recorder.getSnapshot().problems;
    });
    expect(problems.map((problem) => problem.code)).toEqual(["permission_denied"]);
    expect(await page.evaluate(async () => (await engine.outbox.lectures()).length)).toBe(0);
  });
});

describe("a recording of no length", () => {
  it("leaves nothing and says so", async () => {
    const [kept, codes, lectures] = await page.evaluate(async () => {
      engine.makeMicrophone();
      const recorder = new engine.LectureRecorder(engine.outbox);
      await recorder.start();
      const stopped = await recorder.stop();
      engine.newUploader().start();
      await new Promise<void>((resolve) => {
        const look = async () => {
          if ((await engine.outbox.lectures()).length === 0) resolve();
        };
        engine.outbox.subscribe(() => void look());
        void look();
      });
      const { problems } = recorder.getSnapshot();
      return [
        stopped?.kept,
        problems.map((each) => each.code),
        (await engine.outbox.lectures()).length,
      ];
    });
    expect(kept).toBe(false);
    expect(codes).toEqual(["nothing_recorded"]);
    expect(lectures).toBe(0);
  });
});

describe("a disk that is full", () => {
  it("is said, nothing is lost, and it goes on when there is room again", async () => {
    await startRecording();
    // Chromium asks for the quota too seldom to be caught by a small one in a short test: this is its error at its place.
    await page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was, below
      const { add } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.add = () => {
        throw new DOMException("No room.", "QuotaExceededError");
      };
      engine.makeRoom = () => {
        IDBObjectStore.prototype.add = add;
      };
    });
    await problemCode("storage_full");
    const full = await page.evaluate(() => engine.recorder?.clockMs() ?? 0);
    await recordedFor(full + 2_000);
    await page.evaluate(() => engine.makeRoom());
    await page.waitForFunction(() =>
      engine.recorder?.getSnapshot().problems.every((each) => each.code !== "storage_full"),
    );
    const recordedMs = await page.evaluate(() => engine.recorder?.clockMs() ?? 0);
    expect(Math.abs((await stopAndSend()) - recordedMs)).toBeLessThan(1_500);
    const [piece] = server.lectures[0]?.pieces.values() ?? [];
    const { pcm, sampleRateHz } = await decodeAudio(piece?.bytes ?? new Uint8Array(), "audio/webm");
    expect((pcm.length / sampleRateHz) * 1000).toBeGreaterThan(recordedMs - 300);
  });

  it("is said while there is still room for some minutes", async () => {
    const protocol = await page.context().newCDPSession(page);
    const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    const quota = { origin: server.url, quotaSize: usage + 5_000_000 };
    await protocol.send("Storage.overrideQuotaForOrigin", quota);
    await startRecording();
    await problemCode("storage_nearly_full");
    const message = await page.evaluate(
      () => engine.recorder?.getSnapshot().problems.at(-1)?.message,
    );
    // 5 MB at 32 kbit/s, whatever Chromium says to pages about their quota.
    expect(message).toMatch(/room for only about (19|20) more minutes/);
    expect(await stopAndSend()).toBeGreaterThan(1_400);
  });

  it("refuses to begin where nothing can be kept", async () => {
    const protocol = await page.context().newCDPSession(page);
    await protocol.send("Storage.overrideQuotaForOrigin", { origin: server.url, quotaSize: 10 });
    const [started, codes, status] = await page.evaluate(async () => {
      engine.makeMicrophone();
      const recorder = new engine.LectureRecorder(engine.outbox);
      const began = await recorder.start();
      const snapshot = recorder.getSnapshot();
      return [began, snapshot.problems.map((problem) => problem.code), snapshot.status];
    });
    expect([started, codes, status]).toEqual([false, ["no_room_to_start"], "idle"]);
  });
});
