// An OpenAI-compatible server for tests and benchmarks. What it answers comes from what it gets:
// words are decoded from the uploaded audio and notes are made from the transcript in the prompt,
// so a test can tell when audio was lost, doubled or put in the wrong order.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerChat, type ChatRequest } from "./chat.ts";
import { answerWithFault, type Fault } from "./faults.ts";
import { hearAudio } from "./hear.ts";
import { closeListeners } from "./listeners.ts";

export type ProviderCall = {
  /** 0, 1, 2 ... in order of arrival. */
  number: number;
  kind: "transcription" | "chat" | "models";
  model: string;
  startedAtMs: number;
  endedAtMs?: number;
  /** SHA-256 of the audio, or of the chat messages. */
  inputSha256: string;
  sizeBytes: number;
  /** Transcriptions: what was heard. Chat: the answer's text. */
  text?: string;
  fault?: Fault["kind"];
  /** The Authorization header's value, to show that keys go where they should. */
  authorization: string | undefined;
  chat?: ChatRequest;
};

export type ProviderScript = {
  /** How long a call takes at least, in ms. */
  latencyMs?: number | ((call: ProviderCall) => number);
  /** No call is answered before this resolves; its latency counts from then. */
  hold?: Promise<void>;
  /** Decides by call whether and how it goes wrong. */
  fault?: (call: ProviderCall) => Fault | undefined;
  /** False plays a server that refuses `response_format: json_schema`, as many local ones do. */
  structuredOutputs?: boolean;
  /** False plays a transcription model without `verbose_json`. */
  verboseJson?: boolean;
};

export type Provider = {
  /** Base URL to configure, e.g. http://127.0.0.1:4242/v1 */
  url: string;
  calls: ProviderCall[];
  /** Read for every call, so a test can change it in the middle. */
  script: ProviderScript;
  /** The most calls of this kind that were in flight at once. */
  peakInFlight(): number;
  close(): Promise<void>;
};

export const providerModels = ["test-transcriber", "test-writer"];

