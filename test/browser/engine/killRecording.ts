/** Kills the browser in the middle of a recording and sees what the next start still has of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchKillableChromium } from "../killableChromium.ts";
import { continuityOf } from "./continuity.ts";
import { makeMicrophoneFile } from "./microphoneFile.ts";
import { finishedLecture, openEngine } from "./recordSignal.ts";
import { startEngineServer } from "./server.ts";

export type KilledRecording = {
  /** How long it had been recording when the browser was killed. */
  recordedMs: number;
  /** How much of its end is missing. */
  missingMs: number;
  pieceCount: number;
  /** Seconds of sound lost in the middle; must be none. */
  gaps: number[];
};

/** @param afterMs how long to record before the browser is killed */
export async function killRecording(afterMs: number): Promise<KilledRecording> {
  const profile = await mkdtemp(join(tmpdir(), "lectern-profile-"));
  const microphone = await makeMicrophoneFile(Math.ceil(afterMs / 1000) + 5);
  const server = await startEngineServer();
  try {
    const recordedMs = await recordAndKill(profile, microphone.path, server.url, afterMs);
    const next = await launchKillableChromium(profile);
    try {
      const page = await openEngine(await next.context.newPage(), server.url);
      await page.evaluate(async () => {
        await engine.recoverAll();
        const [lecture] = await engine.outbox.lectures();
        if (!lecture) throw new Error("The interrupted recording was not found.");
        await engine.finishInterrupted(lecture.clientKey);
        engine.newUploader().start();
      });
      const lecture = await finishedLecture(server.lectures);
      const continuity = await continuityOf(lecture.pieces.values());
      const keptMs = lecture.finished?.durationMs ?? 0;
      return {
        recordedMs,
        missingMs: recordedMs - keptMs,
        pieceCount: lecture.pieces.size,
        gaps: continuity.missingSeconds,
      };
    } finally {
      await next.kill();
    }
  } finally {
    await server.stop();
    await microphone.remove();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function recordAndKill(
  profile: string,
  microphoneFile: string,
  url: string,
  afterMs: number,
): Promise<number> {
  const browser = await launchKillableChromium(profile, { microphoneFile });
  try {
    const page = await openEngine(await browser.context.newPage(), url);
    const startedAtMs = await page.evaluate(async () => {
      const limits = { aimMs: 2_000, longestMs: 3_000, pauseMs: 300, overlapMs: 250 };
      const recorder = new engine.LectureRecorder(engine.outbox, { limits });
      engine.recorder = recorder;
      await recorder.start();
      return Date.now() - recorder.clockMs();
    });
    await page.waitForFunction((ms) => (engine.recorder?.clockMs() ?? 0) >= ms, afterMs, {
      polling: 20,
    });
    const recordedMs = Date.now() - startedAtMs;
    await browser.kill();
    return recordedMs;
  } finally {
    await browser.kill();
  }
}
