// The border to speech providers, over real sockets: what is asked, what is understood, and what
// every failure is called.

import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { transcriptionEndpoint } from "./configuration.ts";
import { listen } from "./listening.testing.ts";
import { openAiTranscriber, transcriberFromEnv, transcriptionTimeoutMs } from "./transcriber.ts";
import { ProviderError, type Transcriber, type TranscriptionRequest } from "./types.ts";

type Asked = { path: string; authorization: string; body: string };
type Answer = (asked: Asked, response: ServerResponse, count: number) => void;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("latin1");
}

async function provider(answer: Answer): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const url = await listen((request, response) => {
    void readBody(request).then((body) => {
      const one = {
        path: request.url ?? "",
        authorization: request.headers.authorization ?? "",
        body,
      };
      asked.push(one);
      answer(one, response, asked.length);
    });
  });
  return { url, asked };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

const piece = (more: Partial<TranscriptionRequest> = {}): TranscriptionRequest => ({
  audio: new Blob(["sound"], { type: "audio/webm" }),
  fileName: "piece-0003.webm",
  mimeType: "audio/webm",
  durationMs: 30_000,
  ...more,
});

// Each test has a model name of its own: what a model supports is remembered for the process.
let models = 0;
function transcriberAt(url: string, env: Record<string, string> = {}): Transcriber {
  models += 1;
  const made = transcriberFromEnv({
    TRANSCRIPTION_BASE_URL: url,
    TRANSCRIPTION_API_KEY: "secret-key-of-the-test",
    TRANSCRIPTION_MODEL: `model-${models}`,
    ...env,
  });
  if ("missing" in made) throw new Error(made.missing);
  return made;
}

async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}

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

