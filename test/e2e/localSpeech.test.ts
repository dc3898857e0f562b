// Speech to text with nothing configured: `npm start` runs it on this machine, through whisper.cpp itself.
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { heard, writeTestModel } from "../../local-ai/testModel.ts";
import { Deployment } from "../../scripts/deployment.ts";
import { TestAccount, type TestPiece } from "../harness/client.ts";
import { startLectern, type Lectern } from "../harness/lectern.ts";

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