/** Starts the provider on 127.0.0.1. `port` 0 takes any free one. */
export async function startProvider(script: ProviderScript = {}, port = 0): Promise<Provider> {
  const calls: ProviderCall[] = [];
  let inFlight = 0;
  let peak = 0;
  const provider: Provider = {
    url: "",
    calls,
    script,
    peakInFlight: () => peak,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await closeListeners();
    },
  };

  const server = createServer((request, response) => {
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    response.once("close", () => (inFlight -= 1));
    answer(provider, request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(500, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ error: { message: String(error), type: "test_provider" } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return provider;
}

/** From now on calls are taken and not answered, until the returned function is called. */
export function holdAnswers({ script }: Provider): () => void {
  let release = () => {};
  script.hold = new Promise<void>((resolve) => (release = resolve));
  return () => {
    script.hold = undefined;
    release();
  };
}

async function answer(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  const path = new URL(request.url ?? "/", "http://provider").pathname;
  const body = await readBody(request);
  if (path === "/v1/models") {
    const data = providerModels.map((id) => ({ id, object: "model" }));
    return sendJson(response, { object: "list", data });
  }
  if (path === "/v1/audio/transcriptions") return transcribe(provider, request, body, response);
  if (path === "/v1/chat/completions") return chat(provider, request, body, response);
  response.writeHead(404, { "Content-Type": "application/json" });
  response.end(
    JSON.stringify({ error: { message: `No such endpoint: ${path}`, code: "not_found" } }),
  );
}

async function transcribe(
  provider: Provider,
  request: IncomingMessage,
  body: Buffer<ArrayBuffer>,
  response: ServerResponse,
) {
  const form = await new Response(body, {
    headers: { "Content-Type": request.headers["content-type"] ?? "" },
  }).formData();
  const file = form.get("file");
  if (!(file instanceof File)) return refuse(response, "No file was sent.");
  const bytes = new Uint8Array(await file.arrayBuffer());
  const call = begin(provider, "transcription", text(form.get("model")), bytes, request);
  const format = text(form.get("response_format")) || "json";
  if (format === "verbose_json" && provider.script.verboseJson === false) {
    return refuse(
      response,
      "response_format 'verbose_json' is not compatible with this model.",
      call,
    );
  }
  if (!(await passes(provider, call, response))) return undefined;

  const heard = await hearAudio(bytes, file.type || file.name);
  if (heard === null) return refuse(response, "The audio file could not be decoded.", call);
  let segments = heard.segments;
  if (call.fault === "empty_text") segments = [];
  if (call.fault === "loop") {
    const loop = Array.from({ length: 40 }, () => "Thanks for watching.").join(" ");
    segments = [{ startMs: 0, endMs: heard.durationMs, text: loop }];
  }
  if (call.fault === "segments_out_of_range") {
    segments = segments
      .map((s) => ({ ...s, startMs: s.startMs + 10 * heard.durationMs, endMs: s.endMs - 5_000 }))
      .reverse();
  }
  const spoken = segments.map((segment) => segment.text).join(" ");
  finish(call, spoken);
  if (format !== "verbose_json") return sendJson(response, { text: spoken });
  return sendJson(response, {
    task: "transcribe",
    language: "english",
    duration: heard.durationMs / 1000,
    text: spoken,
    segments: segments.map((segment, id) => ({
      id,
      seek: 0,
      start: segment.startMs / 1000,
      end: segment.endMs / 1000,
      text: ` ${segment.text}`,
      tokens: [],
      temperature: 0,
      avg_logprob: call.fault === "loop" ? -1.4 : -0.2,
      compression_ratio: call.fault === "loop" ? 9.5 : 1.3,
      no_speech_prob: call.fault === "loop" ? 0.8 : 0.02,
    })),
  });
}

async function chat(
  provider: Provider,
  request: IncomingMessage,
  body: Buffer<ArrayBuffer>,
  response: ServerResponse,
) {
  const chatRequest = JSON.parse(body.toString("utf8")) as ChatRequest;
  const call = begin(provider, "chat", chatRequest.model, body, request);
  call.chat = chatRequest;
  if (
    chatRequest.response_format?.type === "json_schema" &&
    provider.script.structuredOutputs === false
  ) {
    return refuse(response, "This server does not support response_format json_schema.", call);
  }
  if (!(await passes(provider, call, response))) return undefined;
  const content = answerChat(chatRequest, call.fault);
  finish(call, content);
  return sendJson(response, {
    id: `chatcmpl-${call.number}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: chatRequest.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null },
        finish_reason: call.fault === "too_long" ? "length" : "stop",
      },
    ],
    usage: tokenUsage(body.length, content.length),
  });
}

function begin(
  provider: Provider,
  kind: ProviderCall["kind"],
  model: string,
  input: Uint8Array,
  request: IncomingMessage,
): ProviderCall {
  const call: ProviderCall = {
    number: provider.calls.length,
    kind,
    model,
    startedAtMs: Date.now(),
    inputSha256: createHash("sha256").update(input).digest("hex"),
    sizeBytes: input.byteLength,
    authorization: request.headers.authorization,
  };
  provider.calls.push(call);
  return call;
}

/** Waits for the scripted latency and plays the scripted fault. False when the answer was given here. */
async function passes(provider: Provider, call: ProviderCall, response: ServerResponse) {
  const { latencyMs, fault, hold } = provider.script;
  const wait = typeof latencyMs === "function" ? latencyMs(call) : (latencyMs ?? 0);
  const planned = fault?.(call);
  await hold;
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  if (planned === undefined) return true;
  call.fault = planned.kind;
  if (!answerWithFault(planned, response)) return true;
  call.endedAtMs = Date.now();
  return false;
}

function finish(call: ProviderCall, answerText: string) {
  call.text = answerText;
  call.endedAtMs = Date.now();
}

function refuse(response: ServerResponse, message: string, call?: ProviderCall) {
  if (call) call.endedAtMs = Date.now();
  response.writeHead(400, { "Content-Type": "application/json" });
  response.end(
    JSON.stringify({ error: { message, type: "invalid_request_error", code: "invalid_value" } }),
  );
}

function sendJson(response: ServerResponse, value: unknown) {
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

/** About four bytes a token, which is what the field reckons with. */
function tokenUsage(inputBytes: number, outputBytes: number) {
  const prompt_tokens = Math.ceil(inputBytes / 4);
  const completion_tokens = Math.ceil(outputBytes / 4);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function text(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value : "";
}

async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
