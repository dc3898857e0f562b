// What a device measures of a piece's sound: zeros are recognised beyond doubt, a quiet voice never is.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hasNoSound } from "../../domain/sound.ts";
import { launchChromium } from "./chromium.ts";
import { bringFile } from "./engine/bringFile.ts";
import { finishedLecture, openEngine } from "./engine/recordSignal.ts";
import { startEngineServer, type EngineServer, type ReceivedPiece } from "./engine/server.ts";
import { wavFile } from "./signal.ts";

const RECORDED_MS = 5_000;

let server: EngineServer;
let browser: Browser;
let page: Page;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-silence-"));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  server = await startEngineServer();
  page = await openEngine(await (await browser.newContext()).newPage(), server.url);
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});

/** Records a tone of this loudness for some seconds and sends it. */
async function record(loudness: number): Promise<ReceivedPiece> {
  await page.evaluate(async (gain) => {
    engine.microphone = engine.makeMicrophone(gain);
    engine.recorder = new engine.LectureRecorder(engine.outbox);
    await engine.recorder.start();
  }, loudness);
  await page.waitForFunction((ms) => (engine.recorder?.clockMs() ?? 0) >= ms, RECORDED_MS);
  return await send();
}

async function send(): Promise<ReceivedPiece> {
  await page.evaluate(async () => {
    await engine.recorder?.stop();
    engine.newUploader().start();
  });
  return firstPiece();
}

async function firstPiece(): Promise<ReceivedPiece> {
  // Two are sent at a time: the second one may come first.
  const piece = (await finishedLecture(server.lectures)).pieces.get(0);
  if (!piece) throw new Error("No piece came.");
  return piece;
}

const db = (level: number) => 10 ** (level / 20);

describe("a recording", () => {
  it("of a muted microphone is measured as having no sound", async () => {
    const piece = await record(0);
    expect(piece.sound).toMatchObject({ audibleMs: 0, peakDb: -150 });
    expect(Math.abs((piece.sound?.measuredMs ?? 0) - piece.durationMs)).toBeLessThan(500);
    expect(hasNoSound(piece)).toBe(true);
  });

  it("as quiet as a voice in the last row, at -55 dB, is measured as sound", async () => {
    const piece = await record(db(-55));
    expect(piece.sound?.peakDb).toBe(-55);
    expect(piece.sound?.audibleMs).toBeGreaterThan(RECORDED_MS - 500);
    expect(hasNoSound(piece)).toBe(false);
    // Even if the meter were deaf, the encoder is not.
    const { sound: measured, ...unmeasured } = piece;
    const deaf = measured && { ...measured, audibleMs: 0, peakDb: -150 };
    expect(hasNoSound({ ...unmeasured, sound: deaf })).toBe(false);
  });

  it("of a microphone that is on the second channel only is measured as sound", async () => {
    await page.evaluate(async () => {
      navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext();
        const tone = new OscillatorNode(context, { frequency: 440 });
        const channels = new ChannelMergerNode(context, { numberOfInputs: 2 });
        const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
        tone.connect(channels, 0, 1);
        channels.connect(destination);
        tone.start();
        return destination.stream;
      };
      engine.recorder = new engine.LectureRecorder(engine.outbox);
      await engine.recorder.start();
    });
    await page.waitForFunction(() => (engine.recorder?.clockMs() ?? 0) >= 1_500);
    const piece = await send();
    expect(piece.sound?.audibleMs).toBeGreaterThan(1_000);
    expect(hasNoSound(piece)).toBe(false);
  });

  it("in which another microphone was taken up is not judged by the new one's silence", async () => {
    await page.evaluate(async () => {
      engine.microphone = engine.makeMicrophone(0);
      engine.recorder = new engine.LectureRecorder(engine.outbox);
      await engine.recorder.start();
    });
    await page.waitForFunction(() => (engine.recorder?.clockMs() ?? 0) >= 1_000);
    await page.evaluate(async () => {
      const { microphone } = engine.recorder?.getSnapshot() ?? {};
      if (microphone) await engine.recorder?.changeMicrophone(microphone);
    });
    const piece = await send();
    expect(piece.sound).toBeUndefined();
    expect(hasNoSound(piece)).toBe(false);
  });
});

describe("a file that has to be decoded", () => {
  const SAMPLE_RATE_HZ = 16_000;
  const bring = async (name: string, samples: Float32Array) => {
    const path = join(folder, name);
    await writeFile(path, wavFile(samples, SAMPLE_RATE_HZ));
    await bringFile(browser, server, path, 30_000);
    return firstPiece();
  };

  it("of zeros has no sound", async () => {
    const piece = await bring("zeros.wav", new Float32Array(SAMPLE_RATE_HZ * 20));
    expect(piece.sound).toMatchObject({ audibleMs: 0, peakDb: -150 });
    expect(hasNoSound(piece)).toBe(true);
  });

  it("with half a second of something at -70 dB has", async () => {
    const samples = new Float32Array(SAMPLE_RATE_HZ * 20).map((_, at) =>
      at > SAMPLE_RATE_HZ * 10 && at < SAMPLE_RATE_HZ * 10.5 ? db(-70) * Math.sin(at / 10) : 0,
    );
    const piece = await bring("quiet.wav", samples);
    expect(piece.sound?.audibleMs).toBeGreaterThan(400);
    expect(hasNoSound(piece)).toBe(false);
  });
});
