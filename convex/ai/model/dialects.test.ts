// Servers that offer less than OpenAI does, and providers that fail.

import { describe, expect, it } from "vitest";
import {
  provider,
  say,
  refuse,
  linesIn,
  notesOf,
  lecture,
  windowOf,
  writerAt,
  failureOf,
  expectSound,
} from "./modelServer.testing.ts";

describe("servers with less than OpenAI offers", () => {
  it("are asked in JSON mode where they lack structured outputs, and never by schema again", async () => {
    const { url, asked } = await provider((one, response) => {
      if (one.body.response_format?.type === "json_schema") {
        return refuse(response, 400, "response_format json_schema is not supported");
      }
      return say(response, `\`\`\`json\n${JSON.stringify(notesOf(one))}\n\`\`\``);
    });
    const writer = writerAt(url);
    await writer.writeWindow(windowOf(lecture()));
    const { draft } = await writer.writeWindow(windowOf(lecture()));
    expect(draft.writer.kind).toBe("model");
    expect(asked.map(({ body }) => body.response_format?.type)).toEqual([
      "json_schema",
      "json_object",
      "json_object",
    ]);
    expect(asked[1]?.body.messages[0]?.content).toContain('"keyTakeaways"');
  });

  it("are asked in plain words where they know no format at all, and may think aloud", async () => {
    const { url, asked } = await provider((one, response) => {
      if (one.body.response_format) return refuse(response, 422, "unknown field: response_format");
      return say(
        response,
        `<think>{hm}</think>Here it is:\n${JSON.stringify(notesOf(one))}\nDone.`,
      );
    });
    const { draft } = await writerAt(url).writeWindow(windowOf(lecture()));
    expect(draft.writer.kind).toBe("model");
    expect(asked).toHaveLength(3);
  });

  it("get the limit under the name they know, and no temperature where they refuse it", async () => {
    const { url, asked } = await provider(({ body, ...rest }, response) => {
      if (body.max_tokens !== undefined) {
        return refuse(
          response,
          400,
          "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        );
      }
      if (body.temperature !== undefined) {
        return refuse(response, 400, "Unsupported value: 'temperature' does not support 0.2.");
      }
      return say(response, notesOf({ body, ...rest }));
    });
    await writerAt(url).writeWindow(windowOf(lecture()));
    expect(asked.at(-1)?.body.max_completion_tokens).toBeGreaterThan(1000);
    expect(asked.at(-1)?.body.temperature).toBeUndefined();
  });

  it("with a small context get the window in parts that fit", async () => {
    const { url, asked } = await provider((one, response) => say(response, notesOf(one)));
    const { draft } = await writerAt(url, { NOTES_CONTEXT_TOKENS: "4000" }).writeWindow(
      windowOf(lecture(120)),
    );
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.flatMap((one) => linesIn(one).map(({ text }) => text))).toHaveLength(120);
    expect(draft.sections).toHaveLength(asked.length);
    expectSound(draft);
  });

  it("that refuse a window as too long, or silently read a part of it, get it in parts", async () => {
    const { url, asked } = await provider((one, response, count) => {
      const lines = linesIn(one).length;
      if (count === 1) {
        return refuse(response, 400, "maximum context length exceeded", "context_length_exceeded");
      }
      const silentlyCut = lines > 60 && { usage: { prompt_tokens: 2047, completion_tokens: 9 } };
      return say(response, notesOf(one), silentlyCut || {});
    });
    const writer = writerAt(url, { NOTES_CONTEXT_TOKENS: "64000" });
    const { draft } = await writer.writeWindow(windowOf(lecture(200)));
    expect(asked.map((one) => linesIn(one).length)).toEqual([200, 100, 50, 50, 100, 50, 50]);
    expect(draft.fallbackReason).toBeUndefined();
  });
});

describe("a provider that fails", () => {
  it.each([
    [500, "", "transient", "provider_down"],
    [429, "", "transient", "rate_limited"],
    [401, "", "account", "key_refused"],
    [404, "model_not_found", "account", "unknown_model"],
  ])("with %s is the pipeline's to retry or to ask about", async (status, code, kind, name) => {
    const { url, asked } = await provider((_one, response) =>
      refuse(response, status, "the model does not exist", code),
    );
    const failure = await failureOf(writerAt(url).writeWindow(windowOf(lecture())));
    expect(failure).toMatchObject({ kind, code: name });
    expect(asked).toHaveLength(1);
  });

  it("by answering with a web page is transient", async () => {
    const { url } = await provider((_one, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html>Sign in</html>");
    });
    const failure = await failureOf(writerAt(url).writeWindow(windowOf(lecture())));
    expect(failure.kind).toBe("transient");
  });

  it("by refusing this text alone is replaced by the outline", async () => {
    const { url } = await provider((_one, response) => refuse(response, 400, "flagged as unsafe"));
    const { draft } = await writerAt(url).writeWindow(windowOf(lecture()));
    expect(draft.writer.kind).toBe("offline");
    expect(draft.fallbackReason).toContain("could not process");
  });

  it("stops at once when the caller does", async () => {
    const stop = new AbortController();
    const { url } = await provider(() => stop.abort());
    const failure = await failureOf(
      writerAt(url).writeWindow(windowOf(lecture(), { signal: stop.signal })),
    );
    expect(failure.code).toBe("aborted");
  });
});
