// The paid provider as the pipeline's tests see it: a `fetch` that answers from what it is given.
// A piece's bytes are the sentences said in it, so a test can tell when text was lost or doubled.
import { answerChat, type ChatRequest } from "../provider/chat.ts";

export type Spoken = { durationMs: number; sentences: string[] };

export type ProviderCall = {
  number: number;
  kind: "transcription" | "chat";
  /** Of a transcription: which piece, by the name of its file. */
  index?: number;
  spoken?: Spoken;
  prompt?: string;
  /** A person's words in a chat. */
  chat?: ChatRequest;
  signal?: AbortSignal;
};

/** Answers a call in its own way, or leaves it to the provider. */
export type Script = (call: ProviderCall) => Response | undefined | Promise<Response | undefined>;

export class FakeProvider {
  readonly calls: ProviderCall[] = [];
  script: Script = () => undefined;
  inFlight = 0;
  peakInFlight = 0;
  /** Calls that stand still because the script wants it so. */
  held = 0;

  readonly fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const call = await this.#read(url instanceof Request ? url.url : url.toString(), init);
    this.calls.push(call);
    this.inFlight += 1;
    this.peakInFlight = Math.max(this.peakInFlight, this.inFlight);
    try {
      return (await this.script(call)) ?? answer(call);
    } finally {
      this.inFlight -= 1;
    }
  };

  /** For scripts: stands still until the test lets go, or until the caller gives up. */
  hold(call: ProviderCall): { until: Promise<undefined>; letGo: () => void } {
    this.held += 1;
    let letGo: () => void = () => {};
    const until = new Promise<undefined>((resolve, reject) => {
      const end = () => {
        this.held -= 1;
        letGo = () => {};
      };
      letGo = () => {
        end();
        resolve(undefined);
      };
      call.signal?.addEventListener("abort", () => {
        if (!call.signal?.aborted) return;
        end();
        reject(new DOMException("The call was given up.", "AbortError"));
      });
    });
    return { until, letGo: () => letGo() };
  }

  /** The pieces that were heard, as often as each was. */
  heard(): number[] {
    return this.calls.flatMap((call) => (call.kind === "transcription" ? [call.index ?? -1] : []));
  }

  async #read(url: string, init?: RequestInit): Promise<ProviderCall> {
    const number = this.calls.length;
    const signal = init?.signal ?? undefined;
    if (url.endsWith("/chat/completions")) {
      if (typeof init?.body !== "string") throw new Error("A chat without a body.");
      const chat = JSON.parse(init.body) as ChatRequest;
      return { number, kind: "chat", chat, signal };
    }
    if (!url.endsWith("/audio/transcriptions")) throw new Error(`Nobody should call ${url}.`);
    const form = init?.body;
    const file = form instanceof FormData ? form.get("file") : null;
    if (!(form instanceof FormData) || !(file instanceof File))
      throw new Error("No file was sent.");
    const prompt = form.get("prompt");
    return {
      ...{ number, signal, kind: "transcription" },
      index: Number(/piece-(\d+)/u.exec(file.name)?.[1]),
      spoken: JSON.parse(await file.text()) as Spoken,
      prompt: typeof prompt === "string" ? prompt : undefined,
    };
  }
}

/** A piece of audio that says these sentences. */
export function audioOf(spoken: Spoken): Blob {
  return new Blob([JSON.stringify(spoken)], { type: "audio/webm" });
}

/** What a lecturer says in one piece: a sentence every five seconds by default, each different. */
export function lecture(index: number, durationMs: number, everyMs = 5000): Spoken {
  const count = Math.max(1, Math.floor(durationMs / everyMs));
  const sentences = Array.from({ length: count }, (_, at) => {
    const topic = TOPICS[(index * 7 + at) % TOPICS.length];
    return `Mark ${index}-${at}: ${topic} number ${index * 100 + at} belongs to what we examine here.`;
  });
  return { durationMs, sentences };
}

/** The sentences of one piece. */
export function saidBy(index: number, durationMs: number): string[] {
  return lecture(index, durationMs).sentences;
}

const TOPICS = [
  "The candle flame",
  "A column of warm air",
  "The wick with its fuel",
  "Liquid wax in the cup",
  "Carbon from the glowing smoke",
  "Water out of burning hydrogen",
  "The oxygen of the atmosphere",
];

export function refusal(status: number, headers: Record<string, string> = {}, code?: string) {
  const error = { message: `The script says ${status}.`, code: code ?? null, type: "test" };
  return new Response(JSON.stringify({ error }), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

function answer(call: ProviderCall): Response {
  return call.kind === "chat" ? answerWithNotes(call) : answerWithText(call);
}

function answerWithText({ spoken }: ProviderCall): Response {
  const { durationMs, sentences } = spoken ?? { durationMs: 0, sentences: [] };
  const each = durationMs / 1000 / Math.max(1, sentences.length);
  return json({
    language: "english",
    duration: durationMs / 1000,
    text: sentences.join(" "),
    segments: sentences.map((text, id) => ({
      ...{ id, text, start: id * each, end: (id + 1) * each },
      ...{ avg_logprob: -0.2, compression_ratio: 1.2, no_speech_prob: 0.01 },
    })),
  });
}

function answerWithNotes({ chat }: ProviderCall): Response {
  if (!chat) throw new Error("A chat without messages.");
  const content = answerChat(chat);
  return json({
    ...{ id: "chat", object: "chat.completion", created: 0, model: chat.model },
    choices: [
      { index: 0, finish_reason: "stop", message: { role: "assistant", content, refusal: null } },
    ],
    usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
  });
}

export function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { "Content-Type": "application/json" } });
}
