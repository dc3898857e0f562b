// A language model for tests, over a real socket. It answers from what it is sent, as a model would.

import type { IncomingMessage, ServerResponse } from "node:http";
import { expect } from "vitest";
import type { SectionDraft } from "../../../domain/notes.ts";
import { problemsOfSection } from "../../../domain/notes.ts";
import type { Segment } from "../../../domain/transcript.ts";
import { listen } from "../listening.testing.ts";
import { notesWriterFromEnv } from "../notesWriter.ts";
import { ProviderError, type NotesWriter, type WindowRequest } from "../types.ts";

type Message = { role: string; content: string };
type Body = {
  model: string;
  messages: Message[];
  response_format?: { type: string; json_schema?: { name: string; strict: boolean } };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
};
export type Asked = { body: Body; authorization: string };
type Answer = (asked: Asked, response: ServerResponse, count: number) => void;

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const part of request) text += String(part);
  // The client under test wrote it; the tests look at each field.
  return JSON.parse(text) as Body;
}

export async function provider(answer: Answer): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const url = await listen((request, response) => {
    void readBody(request).then((body) => {
      const one = { body, authorization: request.headers.authorization ?? "" };
      asked.push(one);
      answer(one, response, asked.length);
    });
  });
  return { url, asked };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

export function say(response: ServerResponse, content: string | object, more: object = {}): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  send(response, 200, {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "test",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: text } }],
    usage: { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 },
    ...more,
  });
}

export const refuse = (response: ServerResponse, status: number, message: string, code?: string) =>
  send(response, status, { error: { message, code, type: "invalid_request_error" } });

/** The transcript's lines in a prompt. */
export function linesIn({ body }: Asked): { number: number; text: string }[] {
  const user = body.messages[1]?.content ?? "";
  const transcript = user.slice(user.indexOf("Transcript:"));
  return [...transcript.matchAll(/^(\d+)\| (.*)$/gmu)].map((match) => ({
    number: Number(match[1]),
    text: match[2] ?? "",
  }));
}

/** What a diligent model makes of a window: points of every third line. */
export function notesOf(asked: Asked) {
  const lines = linesIn(asked);
  const points = lines
    .filter((_, index) => index % 3 === 0)
    .slice(0, 6)
    .map(({ text, number }) => ({ text, line: number }));
  return {
    sections: [{ heading: "The flame and its parts", points }],
    definitions: [{ term: "flame", meaning: points[0]?.text ?? "", line: 1 }],
    gist: points.slice(0, 2),
    keyTakeaways: points.slice(2, 4),
  };
}

export const SENTENCES = [
  "The flame of a candle has three parts that differ in heat and light.",
  "The dark part in the middle is vapour of wax that has not burned yet.",
  "The bright part shines because particles of carbon glow in it.",
  "The outer part is hottest, since oxygen comes to it from all sides.",
  "A cold plate held into the flame collects the carbon as soot.",
  "Water is formed as well, and condenses on a cold glass above the flame.",
  "The carbon becomes carbonic acid when it burns completely.",
  "Without a current of fresh air the flame becomes small and goes out.",
];

/** Two minutes of speech from the sentences, again and again with a number, so that no two are equal. */
export function lecture(count = 24): Segment[] {
  return Array.from({ length: count }, (_, index) => ({
    startMs: index * 5000,
    endMs: index * 5000 + 4800,
    text: `${(SENTENCES[index % SENTENCES.length] ?? "").slice(0, -1)}, experiment ${index + 1}.`,
  }));
}

export function windowOf(segments: Segment[], more: Partial<WindowRequest> = {}): WindowRequest {
  return { segments, startMs: 0, endMs: segments.at(-1)?.endMs ?? 1, headingsSoFar: [], ...more };
}

// Each test has a model name of its own: what a server supports is remembered for the process.
let models = 0;
export function writerAt(url: string, env: Record<string, string> = {}): NotesWriter {
  models += 1;
  return notesWriterFromEnv({
    NOTES_BASE_URL: url,
    NOTES_API_KEY: "secret-key-of-the-test",
    NOTES_MODEL: `writer-${models}`,
    ...env,
  });
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

export function expectSound(draft: SectionDraft): void {
  for (const section of draft.sections) expect(problemsOfSection(section)).toEqual([]);
  const points = draft.sections.flatMap((section) => section.points);
  for (const { startMs } of [...points, ...draft.gist, ...draft.keyTakeaways]) {
    expect(startMs).toBeGreaterThanOrEqual(draft.startMs);
    expect(startMs).toBeLessThanOrEqual(draft.endMs);
  }
}
