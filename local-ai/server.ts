// An OpenAI-compatible speech-to-text server for this machine:
// POST /v1/audio/transcriptions, GET /v1/models, GET /health.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeSpeech, UndecodableAudio } from "./decode.ts";
import { ModelNotReady, ModelStore, type ModelStoreOptions } from "./modelStore.ts";
import { WorkQueue } from "./queue.ts";
import { isProvablySilent } from "./silence.ts";
import { toSrt, toVerboseJson, toVtt } from "./formats.ts";
import { whisperSampleRateHz, type SpokenText } from "./whisper.ts";

export type SpeechServerOptions = ModelStoreOptions & {
  host?: string; // default 127.0.0.1
  port?: number; // 0, the default, takes any free one
  /** Largest request accepted, in bytes. The provider limit that the app keeps to is 25 MB. */
  maxBodyBytes?: number;
};

export type SpeechServer = { url: string; close(): Promise<void> };

/** An answer that is an error, in OpenAI's shape. */
class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;
  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const formats = ["json", "text", "verbose_json", "srt", "vtt"] as const;
type Format = (typeof formats)[number];

/** @throws when the model is unknown, see ModelStore. */
export async function startSpeechServer(options: SpeechServerOptions): Promise<SpeechServer> {
  const model = new ModelStore(options);
  // One recognition uses all its threads; a second one would only make both slower.
  const queue = new WorkQueue(1, 32);
  const maxBodyBytes = options.maxBodyBytes ?? 32 * 1024 * 1024;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answerError(error, response));
  });
  // A long piece on a slow machine takes minutes; the client decides how long it waits.
  server.requestTimeout = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://speech").pathname;
    const route = `${request.method} ${path}`;
    if (route === "GET /health") {
      return sendJson(response, {
        status: "ok",
        model: model.name,
        state: model.state,
        running: queue.running,
        waiting: queue.waiting,
      });
    }
    if (route === "GET /v1/models") {
      return sendJson(response, {
        object: "list",
        data: [{ id: model.name, object: "model", created: 0, owned_by: "whisper.cpp" }],
      });
    }
    if (route === "POST /v1/audio/transcriptions") return transcribe(request, response);
    throw new RequestError(404, "not_found", `There is nothing at ${route}.`);
  }

  async function transcribe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (queue.isFull) {
      throw new RequestError(429, "rate_limit_exceeded", "Too many pieces are waiting.", 30);
    }
    const form = await readForm(request, maxBodyBytes);
    const file = form.get("file");
    if (!(file instanceof File)) throw new RequestError(400, "missing_file", "No file was sent.");
    const format = readFormat(form.get("response_format"));
    const recognizer = model.recognizer();

    const cancel = new AbortController();
    response.once("close", () => cancel.abort(new Error("The caller went away.")));
    const spoken = await queue.run(async (): Promise<SpokenText & { durationMs: number }> => {
      const samples = await decodeSpeech(
        new Uint8Array(await file.arrayBuffer()),
        whisperSampleRateHz,
      );
      const durationMs = (samples.length / whisperSampleRateHz) * 1000;
      if (isProvablySilent(samples, whisperSampleRateHz)) {
        return { language: text(form, "language") ?? "", segments: [], durationMs };
      }
      const result = await recognizer.recognize(samples, {
        language: text(form, "language"),
        prompt: text(form, "prompt"),
        signal: cancel.signal,
      });
      return { ...result, durationMs };
    }, cancel.signal);

    switch (format) {
      case "json":
        return sendJson(response, { text: wholeText(spoken) });
      case "verbose_json":
        return sendJson(response, toVerboseJson(spoken, spoken.durationMs));
      case "text":
        return sendText(response, "text/plain", `${wholeText(spoken)}\n`);
      case "srt":
        return sendText(response, "application/x-subrip", toSrt(spoken.segments));
      case "vtt":
        return sendText(response, "text/vtt", toVtt(spoken.segments));
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}/v1`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await model.close();
    },
  };
}

async function readForm(request: IncomingMessage, maxBytes: number): Promise<FormData> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) {
      throw new RequestError(413, "too_large", `A file may have at most ${maxBytes} bytes.`);
    }
    parts.push(part);
  }
  try {
    const headers = { "Content-Type": request.headers["content-type"] ?? "" };
    return await new Response(Buffer.concat(parts), { headers }).formData();
  } catch (error) {
    throw new RequestError(400, "invalid_form", `The request is no form with a file: ${String(error)}`);
  }
}

function readFormat(value: FormDataEntryValue | null): Format {
  if (value === null || value === "") return "json";
  const format = formats.find((known) => known === value);
  if (format) return format;
  throw new RequestError(400, "invalid_value", `response_format must be one of ${formats.join(", ")}.`);
}

function text(form: FormData, field: string): string | undefined {
  const value = form.get(field);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function wholeText(spoken: SpokenText): string {
  return spoken.segments.map((segment) => segment.text).join(" ");
}

function answerError(error: unknown, response: ServerResponse): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  const { status, code, message, retryAfterSeconds } = asRequestError(error);
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (retryAfterSeconds !== undefined) headers["Retry-After"] = String(retryAfterSeconds);
  response.writeHead(status, headers);
  response.end(JSON.stringify({ error: { message, type: errorType(status), code, param: null } }));
}

function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof UndecodableAudio) return new RequestError(400, "undecodable", error.message);
  if (error instanceof ModelNotReady) {
    // A failed download needs a person; everything else only needs time.
    return error.state.status === "failed"
      ? new RequestError(503, "model_unavailable", error.message)
      : new RequestError(503, "model_loading", error.message, 5);
  }
  return new RequestError(500, "internal", error instanceof Error ? error.message : String(error));
}

function errorType(status: number): string {
  return status < 500 ? "invalid_request_error" : "server_error";
}

function sendJson(response: ServerResponse, value: unknown): void {
  sendText(response, "application/json", JSON.stringify(value));
}

function sendText(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { "Content-Type": `${type}; charset=utf-8` });
  response.end(body);
}
