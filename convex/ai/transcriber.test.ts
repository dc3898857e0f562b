// The border to speech providers, over real sockets: what is asked and what is understood. What
// failures are called is in transcriberFailures.test.ts.

import { describe, expect, it } from "vitest";
import { transcriptionEndpoint } from "./configuration.ts";
import { failureOf, json, piece, provider, transcriberAt } from "./transcriber.testing.ts";
import { openAiTranscriber, transcriberFromEnv, transcriptionTimeoutMs } from "./transcriber.ts";

describe("a transcription", () => {
  it("asks for times and gives them in milliseconds, with words, inside of the piece, in order", async () => {
    const { url, asked } = await provider((_asked, response) =>
      json(response, 200, {
        language: "english",
        duration: 30,
        text: "A candle burns. Why is that?",
        segments: [
          { start: 4, end: 31.2, text: " Why is that?", avg_logprob: -0.2, no_speech_prob: 0.01 },
          {
            start: -0.2,
            end: 4,
            text: " A candle  burns.",
            avg_logprob: -0.2,
            no_speech_prob: 0.01,
          },
          { start: 33, end: 35, text: " Beyond the end.", avg_logprob: -0.2, no_speech_prob: 0.01 },
        ],
        words: [
          { start: 0, end: 0.4, word: "A" },
          { start: 0.4, end: 1, word: "candle" },
          { start: 1, end: 2, word: "burns" },
          { start: 4, end: 5, word: "Why" },
        ],
      }),
    );
    const result = await transcriberAt(url).transcribe(
      piece({ language: "en", previousText: "About Faraday." }),
    );
    expect(result).toEqual({
      language: "en",
      segments: [
        {
          startMs: 0,
          endMs: 4000,
          text: "A candle burns.",
          words: [
            { startMs: 0, endMs: 400, text: "A" },
            { startMs: 400, endMs: 1000, text: "candle" },
            { startMs: 1000, endMs: 2000, text: "burns" },
          ],
        },
        {
          startMs: 4000,
          endMs: 30_000,
          text: "Why is that?",
          words: [{ startMs: 4000, endMs: 5000, text: "Why" }],
        },
      ],
      dropped: [],
      noSpeech: false,
      usage: { audioSeconds: 30 },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.path).toBe("/v1/audio/transcriptions");
    expect(asked[0]?.authorization).toBe("Bearer secret-key-of-the-test");
    for (const part of [
      'filename="piece-0003.webm"',
      "audio/webm",
      "verbose_json",
      "segment",
      "word",
      "About Faraday.",
      "sound",
    ]) {
      expect(asked[0]?.body).toContain(part);
    }
  });

  it("falls back to plain text where a model has no times, reckons them, and remembers that", async () => {
    const { url, asked } = await provider((one, response) => {
      if (one.body.includes("verbose_json")) {
        json(response, 400, {
          error: {
            message: "response_format 'verbose_json' is not compatible with this model",
            param: "response_format",
          },
        });
      } else {
        json(response, 200, {
          text: "One two three four. Five.",
          usage: { type: "tokens", input_tokens: 9, output_tokens: 4 },
        });
      }
    });
    const transcriber = transcriberAt(url);
    const first = await transcriber.transcribe(piece({ durationMs: 24_000 }));
    expect(first.segments).toEqual([
      { startMs: 0, endMs: 19_000, text: "One two three four." },
      { startMs: 19_000, endMs: 24_000, text: "Five." },
    ]);
    expect(first.usage).toEqual({ audioSeconds: 24, inputTokens: 9, outputTokens: 4 });
    expect(asked).toHaveLength(3);
    await transcriber.transcribe(piece());
    expect(asked).toHaveLength(4);
  });

  it("says that a silent piece holds no speech", async () => {
    const { url } = await provider((_asked, response) => json(response, 200, { text: "" }));
    expect(await transcriberAt(url).transcribe(piece())).toMatchObject({
      noSpeech: true,
      segments: [],
    });
  });

  it("returns what it dropped of a loop over silence", async () => {
    const { url } = await provider((_asked, response) =>
      json(response, 200, {
        text: "x",
        segments: [
          { start: 0, end: 9, text: "Real words here.", avg_logprob: -0.2, no_speech_prob: 0.02 },
          {
            start: 9,
            end: 12,
            text: "Thanks for watching!",
            avg_logprob: -1.3,
            no_speech_prob: 0.9,
          },
        ],
      }),
    );
    const result = await transcriberAt(url).transcribe(piece());
    expect(result.segments.map((s) => s.text)).toEqual(["Real words here."]);
    expect(result.dropped).toEqual([
      { text: "Thanks for watching!", reason: "no speech, by the model's own statistics" },
    ]);
  });

  it("does not send an empty file", async () => {
    const { url, asked } = await provider((_asked, response) => json(response, 200, { text: "" }));
    const error = await failureOf(transcriberAt(url).transcribe(piece({ audio: new Blob([]) })));
    expect(error).toMatchObject({ kind: "input", code: "empty_audio" });
    expect(asked).toHaveLength(0);
  });
});

describe("the time that a piece may take", () => {
  it.each([
    [10_000, 75_000],
    [60_000, 150_000],
    [900_000, 540_000],
  ])("of %i ms is %i ms", (durationMs, expected) => {
    expect(transcriptionTimeoutMs(durationMs)).toBe(expected);
  });
});

describe("what is configured", () => {
  it("is a sentence that says what to set when nothing is", () => {
    expect(transcriberFromEnv({ OPENAI_API_KEY: "  " })).toEqual({
      missing: expect.stringContaining("OPENAI_API_KEY") as string,
    });
  });

  it("never sends OpenAI's key to another server", () => {
    expect(
      transcriptionEndpoint({
        OPENAI_API_KEY: "sk-a",
        TRANSCRIPTION_BASE_URL: "http://10.0.0.2:8000/v1/",
      }),
    ).toEqual({
      baseUrl: "http://10.0.0.2:8000/v1",
      apiKey: "no-key-needed",
      model: "whisper-1",
      host: "10.0.0.2:8000",
    });
    expect(transcriptionEndpoint({ OPENAI_API_KEY: "sk-a" })).toMatchObject({
      apiKey: "sk-a",
      model: "gpt-transcribe",
    });
  });

  it("says which variable holds something that is no address", () => {
    expect(transcriptionEndpoint({ TRANSCRIPTION_BASE_URL: "localhost:8000" })).toEqual({
      missing: expect.stringContaining("TRANSCRIPTION_BASE_URL") as string,
    });
  });

  it("names the engine with its host and without its key", () => {
    const endpoint = transcriptionEndpoint({ OPENAI_API_KEY: "sk-a" });
    if ("missing" in endpoint) throw new Error(endpoint.missing);
    expect(openAiTranscriber(endpoint).name).toBe("gpt-transcribe at api.openai.com");
  });
});
