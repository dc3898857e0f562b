// An OpenAI-compatible speech-to-text server for this machine:
// POST /v1/audio/transcriptions, GET /v1/models, GET /health.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { keepAlive, sendError, sendJson, sendTranscript } from "./answer.ts";
import { decodeSpeech } from "./decode.ts";
import { ModelNotReady, ModelStore, type ModelStoreOptions } from "./modelStore.ts";
import { UndecodableAudio } from "./monoBlock.ts";
import { WorkQueue } from "./queue.ts";
import {
  discardBody,
  readTranscriptionForm,
  RequestError,
  type TranscriptionForm,
} from "./requestForm.ts";
import { transcribe, type SpokenText } from "./transcribe.ts";
import { whisperSampleRateHz } from "./whisper.ts";

export type SpeechServerOptions = ModelStoreOptions & {
  host?: string; // default 127.0.0.1
  port?: number; // 0, the default, takes any free one
  /** What the paths of OpenAI's interface begin with. Default /v1. */
  basePath?: string;
  /** Largest request accepted, in bytes. The provider limit that the app keeps to is 25 MB. */
  maxBodyBytes?: number;
  /** Longest piece of audio accepted; it takes 32 kB of memory a second while it is worked on. */
  maxDurationMs?: number;
  /** Pieces that may wait while one is worked on; more are told to come back. */
  maxWaiting?: number;
  /** How often a long answer shows that it is alive. */
  signOfLifeMs?: number;
};

export type SpeechServer = { url: string; port: number; close(): Promise<void> };

/** Starts listening. The model is fetched and loaded when the first piece of audio comes. */
export async function startSpeechServer(options: SpeechServerOptions): Promise<SpeechServer> {
  const {
    maxBodyBytes = 32 * 1024 * 1024,
    maxDurationMs = 60 * 60_000,
    maxWaiting = 4,
    basePath = "/v1",
    signOfLifeMs,
  } = options;
  const model = new ModelStore(options);
  // One recognition uses all its threads; a second one would only make both slower.
  const queue = new WorkQueue(1);
  // Requests from their arrival on, since their bodies are in memory then.
  let accepted = 0;
  let progress: number | undefined;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => sendError(response, asRequestError(error)));
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Web pages may send forms to any address, this one included; no program sends this header.
    if (request.headers.origin !== undefined) {
      throw new RequestError(403, "not_for_pages", "Web pages can't use this server.");
    }
    const path = new URL(request.url ?? "/", "http://speech").pathname;
    switch (`${request.method} ${path}`) {
      case "GET /health":
        return sendJson(response, health());
      case `GET ${basePath}/models`:
        return sendJson(response, {
          object: "list",
          data: [{ id: model.name, object: "model", created: 0, owned_by: "whisper.cpp" }],
        });
      case `POST ${basePath}/audio/transcriptions`:
        return answerTranscription(request, response);
      default:
        await discardBody(request, maxBodyBytes);
        throw new RequestError(404, "not_found", `There is nothing at ${request.method} ${path}.`);
    }
  }

  function health() {
    return {
      status: "ok",
      model: model.name,
      state: model.state,
      downloadPercent: model.percent ?? null,
      running: queue.running,
      runningPercent: progress === undefined ? null : Math.floor(100 * progress),
      waiting: queue.waiting,
    };
  }

  async function answerTranscription(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    accepted += 1;
    response.once("close", () => {
      accepted -= 1;
      gone.abort(new Error("The caller went away."));
    });
    try {
      if (accepted > 1 + maxWaiting) {
        const message = "Speech recognition is busy: enough pieces are waiting already.";
        throw new RequestError(429, "rate_limit_exceeded", message, { retryAfterSeconds: 15 });
      }
      await model.ready();
    } catch (error) {
      await discardBody(request, 2 * maxBodyBytes);
      throw error;
    }
    const form = await readTranscriptionForm(request, maxBodyBytes);
    const alive = keepAlive(response, form.format, signOfLifeMs);
    try {
      const spoken = await queue.run(() => listenTo(form, gone.signal), gone.signal);
      sendTranscript(response, form, spoken);
    } finally {
      alive.stop();
    }
  }

  async function listenTo(form: TranscriptionForm, signal: AbortSignal): Promise<SpokenText> {
    try {
      const samples = await decodeSpeech(new Uint8Array(await form.file.arrayBuffer()), {
        sampleRateHz: whisperSampleRateHz,
        maxDurationMs,
        signal,
      });
      return await model.use((engine) =>
        transcribe(engine, samples, {
          ...(form.language ? { language: form.language } : {}),
          ...(form.prompt ? { prompt: form.prompt } : {}),
          signal,
          onProgress: (share) => (progress = share),
        }),
      );
    } finally {
      progress = undefined;
    }
  }

  await listen(server, options.host ?? "127.0.0.1", options.port ?? 0);
  // A server that listens on TCP has an address of this form.
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}${basePath}`,
    port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await model.close();
    },
  };
}

/** @throws a sentence when the port can't be had */
async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The speech server can't listen on ${host}:${port} (${reason}). Choose another port.`,
      { cause: error },
    );
  }
}

function asRequestError(error: unknown): unknown {
  if (error instanceof UndecodableAudio) {
    return new RequestError(400, "undecodable", error.message, { param: "file" });
  }
  if (error instanceof ModelNotReady) {
    // 503: it only needs time. 501: it needs a person, so clients should not try again by themselves.
    const { message, retryAfterSeconds } = error;
    return retryAfterSeconds === undefined
      ? new RequestError(501, "model_unavailable", message)
      : new RequestError(503, "model_loading", message, { retryAfterSeconds });
  }
  return error;
}
