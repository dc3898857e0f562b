// Long files, as people have them: `npm run test:long`. Prints speed and memory against their limits.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { bringFile, longestTaskMs } from "./engine/bringFile.ts";
import { makeFile, type MadeFormat } from "./engine/madeFiles.ts";
import { startEngineServer } from "./engine/server.ts";

const HOUR = 3_600;
const files: [MadeFormat, number][] = [
  ["mp3", 3 * HOUR],
  ["m4a", 3 * HOUR],
  ["mp4 video", 2 * HOUR],
  // 96,000 bytes a second: 1 GB.
  ["wav", 10_440],
];
const MOST_MEMORY_BYTES = 150_000_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-long-files-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(files)(
  "brings in a %s of %d s",
  async (format, seconds) => {
    const path = join(folder, `long.${format.slice(0, 3)}`);
    await makeFile(path, format, seconds);
    const server = await startEngineServer();
    const browser = await launchChromium();
    try {
      const brought = await bringFile(browser, server, path, 1_800_000);
      const durationMs = brought.lecture.finished?.durationMs ?? 0;
      const worstTaskMs = longestTaskMs(brought.longTasks);
      const blockedMs = Math.max(0, ...brought.longTasks.map((task) => task.durationMs));
      const megabytes = (bytes = NaN) => (bytes / 1e6).toFixed(0);
      console.log(
        `${format}, ${seconds} s: ${(brought.tookMs / 1000).toFixed(1)} s, ${(durationMs / brought.tookMs).toFixed(0)} times real time, ` +
          `${brought.lecture.pieces.size} pieces; scripts held at most ${megabytes(brought.mostMemoryBytes)} MB (limit 150), ` +
          `the process ${megabytes(brought.mostFootprintBytes)} MB (${megabytes(brought.firstFootprintBytes)} before); ` +
          `longest task of the page ${worstTaskMs.toFixed(0)} ms of work (limit 50), ${blockedMs.toFixed(0)} ms with waiting for a processor`,
      );
      // Whole packets don't add up to whole minutes: a thousandth may be missing.
      expect(Math.abs(durationMs - seconds * 1000)).toBeLessThan(seconds);
      expect(brought.mostMemoryBytes).toBeLessThan(MOST_MEMORY_BYTES);
      expect(worstTaskMs).toBeLessThanOrEqual(50);
    } finally {
      await browser.close();
      await server.stop();
      await rm(path);
    }
  },
  3_600_000,
);