describe("a provider's failure", () => {
  const openAiError = (code: string | null, message: string, type = "x") => ({
    error: { code, message, type, param: null },
  });
  it.each([
    [
      400,
      openAiError(null, "Audio file might be corrupted or unsupported"),
      "input",
      "refused_input",
    ],
    [400, { detail: "model 'tiny' not found, try pulling it first" }, "account", "unknown_model"],
    [401, openAiError("invalid_api_key", "Incorrect API key provided"), "account", "key_refused"],
    [402, openAiError(null, "Payment required"), "account", "out_of_quota"],
    [403, openAiError(null, "Project does not have access"), "account", "not_allowed"],
    [
      404,
      openAiError("model_not_found", "The model `x` does not exist"),
      "account",
      "unknown_model",
    ],
    [404, "404 page not found", "account", "wrong_address"],
    [405, "<html>405</html>", "account", "wrong_address"],
    [408, openAiError(null, "slow"), "transient", "timeout"],
    [409, openAiError(null, "conflict"), "transient", "provider_down"],
    [413, "<html><h1>413 Request Entity Too Large</h1></html>", "input", "too_large"],
    [415, openAiError(null, "Unsupported file format"), "input", "refused_input"],
    [422, { detail: [{ msg: "field required" }] }, "input", "refused_input"],
    [429, openAiError("rate_limit_exceeded", "Rate limit reached"), "transient", "rate_limited"],
    [
      429,
      openAiError("insufficient_quota", "You exceeded your current quota"),
      "account",
      "out_of_quota",
    ],
    [429, openAiError(null, "no", "insufficient_quota"), "account", "out_of_quota"],
    [500, openAiError(null, "The server had an error"), "transient", "provider_down"],
    [502, "<html><center>502 Bad Gateway</center></html>", "transient", "provider_down"],
    [503, "", "transient", "provider_down"],
    [529, openAiError(null, "overloaded"), "transient", "provider_down"],
  ])("%i %j is %s/%s", async (status, body, kind, code) => {
    const { url } = await provider((_asked, response) => {
      if (typeof body === "string") {
        response.writeHead(status, { "content-type": "text/html" });
        response.end(body);
      } else json(response, status, body);
    });
    const error = await failureOf(transcriberAt(url).transcribe(piece()));
    expect({ kind: error.kind, code: error.code }).toEqual({ kind, code });
    expect(error.userMessage).toMatch(/^[^{}<>]+\.$/u);
    expect(error.detail).toContain(String(status));
  });

  it.each([
    ["seconds", { "retry-after": "7" }, "", 7000, 7000],
    ["milliseconds", { "retry-after-ms": "250", "retry-after": "9" }, "", 250, 250],
    [
      "a date on a server whose clock is an hour off",
      { "retry-after": "Thu, 01 Jan 2026 10:00:30 GMT", date: "Thu, 01 Jan 2026 10:00:00 GMT" },
      "",
      30_000,
      30_000,
    ],
    [
      "a date gone by",
      { "retry-after": "Thu, 01 Jan 2026 10:00:00 GMT", date: "Thu, 01 Jan 2026 10:00:30 GMT" },
      "",
      0,
      0,
    ],
    ["a sentence", {}, "Please try again in 1m2.5s.", 62_500, 62_500],
    ["a short sentence", {}, "Please try again in 20ms.", 20, 20],
    ["an absurd number", { "retry-after": "99999999" }, "", 86_400_000, 86_400_000],
  ])(
    "says how long to wait when it is given in %s",
    async (_name, headers, message, least, most) => {
      const { url } = await provider((_asked, response) => {
        response.sendDate = false;
        json(response, 429, { error: { message, code: "rate_limit_exceeded" } }, headers);
      });
      const { retryAfterMs } = await failureOf(transcriberAt(url).transcribe(piece()));
      expect(retryAfterMs).toBeGreaterThanOrEqual(least);
      expect(retryAfterMs).toBeLessThanOrEqual(most);
    },
  );

  it("does not invent a time to wait", async () => {
    const { url } = await provider((_asked, response) => json(response, 503, {}));
    expect((await failureOf(transcriberAt(url).transcribe(piece()))).retryAfterMs).toBeUndefined();
  });

  it.each<[string, Answer, string, string]>([
    [
      "half a body",
      (_asked, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
        response.write('{"text": "half of');
        setTimeout(() => response.destroy(), 20);
      },
      "transient",
      "broken_answer",
    ],
    [
      "a dropped connection",
      (_asked, response) => void response.destroy(),
      "transient",
      "connection",
    ],
    [
      "a page instead of an answer",
      (_asked, response) => {
        response.writeHead(200, { "content-type": "text/html" });
        response.end("<html><body>Log in to the network</body></html>");
      },
      "transient",
      "unexpected_answer",
    ],
    [
      "other JSON",
      (_asked, response) => json(response, 200, { hello: "world" }),
      "transient",
      "unexpected_answer",
    ],
    [
      "an error with status 200",
      (_asked, response) => json(response, 200, { error: "failed to read the audio" }),
      "input",
      "refused_input",
    ],
    [
      "JSON cut in the middle",
      (_asked, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end('{"text": "half of');
      },
      "transient",
      "broken_answer",
    ],
  ])("%s", async (_name, answer, kind, code) => {
    const { url } = await provider(answer);
    const error = await failureOf(transcriberAt(url).transcribe(piece()));
    expect({ kind: error.kind, code: error.code }).toEqual({ kind, code });
  });

  it("is a connection error when nobody listens", async () => {
    const error = await failureOf(transcriberAt("http://127.0.0.1:9/v1").transcribe(piece()));
    expect(error).toMatchObject({ kind: "transient", code: "connection" });
    expect(error.userMessage).toContain("127.0.0.1:9");
  });

  it("ends when the job is canceled, even while the body hangs", async () => {
    const stop = new AbortController();
    const { url } = await provider((_asked, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"text":');
      stop.abort();
    });
    const error = await failureOf(transcriberAt(url).transcribe(piece({ signal: stop.signal })));
    expect(error).toMatchObject({ kind: "transient", code: "aborted" });
  });

  it("keeps the key out of what is stored", async () => {
    const { url } = await provider((asked, response) =>
      json(response, 401, { error: { message: `no: ${asked.authorization}` } }),
    );
    const error = await failureOf(transcriberAt(url).transcribe(piece()));
    expect(error.detail).not.toContain("secret-key-of-the-test");
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
