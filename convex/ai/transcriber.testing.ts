// What tests of the border to speech providers share: a server that answers as it is told, a piece of
// audio, a transcriber of its own for each test.

import type { IncomingMessage, ServerResponse } from "node:http";
import { listen } from "./listening.testing.ts";
import { transcriberFromEnv } from "./transcriber.ts";
import { ProviderError, type Transcriber, type TranscriptionRequest } from "./types.ts";

export type Asked = { path: string; authorization: string; body: string };
export type Answer = (asked: Asked, response: ServerResponse, count: number) => void;

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("latin1");
}

export async function provider(answer: Answer): Promise<{ url: string; asked: Asked[] }> {
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

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

export const piece = (more: Partial<TranscriptionRequest> = {}): TranscriptionRequest => ({
  audio: new Blob(["sound"], { type: "audio/webm" }),
  fileName: "piece-0003.webm",
  mimeType: "audio/webm",
  durationMs: 30_000,
  ...more,
});

// Each test has a model name of its own: what a model supports is remembered for the process.
let models = 0;
export function transcriberAt(url: string, env: Record<string, string> = {}): Transcriber {
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

export async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}
