import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { isOwnSpeechUrl, startSpeech, wantsOwnSpeech } from "./speech.ts";

const dataDir = mkdtempSync(join(tmpdir(), "lectern-start-"));
afterAll(() => rmSync(dataDir, { recursive: true }));
const flaky = fileURLToPath(new URL("fixtures/flakySpeech.ts", import.meta.url));
const ownUrl = "http://127.0.0.1:40123/lectern-speech/v1";

describe("whether this machine transcribes", () => {
  it.each<[string, Record<string, string>, string | undefined, boolean]>([
    ["nothing is configured", {}, undefined, true],
    ["an earlier start left its address", { TRANSCRIPTION_BASE_URL: ownUrl }, undefined, true],
    ["OpenAI is configured", { OPENAI_API_KEY: "sk-1" }, undefined, false],
    [
      "OpenAI was configured later",
      { OPENAI_API_KEY: "sk-1", TRANSCRIPTION_BASE_URL: ownUrl },
      undefined,
      false,
    ],
    ["OpenAI's address is", { OPENAI_BASE_URL: "https://api.openai.com/v1" }, undefined, false],
    [
      "Ollama writes the notes",
      { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1", NOTES_MODEL: "llama" },
      undefined,
      true,
    ],
    [
      "the same server has a model for speech",
      { OPENAI_BASE_URL: "http://127.0.0.1:8080/v1", TRANSCRIPTION_MODEL: "whisper-large" },
      undefined,
      false,
    ],
    ["another server is", { TRANSCRIPTION_BASE_URL: "http://127.0.0.1:8000/v1" }, undefined, false],
    ["a variable is empty", { OPENAI_API_KEY: " " }, undefined, true],
    ["notes go elsewhere", { NOTES_BASE_URL: "http://127.0.0.1:11434/v1" }, undefined, true],
    ["a model is named beside OpenAI's key", { OPENAI_API_KEY: "sk-1" }, "small", true],
    ["a model is named, but a service, too", { TRANSCRIPTION_API_KEY: "k" }, "small", false],
    ["it is switched off", {}, "off", false],
  ])("when %s", (_, variables, speechModel, expected) => {
    expect(wantsOwnSpeech(new Map(Object.entries(variables)), speechModel)).toBe(expected);
  });

  it("knows its own address from any other", () => {
    expect(isOwnSpeechUrl(ownUrl)).toBe(true);
    for (const other of [undefined, "", "nonsense", "http://127.0.0.1:8000/v1"]) {
      expect(isOwnSpeechUrl(other)).toBe(false);
    }
  });
});

describe("the speech server's process", () => {
  function start(program: string, delayMs = 10) {
    const urls: string[] = [];
    const trouble: string[] = [];
    const speech = startSpeech({
      ...{ dataDir, program, delayMs },
      onUrl: async (url) => void urls.push(url),
      onTrouble: (message) => trouble.push(message),
    });
    return { speech, urls, trouble };
  }
  const healthOf = (url: string) => fetch(new URL("/health", url));

  it("is the real one, reachable at the address that is handed on, until it is stopped", async () => {
    const { speech, urls } = start(fileURLToPath(new URL("../local-ai/cli.ts", import.meta.url)));
    await speech.ready;
    expect(isOwnSpeechUrl(urls[0])).toBe(true);
    const models = await fetch(`${urls[0]}/models`);
    expect(await models.json()).toMatchObject({ object: "list" });
    await speech.stop();
    await expect(healthOf(urls[0] ?? "")).rejects.toThrow();
  });

  it("is started again when it dies, at the same address", async () => {
    const { speech, urls, trouble } = start(flaky);
    await speech.ready;
    const url = urls[0] ?? "";
    await fetch(new URL("/crash", url));
    await vi.waitFor(async () => expect((await healthOf(url)).ok).toBe(true), { timeout: 15_000 });
    expect(trouble).toEqual([
      "Speech to text ended unexpectedly (exit code 7); it starts again in 1 s.",
    ]);
    expect(urls).toEqual([url]);
    await speech.stop();
  });

  it("that never comes up is tried more and more rarely, and says so", async () => {
    const broken = join(dataDir, "broken.ts");
    writeFileSync(broken, "process.exit(3);");
    const { speech, trouble } = start(broken, 20);
    await expect(speech.ready).rejects.toThrow(/ended unexpectedly/u);
    await vi.waitFor(() => expect(trouble.length).toBeGreaterThan(2), { timeout: 15_000 });
    await speech.stop();
  });
});
