import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { toFile } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { wavFile } from "../test/browser/signal.ts";
import { decodeSpeech } from "./decode.ts";
import { startSpeechServer, type SpeechServer, type SpeechServerOptions } from "./server.ts";
import { heard, writeTestModel } from "./testModel.ts";

// Recognition takes all the processor that it gets; next to other tests that may be little.
vi.setConfig({ testTimeout: 120_000 });

const sampleRateHz = 16_000;
const folder = mkdtempSync(join(tmpdir(), "lectern-speech-"));
const model = join(folder, "test.bin");
const jfk = new Uint8Array(readFileSync(new URL("fixtures/jfk.ogg", import.meta.url)));
/** Eleven seconds in which somebody speaks, as samples. */
let speech: Float32Array;
const servers: SpeechServer[] = [];

beforeAll(async () => {
  writeTestModel(model);
  const { signal } = new AbortController();
  const samples = await decodeSpeech(jfk, { sampleRateHz, maxDurationMs: 60_000, signal });
  speech = Float32Array.from(samples, (sample) => sample / 32_768);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(options: Partial<SpeechServerOptions> = {}) {
  const server = await startSpeechServer({ model, folder, threads: 1, ...options });
  servers.push(server);
  const client = new OpenAI({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
  return { url: server.url, client };
}

const silence = (seconds: number) => new Float32Array(seconds * sampleRateHz);
function wav(...parts: Float32Array[]): Promise<File> {
  const samples = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    samples.set(part, offset);
    offset += part.length;
  }
  return toFile(wavFile(samples, sampleRateHz), "piece.wav");
}

async function health(url: string) {
  const response = await fetch(url.replace("/v1", "/health"));
  // The shape is this server's own.
  return (await response.json()) as {
    state: { status: string };
    running: number;
    waiting: number;
    downloadPercent: number | null;
  };
}

const said = heard.map(({ text }) => text).join(" ");

describe("transcriptions", () => {
  it("answer in the formats of OpenAI's endpoint", async () => {
    const { client } = await start();
    const file = await wav(speech.subarray(0, 3 * sampleRateHz));
    const create = (more: object) =>
      client.audio.transcriptions.create({ file, model: "whisper-1", ...more });
    expect(await create({})).toMatchObject({ text: said });
    expect(await create({ response_format: "text" })).toBe(`${said}\n`);
    expect(await create({ response_format: "srt" })).toMatch(
      /^1\n00:00:00,\d{3} --> 00:00:01,\d{3}\nGood morning everyone.\n\n2\n/u,
    );
    expect(await create({ response_format: "vtt" })).toMatch(/^WEBVTT\n\n00:00:00.\d{3} --> /u);
  });

  it("give the times of segments and words, where the piece has them", async () => {
    const { client } = await start();
    // Two stretches of speech, the second one after a while of nothing.
    const short = speech.subarray(0, 4 * sampleRateHz);
    const file = await wav(silence(5), short, silence(8), short);
    const answer = await client.audio.transcriptions.create({
      file,
      model: "whisper-1",
      response_format: "verbose_json",
      timestamp_granularities: ["segment", "word"],
    });
    expect(answer.language).toBe("english");
    expect(answer.duration).toBeCloseTo(21, 0);
    // The test model says its sentences at the beginning of each window; both stretches fit into one.
    const [first, second] = answer.segments ?? [];
    expect(first?.text).toBe("Good morning everyone.");
    expect(first?.start).toBeGreaterThan(5);
    expect(first?.start).toBeLessThan(5.6);
    expect(first?.end).toBeGreaterThan(first?.start ?? 0);
    expect(first?.end).toBeLessThan((first?.start ?? 0) + 1.2);
    expect(second?.text).toBe("Welcome back.");
    expect(answer.words?.map(({ word }) => word)).toEqual(said.split(" "));
    expect(answer.words?.[0]?.start).toBe(first?.start);
  });

  it("skip silence and noise instead of inventing words for them", async () => {
    const { client } = await start();
    const noise = Float32Array.from(silence(6), (_, i) => 0.05 * Math.sin(i * i * 0.37));
    for (const file of [await wav(silence(6)), await wav(noise)]) {
      const answer = await client.audio.transcriptions.create({
        file,
        model: "whisper-1",
        response_format: "verbose_json",
      });
      expect(answer).toMatchObject({ text: "", segments: [] });
    }
  });

  it("give each stretch of a long piece its own window", async () => {
    const { client } = await start();
    const file = await wav(speech, silence(3), speech, silence(3), speech);
    const answer = await client.audio.transcriptions.create({
      file,
      model: "whisper-1",
      response_format: "verbose_json",
    });
    const starts = answer.segments?.filter(({ text }) => text === heard[0].text) ?? [];
    expect(starts.length).toBe(2);
    expect(starts[1]?.start).toBeGreaterThan(22);
  });

  it("refuse what is no audio, no form, no known format, too large or too long", async () => {
    const { client, url } = await start({ maxBodyBytes: 1_000_000, maxDurationMs: 20_000 });
    const create = async (file: File | Promise<File>, more: object = {}) =>
      client.audio.transcriptions.create({ file: await file, model: "whisper-1", ...more });
    await expect(create(toFile(new TextEncoder().encode("hello"), "a.mp3"))).rejects.toMatchObject({
      status: 400,
      code: "undecodable",
      param: "file",
    });
    await expect(create(toFile(jfk, "a.ogg"), { response_format: "poem" })).rejects.toMatchObject({
      status: 400,
      param: "response_format",
    });
    await expect(create(wav(silence(40)))).rejects.toMatchObject({ status: 413 });
    await expect(create(wav(speech, speech))).rejects.toThrow(/too long for one piece/u);
    const noForm = await fetch(`${url}/audio/transcriptions`, { method: "POST", body: "hello" });
    expect(noForm.status).toBe(400);
    expect(await noForm.json()).toMatchObject({ error: { code: "invalid_form" } });
  });

  it("are not for web pages", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/models`, { headers: { Origin: "https://example.com" } });
    expect(answer.status).toBe(403);
  });

  it("show signs of life while they take long", async () => {
    const { url } = await start({ signOfLifeMs: 1 });
    const form = new FormData();
    form.set("file", await wav(speech));
    const answer = await fetch(`${url}/audio/transcriptions`, { method: "POST", body: form });
    const body = await answer.text();
    expect(body).toMatch(/^\n+\{/u);
    expect(JSON.parse(body)).toEqual({ text: said });
  });
});

describe("several callers at once", () => {
  it("are served one after the other, and told to come back when there are too many", async () => {
    const { client } = await start({ maxWaiting: 1 });
    const file = await wav(speech, speech);
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map(() => client.audio.transcriptions.create({ file, model: "whisper-1" })),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled").length).toBe(2);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
      expect((reason as InstanceType<typeof OpenAI.APIError>).headers?.get("retry-after")).toBe(
        "15",
      );
    }
  });

  it("may go away: their work stops, and the next one gets its turn", async () => {
    const { client, url } = await start();
    const long = await wav(...Array.from({ length: 25 }, () => speech)); // ten windows
    const leave = new AbortController();
    const transcribing = client.audio.transcriptions.create(
      { file: long, model: "whisper-1" },
      { signal: leave.signal },
    );
    await vi.waitFor(async () => expect((await health(url)).running).toBe(1), { timeout: 20_000 });
    leave.abort();
    await expect(transcribing).rejects.toThrow();
    await vi.waitFor(async () => expect((await health(url)).running).toBe(0), { timeout: 20_000 });
    const next = await client.audio.transcriptions.create({
      file: await wav(speech),
      model: "whisper-1",
    });
    expect(next.text).toBe(said);
  });
});

describe("the model", () => {
  it("is listed, and loaded only when it is needed", async () => {
    const { client, url } = await start();
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual([model]);
    expect((await health(url)).state.status).toBe("not_loaded");
    await client.audio.transcriptions.create({ file: await wav(speech), model: "whisper-1" });
    expect((await health(url)).state.status).toBe("ready");
  });

  it("gives its memory back when nobody has asked for long", async () => {
    const { client, url } = await start({ idleMs: 1 });
    const file = await wav(speech);
    await client.audio.transcriptions.create({ file, model: "whisper-1" });
    await vi.waitFor(async () => expect((await health(url)).state.status).toBe("not_loaded"), {
      timeout: 20_000,
    });
    const again = await client.audio.transcriptions.create({ file, model: "whisper-1" });
    expect(again.text).toBe(said);
  });

  it("is downloaded on the first piece; callers learn how far it is", async () => {
    const mirror = createServer((_, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.write(Buffer.alloc(340));
    });
    await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
    const { port } = mirror.address() as AddressInfo; // it listens on TCP
    const modelsUrl = `http://127.0.0.1:${port}`;
    const { client, url } = await start({ model: "tiny", modelsUrl, patienceMs: 0 });
    const file = await wav(speech);
    const create = () => client.audio.transcriptions.create({ file, model: "whisper-1" });
    await expect(create()).rejects.toMatchObject({ status: 503, code: "model_loading" });
    await vi.waitFor(async () => expect((await health(url)).downloadPercent).toBe(34), {
      timeout: 20_000,
    });
    await expect(create()).rejects.toThrow(
      "The speech model tiny is being downloaded, once: 34 % of 0 MB.",
    );
    mirror.closeAllConnections();
    await new Promise((resolve) => mirror.close(resolve));
  });

  it("that can't be had is a matter for a person, with a way out", async () => {
    const { client } = await start({ model: "base-q5_1", modelsUrl: "http://127.0.0.1:1" });
    const create = async () =>
      client.audio.transcriptions.create({ file: await wav(speech), model: "whisper-1" });
    await expect(create()).rejects.toMatchObject({ status: 501, code: "model_unavailable" });
    await expect(create()).rejects.toThrow(
      `download http://127.0.0.1:1/ggml-base-q5_1.bin elsewhere and put it at ${join(folder, "ggml-base-q5_1.bin")}`,
    );
  });

  it("that is no model, or not there, is said to be so", async () => {
    for (const [broken, sentence] of [
      [join(folder, "nowhere.bin"), /which is neither a file nor a known model/u],
      [import.meta.filename, /is no whisper.cpp model that works here/u],
    ] as const) {
      const { client } = await start({ model: broken });
      const file = await wav(speech);
      const answer = client.audio.transcriptions.create({ file, model: "whisper-1" });
      await expect(answer).rejects.toThrow(sentence);
      await expect(answer).rejects.toMatchObject({ status: 501 });
    }
  });
});

describe("a caller that never ends its request", () => {
  it("does not keep the server from stopping", async () => {
    const { url } = await start();
    const request = httpRequest(`${url}/audio/transcriptions`, { method: "POST" });
    request.on("error", () => {});
    request.write("a");
    await vi.waitFor(async () => expect((await health(url)).state.status).toBe("ready"), {
      timeout: 20_000,
    });
    await Promise.all(servers.splice(0).map((server) => server.close()));
    expect(await fetch(url).catch(() => "gone")).toBe("gone");
  });
});
