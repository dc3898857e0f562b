// A recording that is taken from the device as a file: whole, in order, nothing twice, and as long as a player says.
import { readFile } from "node:fs/promises";
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Input,
  Mp4OutputFormat,
  Output,
} from "mediabunny";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blobTarget } from "../../src/recorder/copy/copyTarget.ts";
import { joinPieces } from "../../src/recorder/copy/joinPieces.ts";
import type { Piece } from "../../src/recorder/outbox/ledger.ts";
import { decodeAudio } from "../provider/decode.ts";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { launchChromium } from "./chromium.ts";
import { fixturePath } from "./engine/madeFiles.ts";
import { makeMicrophoneFile } from "./engine/microphoneFile.ts";
import { openEngine } from "./engine/recordSignal.ts";
import { startEngineServer, type EngineServer } from "./engine/server.ts";
import { secondsHeard } from "./signal.ts";

let microphone: Awaited<ReturnType<typeof makeMicrophoneFile>>;
let server: EngineServer;
let browser: Browser;

beforeAll(async () => {
  microphone = await makeMicrophoneFile(30);
  server = await startEngineServer();
  browser = await launchChromium({ microphoneFile: microphone.path });
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await microphone.remove();
  await closeDecoder();
});

describe("a recording in many pieces, in two sessions, the first of them cut off", () => {
  it("becomes one file that holds every second once and is as long as it says", async () => {
    const context = await browser.newContext();
    const first = await openEngine(await context.newPage(), server.url);
    await record(first, 4_500);
    await first.close({ runBeforeUnload: false });
    const second = await openEngine(await context.newPage(), server.url);
    await record(second, 8_500);
    const [copy, recordedMs] = await second.evaluate(async () => {
      const stopped = await engine.recorder?.stop();
      const clientKey = stopped?.clientKey ?? "";
      const pieces = (await engine.outbox.ledger(clientKey))?.pieces ?? [];
      const ends = pieces.map((piece) => piece.startMs + piece.durationMs);
      return [await engine.joinedCopy(clientKey), Math.max(...ends)] as const;
    });
    expect(copy.leftOutCount).toBe(0);
    expect(copy.filesMs).toHaveLength(1);
    expect(Math.abs((copy.filesMs[0] ?? 0) - recordedMs)).toBeLessThan(200);
    expect(Math.abs(copy.playerMs - recordedMs)).toBeLessThan(200);
    const { pcm, sampleRateHz } = await decodeAudio(Uint8Array.from(copy.bytes), "audio/webm");
    // Decoded without regard to the clock: nothing is there twice.
    expect(Math.abs((pcm.length / sampleRateHz) * 1000 - recordedMs)).toBeLessThan(500);
    const heard = secondsHeard(pcm, sampleRateHz).map(({ second: number }) => number);
    // At a seam one second may be heard as two halves.
    const seconds = heard.filter((number, place) => number !== heard[place - 1]);
    // The microphone begins anew with the second session.
    const again = seconds.findIndex((number, place) => number < (seconds[place - 1] ?? -1));
    for (const session of [seconds.slice(0, again), seconds.slice(again)]) {
      expect(session.length).toBeGreaterThanOrEqual(3);
      expect(session).toEqual(session.map((_, place) => (session[0] ?? 0) + place));
    }
    await context.close();
  });
});

/** Records in the lecture that is there, or a new one, until its clock shows `untilMs`. */
async function record(page: Page, untilMs: number): Promise<void> {
  await page.evaluate(async () => {
    await engine.recoverAll();
    const limits = { aimMs: 1_000, longestMs: 1_500, pauseMs: 300, overlapMs: 250 };
    engine.recorder = new engine.LectureRecorder(engine.outbox, { limits });
    const [lecture] = await engine.outbox.lectures();
    await engine.recorder.start(
      lecture ? { kind: "interrupted", clientKey: lecture.clientKey } : { kind: "new" },
    );
  });
  await page.waitForFunction((ms) => (engine.recorder?.clockMs() ?? 0) >= ms, untilMs);
}

describe("pieces as Safari records them", () => {
  it("become one MP4 file; what is of another kind becomes a second one, and what is broken is told", async () => {
    const aac = await readFile(fixturePath("m4a"));
    const pieces: [Partial<Piece>, Uint8Array<ArrayBuffer>][] = [
      [{ startMs: 0 }, await secondsOf(aac, 0, 5.3)],
      // 300 ms are in both.
      [{ startMs: 5_000 }, await secondsOf(aac, 5, 9)],
      [{ startMs: 9_000 }, Uint8Array.from([1, 2, 3])],
      // What was here is already at the server: the copy closes up.
      [{ startMs: 40_000 }, await secondsOf(aac, 10, 12)],
      [{ startMs: 42_000, mimeType: "audio/webm" }, await readFile(fixturePath("webm"))],
    ];
    const files: Blob[] = [];
    const joined = await joinPieces({
      pieces: pieces.map(([piece], index) => ({ ...anyPiece, ...piece, index })),
      bytesOf: ({ index }) => Promise.resolve(new Blob([pieces[index]?.[1] ?? ""])),
      openTarget: () => Promise.resolve(blobTarget("", (whole) => files.push(whole))),
    });
    expect(joined.leftOutCount).toBe(1);
    const [mp4Ms = 0, webmMs = 0] = joined.filesMs;
    expect(Math.abs(mp4Ms - 11_000)).toBeLessThan(150);
    expect(Math.abs(webmMs - 61_000)).toBeLessThan(1_500);
    const [mp4, webm] = await Promise.all(
      files.map(async (file) => new Uint8Array(await file.arrayBuffer())),
    );
    if (!mp4 || !webm) throw new Error("Two files were expected.");
    expect(await durationOf(mp4)).toBeCloseTo(mp4Ms / 1000, 1);
    expect(await durationOf(webm)).toBeCloseTo(webmMs / 1000, 1);
    const { pcm, sampleRateHz } = await decodeAudio(mp4, "audio/mp4");
    const heard = secondsHeard(pcm, sampleRateHz).map(({ second }) => second);
    const seconds = heard.filter((number, place) => number !== heard[place - 1]);
    expect(seconds).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11]);
  });
});

const anyPiece: Piece = {
  clientKey: "a",
  index: 0,
  session: 0,
  startMs: 0,
  durationMs: 0,
  overlapMs: 0,
  mimeType: "audio/mp4",
  sizeBytes: 1,
  sliceCount: 1,
  status: "waiting",
};

/** A stretch of an m4a file as a file of its own. */
async function secondsOf(
  file: Uint8Array<ArrayBuffer>,
  from: number,
  to: number,
): Promise<Uint8Array<ArrayBuffer>> {
  using input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const config = await track?.getDecoderConfig();
  if (!track || !config) throw new Error("The fixture holds no sound.");
  const source = new EncodedAudioPacketSource("aac");
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  output.addAudioTrack(source);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (packet.timestamp < from || packet.timestamp >= to) continue;
    const timestamp = packet.timestamp - from;
    await source.add(packet.clone({ timestamp }), { decoderConfig: config });
  }
  await output.finalize();
  return new Uint8Array(target.buffer ?? new ArrayBuffer());
}

async function durationOf(file: Uint8Array<ArrayBuffer>): Promise<number> {
  using input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  // Awaited here: the input is closed when this returns.
  return track ? await track.computeDuration() : 0;
}
