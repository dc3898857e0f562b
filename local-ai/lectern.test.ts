// What Lectern's own transcriber makes of this server: the two sides of one contract.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { transcriberFromEnv } from "../convex/ai/transcriber.ts";
import { startSpeechServer, type SpeechServerOptions } from "./server.ts";
import { heard, writeTestModel } from "./testModel.ts";

// Recognition takes all the processor that it gets; next to other tests that may be little.
vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "lectern-speech-"));
const model = join(folder, "test.bin");
beforeAll(() => writeTestModel(model));
afterAll(() => rmSync(folder, { recursive: true }));

async function transcribed(
  options: Partial<SpeechServerOptions>,
  audio: Blob = new Blob([readFileSync(new URL("fixtures/jfk.ogg", import.meta.url))]),
) {
  const server = await startSpeechServer({ model, folder, threads: 1, ...options });
  try {
    const transcriber = transcriberFromEnv({ TRANSCRIPTION_BASE_URL: server.url });
    if ("missing" in transcriber) throw new Error(transcriber.missing);
    return await transcriber.transcribe({
      audio,
      fileName: "piece.ogg",
      mimeType: "audio/ogg",
      durationMs: 11_000,
    });
  } finally {
    await server.close();
  }
}

describe("Lectern's transcriber with the speech server of this machine", () => {
  it("gets segments, words and the language", async () => {
    const result = await transcribed({});
    expect(result).toMatchObject({ language: "en", noSpeech: false, dropped: [] });
    expect(result.segments.map(({ text }) => text)).toEqual(heard.map(({ text }) => text));
    expect(result.segments[0]?.words?.map(({ text }) => text)).toEqual([
      "Good",
      "morning",
      "everyone.",
    ]);
  });

  it("waits while the model is being downloaded, and can say how far it is", async () => {
    const mirror = createServer((_, response) => {
      response.writeHead(200, { "Content-Length": 50_000_000 });
      response.write(Buffer.alloc(1000));
    });
    await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
    const { port } = mirror.address() as AddressInfo; // it listens on TCP
    const modelsUrl = `http://127.0.0.1:${port}`;
    await expect(transcribed({ model: "tiny", modelsUrl, patienceMs: 200 })).rejects.toMatchObject({
      kind: "transient",
      code: "model_loading",
      userMessage: "The speech model tiny is being downloaded, once: 0 % of 50 MB.",
      retryAfterMs: 30_000,
    });
    mirror.closeAllConnections();
    await new Promise((resolve) => mirror.close(resolve));
  });

  it("stops and asks when the model can't be had", async () => {
    const modelsUrl = "http://127.0.0.1:1";
    await expect(transcribed({ model: "base-q5_1", modelsUrl })).rejects.toMatchObject({
      kind: "account",
      code: "model_unavailable",
      userMessage: expect.stringMatching(
        /^The speech model base-q5_1 could not be downloaded: .* set LECTERN_SPEECH_MODEL to the path/u,
      ) as string, // a matcher stands in for the text
    });
  });

  it("leaves out a piece that is no audio, and goes on", async () => {
    await expect(transcribed({}, new Blob(["no audio"]))).rejects.toMatchObject({ kind: "input" });
  });
});
