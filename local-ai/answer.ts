// Sends answers: at once, or, while a long piece is being worked on, with signs of life before them.
import type { ServerResponse } from "node:http";
import { toSrt, toVerboseJson, toVtt, wholeText } from "./formats.ts";
import { RequestError, type TranscriptionForm } from "./requestForm.ts";
import type { SpokenText } from "./transcribe.ts";

/** Clients give up on a silent server, many after five minutes; so it says something this often. */
const signOfLifeMs = 30_000;

export function sendJson(response: ServerResponse, value: unknown): void {
  send(response, "application/json", JSON.stringify(value));
}

export function sendTranscript(
  response: ServerResponse,
  form: Pick<TranscriptionForm, "format" | "words">,
  spoken: SpokenText,
): void {
  switch (form.format) {
    case "json":
      return sendJson(response, { text: wholeText(spoken) });
    case "verbose_json":
      return sendJson(response, toVerboseJson(spoken, form));
    case "text":
      return send(response, "text/plain", `${wholeText(spoken)}\n`);
    case "srt":
      return send(response, "application/x-subrip", toSrt(spoken.segments));
    case "vtt":
      return send(response, "text/vtt", toVtt(spoken.segments));
  }
}

/**
 * Starts a JSON answer early and sends white space, which JSON allows in front, until `stop` is
 * called. Other formats have no such filler; for them it does nothing.
 */
export function keepAlive(
  response: ServerResponse,
  format: TranscriptionForm["format"],
  everyMs = signOfLifeMs,
): { stop(): void } {
  if (format !== "json" && format !== "verbose_json") return { stop() {} };
  const timer = setInterval(() => {
    if (!response.headersSent) response.writeHead(200, headers("application/json"));
    response.write("\n");
  }, everyMs);
  return { stop: () => clearInterval(timer) };
}

/** An error in OpenAI's shape. One that comes after the answer has begun breaks it off. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  const { status, code, message, param, retryAfterSeconds } =
    error instanceof RequestError
      ? error
      : new RequestError(500, "internal", error instanceof Error ? error.message : String(error));
  const type = status < 500 ? "invalid_request_error" : "server_error";
  response.writeHead(status, {
    ...headers("application/json"),
    ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
    // What is left of a request that was too large must not be taken for the next one.
    ...(status === 413 ? { Connection: "close" } : {}),
  });
  response.end(JSON.stringify({ error: { message, type, code, param } }));
}

function send(response: ServerResponse, type: string, body: string): void {
  if (!response.headersSent) response.writeHead(200, headers(type));
  response.end(body);
}

function headers(type: string): Record<string, string> {
  return { "Content-Type": `${type}; charset=utf-8` };
}
