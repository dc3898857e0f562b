// Files become pieces that decode alone and add up to the whole, without the page stuttering; bad ones are refused.
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeAudio } from "../provider/decode.ts";
import { closeDecoder } from "../provider/decodeInBrowser.ts";
import { launchChromium } from "./chromium.ts";
import { bringFile, longestTaskMs, prepare } from "./engine/bringFile.ts";
import { fixturePath, makeFile, makeSilentVideo, type MadeFormat } from "./engine/madeFiles.ts";
import { eventually, finishedLecture, openEngine } from "./engine/recordSignal.ts";
import { startEngineServer, type EngineServer } from "./engine/server.ts";
import { secondsHeard } from "./signal.ts";

let folder: string;
let browser: Browser;
let server: EngineServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-files-"));
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await closeDecoder();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  server = await startEngineServer();
});
afterEach(() => server.stop());

describe("a file of six minutes", () => {
  const formats: [MadeFormat, string][] = [
    ["mp3", "audio/mpeg"],
    ["m4a", "audio/mp4"],
    ["webm", "audio/webm"],
    ["mp4 video", "audio/mp4"],
    ["wav", "audio/webm"],
  ];

  it.each(formats)("%s is cut into pieces that hold every second once", async (format, type) => {
    const path = join(folder, `lecture.${format.slice(0, 3)}`);
    await makeFile(path, format, 360);
    const { lecture, longTasks } = await bringFile(browser, server, path, 60_000);
    const pieces = [...lecture.pieces.values()].sort((a, b) => a.index - b.index);
    expect(pieces.length).toBeGreaterThanOrEqual(2);
    expect(lecture.finished?.chunkCount).toBe(pieces.length);
    expect(Math.abs((lecture.finished?.durationMs ?? 0) - 360_000)).toBeLessThan(1_000);
    expect(new Set(pieces.map((piece) => piece.mimeType))).toEqual(new Set([type]));
    let endsMs = 0;
    let before: number | undefined;
    for (const piece of pieces) {
      // They touch: each begins where the one before ends.
      expect(Math.abs(piece.startMs - endsMs)).toBeLessThanOrEqual(1);
      endsMs = piece.startMs + piece.durationMs;
      // AAC is decoded by another browser, which takes long for five minutes: the short piece will do.
      if (type === "audio/mp4" && piece.durationMs > 120_000) continue;
      const { pcm, sampleRateHz } = await decodeAudio(piece.bytes, piece.mimeType);
      expect(Math.abs((pcm.length / sampleRateHz) * 1000 - piece.durationMs)).toBeLessThan(150);
      const edge = 6 * sampleRateHz;
      const first = secondsHeard(pcm.subarray(0, edge), sampleRateHz)[0]?.second;
      // A cut in the middle of a second leaves a part of it on both sides.
      if (before !== undefined) expect([before % 60, (before + 1) % 60]).toContain(first);
      before = secondsHeard(pcm.subarray(-edge), sampleRateHz).at(-1)?.second;
    }
    // The worker does it all; the page only hears how far it is.
    expect(longestTaskMs(longTasks)).toBeLessThanOrEqual(50);
  });
});

describe("files that cannot become a lecture", () => {
  it("are refused with the reason, and nothing is left of them", async () => {
    await writeFile(join(folder, "empty.m4a"), "");
    await writeFile(join(folder, "notes.mp3"), "Dear diary, this is no music.\n".repeat(100));
    await makeSilentVideo(join(folder, "silent.mp4"));
    const page = await openEngine(await (await browser.newContext()).newPage(), server.url);
    await prepare(page);
    await page.setInputFiles("input", [
      join(folder, "empty.m4a"),
      join(folder, "notes.mp3"),
      join(folder, "silent.mp4"),
    ]);
    await page.waitForFunction(
      () => engine.intake?.getSnapshot().filter((item) => item.status === "failed").length === 3,
    );
    const reasons = await page.evaluate(() =>
      engine.intake?.getSnapshot().map((item) => [item.fileName, item.problem?.code]),
    );
    expect(reasons).toEqual([
      ["empty.m4a", "empty_file"],
      ["notes.mp3", "not_audio"],
      ["silent.mp4", "no_audio_track"],
    ]);
    expect(await page.evaluate(async () => (await engine.outbox.lectures()).length)).toBe(0);
    expect(server.lectures).toEqual([]);
    await page.context().close();
  });
});

