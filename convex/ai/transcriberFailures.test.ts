// The border to speech providers, over real sockets: what every failure is called, and how long it
// asks to wait.

import { describe, expect, it } from "vitest";
import {
  failureOf,
  json,
  piece,
  provider,
  transcriberAt,
  type Answer,
} from "./transcriber.testing.ts";

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
