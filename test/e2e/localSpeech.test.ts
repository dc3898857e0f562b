// Speech to text with nothing configured: `npm start` runs it on this machine, through whisper.cpp itself.
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { heard, writeTestModel } from "../../local-ai/testModel.ts";
import { Deployment } from "../../scripts/deployment.ts";
import { launchChromium } from "../browser/chromium.ts";
import { TestAccount, type TestPiece } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";
import { visit } from "../harness/visitor.ts";

const speech = new Uint8Array(
  readFileSync(new URL("../../local-ai/fixtures/jfk.ogg", import.meta.url)),
);
const pieces: TestPiece[] = [0, 1, 2].map((index) => ({
  startMs: index * 11_000,
  durationMs: 11_000,
  bytes: speech,
  mimeType: "audio/ogg",
}));
const said = heard.map(({ text }) => text);

let folder: string;
let lectern: Lectern;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-speech-"));
  writeTestModel(join(folder, "model.bin"));
  lectern = await startLectern({ env: { LECTERN_SPEECH_MODEL: join(folder, "model.bin") } });
});
afterAll(async () => {
  await lectern.close();
  await rm(folder, { recursive: true });
});

const variables = async () => new Deployment(lectern.url, await lectern.adminKey()).environment();

describe("a lecture on a machine with no key and no network", () => {
  it("is transcribed here, and becomes notes", async () => {
    const account = await TestAccount.create(lectern.url);
    const lectureId = await account.sendLecture(pieces, "Spoken");
    const job = await account.waitForEnd(lectureId);
    expect(job).toMatchObject({ status: "completed", counts: { transcribed: 3, failed: 0 } });
    const chunks = await account.transcript(lectureId);
    expect(chunks.flatMap(({ segments }) => segments.map(({ text }) => text))).toEqual([
      ...said,
      ...said,
      ...said,
    ]);
    await account.close();
  });

  it("goes on when the server is killed and started again: with a speech server at a new address", async () => {
    const account = await TestAccount.create(lectern.url);
    const lectureId = await account.sendLecture(pieces, "Interrupted");
    const before = (await variables()).get("TRANSCRIPTION_BASE_URL");
    await lectern.kill();
    await lectern.restart();
    expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    expect((await account.transcript(lectureId)).length).toBe(3);
    expect(before).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lectern-speech\/v1$/u);
    await account.close();
  });

  it("leaves nothing behind when another service is configured", async () => {
    await lectern.stop();
    await lectern.restart({ TRANSCRIPTION_API_KEY: "a-key", LECTERN_SPEECH_MODEL: "" });
    expect((await variables()).has("TRANSCRIPTION_BASE_URL")).toBe(false);
  });
});

describe("a model that is being downloaded", () => {
  it("is a bar on the page of the lecture that waits for it, and not a problem", async () => {
    // A mirror that sends a third of the smallest model and then takes its time.
    const mirror = createServer((_, response) => {
      response.writeHead(200, { "Content-Length": 3_000_000 });
      response.write(Buffer.alloc(1_000_000));
    });
    await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
    const { port } = mirror.address() as AddressInfo; // it listens on a port
    const waiting = await startLectern({
      env: {
        LECTERN_SPEECH_MODEL: "tiny-q5_1",
        LECTERN_SPEECH_MODELS_URL: `http://127.0.0.1:${port}`,
      },
    });
    const browser = await launchChromium();
    try {
      const { page } = await visit(browser, waiting.url);
      const account = await TestAccount.ofPage(waiting.url, page);
      const lectureId = await account.sendLecture(pieces.slice(0, 1), "Waiting");
      await page.goto(new URL(`/lecture/${lectureId}`, waiting.url).href);
      const bar = page.getByRole("progressbar", { name: "Getting ready to transcribe" });
      await expect.poll(() => bar.getAttribute("aria-valuenow"), { timeout: 60_000 }).toBe("33");
      expect(await page.getByRole("button", { name: "Retry" }).count()).toBe(0);
      await account.close();
    } finally {
      await browser.close();
      await waiting.close();
      mirror.closeAllConnections();
      mirror.close();
    }
  });
});

describe("a model that can't be downloaded", () => {
  it("makes the job wait with a sentence that says exactly what to do", async () => {
    const offline = await startLectern({
      env: { LECTERN_SPEECH_MODELS_URL: "http://127.0.0.1:1" },
    });
    const account = await TestAccount.create(offline.url);
    try {
      const lectureId = await account.sendLecture(pieces.slice(0, 1), "Offline");
      const job = await account.waitForJob(lectureId, ({ status }) => status === "paused");
      const file = /put it at (\S+);/u.exec(job.error?.message ?? "")?.[1] ?? "";
      expect(job.error?.message).toMatch(
        /^The speech model \S+ could not be downloaded: 127\.0\.0\.1:1 could not be reached\. Connect this machine/u,
      );
      // Doing what it says, by hand, and pressing Retry.
      expect(file.startsWith(offline.dataDir)).toBe(true);
      await mkdir(dirname(file), { recursive: true });
      await copyFile(join(folder, "model.bin"), file);
      await account.http.mutation(api.lectures.retry, { lectureId });
      expect(await account.waitForEnd(lectureId)).toMatchObject({ status: "completed" });
    } finally {
      await account.close();
      await offline.close();
    }
  });
});