describe("the same file twice", () => {
  it("is taken once while it is on its way", async () => {
    const page = await openEngine(await (await browser.newContext()).newPage(), server.url);
    await prepare(page);
    await page.setInputFiles("input", [fixturePath("m4a"), fixturePath("m4a")]);
    await page.setInputFiles("input", fixturePath("m4a"));
    await finishedLecture(server.lectures);
    expect(server.lectures).toHaveLength(1);
    await page.context().close();
  });
});

describe("a file that is changed while it is read", () => {
  it("says so, and keeps what was already cut for the person to decide", async () => {
    // Large enough that it cannot have been read ahead.
    const path = join(folder, "changing.mp4");
    await makeFile(path, "mp4 video", 1_800);
    const page = await openEngine(await (await browser.newContext()).newPage(), server.url);
    await prepare(page);
    await page.evaluate(() => {
      // Holds the cutting after the first piece until the file has been changed.
      const changed = new Promise<void>((resolve) => (engine.makeRoom = resolve));
      engine.beforePiece = (count) => (count === 0 ? Promise.resolve() : changed);
    });
    await page.setInputFiles("input", path);
    await eventually(page, async () => {
      const [lecture] = await engine.outbox.lectures();
      return !!lecture && !!(await engine.outbox.piece(lecture.clientKey, 0));
    });
    await truncate(path, 10_000);
    await page.evaluate(() => engine.makeRoom());
    await page.waitForFunction(() => engine.intake?.getSnapshot()[0]?.status === "failed");
    const [code, problem, pieces] = await page.evaluate(async () => {
      const [lecture] = await engine.outbox.lectures();
      const ledger = await engine.outbox.ledger(lecture?.clientKey ?? "");
      return [
        engine.intake?.getSnapshot()[0]?.problem?.code,
        lecture?.problem?.code,
        ledger?.pieces.length,
      ];
    });
    expect([code, problem]).toEqual(["file_changed", "file_changed"]);
    expect(pieces).toBeGreaterThanOrEqual(1);
    await page.context().close();
  });
});

describe("a device without room", () => {
  it("says so, keeps the piece that found none, and goes on when there is room again", async () => {
    const path = join(folder, "no-room.mp3");
    await makeFile(path, "mp3", 360);
    const page = await openEngine(await (await browser.newContext()).newPage(), server.url);
    const protocol = await page.context().newCDPSession(page);
    await prepare(page);
    // 600 kB of sound: the lecture's line in the ledger fits, a piece does not.
    await protocol.send("Storage.overrideQuotaForOrigin", {
      origin: server.url,
      quotaSize: 200_000,
    });
    await page.setInputFiles("input", path);
    await page.waitForFunction(
      () => engine.intake?.getSnapshot()[0]?.problem?.code === "storage_full",
    );
    await protocol.send("Storage.overrideQuotaForOrigin", { origin: server.url });
    const lecture = await finishedLecture(server.lectures);
    expect(lecture.pieces.size).toBe(lecture.finished?.chunkCount);
    expect(Math.abs((lecture.finished?.durationMs ?? 0) - 360_000)).toBeLessThan(1_000);
    const item = await page.evaluate(() => engine.intake?.getSnapshot()[0]);
    expect(item).toMatchObject({ status: "cut", problem: undefined });
    await page.context().close();
  });
});

describe("a page that is closed while a file is cut", () => {
  it("goes on at the next start from the browser's own copy, and stores nothing twice", async () => {
    const path = join(folder, "interrupted.m4a");
    await makeFile(path, "m4a", 1_200);
    const context = await browser.newContext();
    const first = await openEngine(await context.newPage(), server.url);
    await prepare(first);
    await first.evaluate(() => {
      // The third piece is never asked for in this page.
      engine.beforePiece = (count) => (count < 2 ? Promise.resolve() : new Promise(() => {}));
    });
    await first.setInputFiles("input", path);
    await eventually(first, async () => {
      const [lecture] = await engine.outbox.lectures();
      return !!lecture && !!(await engine.outbox.piece(lecture.clientKey, 1));
    });
    await first.close();
    const second = await openEngine(await context.newPage(), server.url);
    await prepare(second);
    await second.evaluate(() => engine.intake?.resume());
    const lecture = await finishedLecture(server.lectures);
    expect(server.lectures).toHaveLength(1);
    expect(lecture.pieces.size).toBe(lecture.finished?.chunkCount);
    expect(Math.abs((lecture.finished?.durationMs ?? 0) - 1_200_000)).toBeLessThan(1_500);
    // What the first page sent in its last moment may be offered again; the server keeps the first.
    const offers = [...lecture.registrations.values()].reduce((sum, count) => sum + count, 0);
    expect(offers).toBeLessThanOrEqual(lecture.pieces.size + 2);
    await context.close();
  });
});
