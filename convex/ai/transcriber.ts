// Speech to text through any OpenAI-compatible endpoint.

import { toFile } from "openai";
import type OpenAI from "openai";
import {
  isOpenAi,
  nameOf,
  transcriptionEndpoint,
  type Endpoint,
  type Environment,
} from "./configuration.ts";
import { withoutHallucinations } from "./hallucinations.ts";
import { callOpenAi } from "./openaiCall.ts";
import { transcriptionTimeoutMs } from "./timeouts.ts";
import { readTranscriptionAnswer } from "./transcriptionAnswer.ts";
import {
  ProviderError,
  type Transcriber,
  type Transcription,
  type TranscriptionRequest,
} from "./types.ts";

export { transcriptionTimeoutMs } from "./timeouts.ts";

/**
 * What a model can be asked for, most telling first: times of segments and words, times of
 * segments, text alone.
 */
type AnswerForm = "words" | "segments" | "text";
const SIMPLER: Record<AnswerForm, AnswerForm | undefined> = {
  words: "segments",
  segments: "text",
  text: undefined,
};

/** What each endpoint and model turned out to support; lives as long as the process. */
const learnedForms = new Map<string, AnswerForm>();

/** Whisper reads at most 224 tokens of prompt, from its end; about 800 characters of English. */
const MAX_PROMPT_CHARACTERS = 800;

/** The transcriber that the environment configures, or a sentence that says how to configure one. */
export function transcriberFromEnv(env: Environment): Transcriber | { missing: string } {
  const endpoint = transcriptionEndpoint(env);
  return "missing" in endpoint ? endpoint : openAiTranscriber(endpoint);
}

/** A transcriber for one endpoint. */
export function openAiTranscriber(endpoint: Endpoint): Transcriber {
  return {
    name: nameOf(endpoint),
    model: endpoint.model,
    transcribe: (request) => transcribe(endpoint, request),
  };
}

async function transcribe(
  endpoint: Endpoint,
  request: TranscriptionRequest,
): Promise<Transcription> {
  if (request.audio.size === 0) {
    throw new ProviderError({
      kind: "input",
      code: "empty_audio",
      userMessage: "This part of the recording is empty.",
      detail: "0 bytes of audio; nothing was sent.",
    });
  }
  const answer = await askInBestForm(endpoint, request);
  const read = readTranscriptionAnswer(answer, request.durationMs);
  if (!read) throw unusable(endpoint, answer);
  const prompt = promptOf(request);
  const { segments, dropped } = withoutHallucinations(read.segments, {
    durationMs: request.durationMs,
    ...(prompt === undefined ? {} : { prompt }),
  });
  return {
    ...(read.language === undefined ? {} : { language: read.language }),
    segments,
    dropped,
    noSpeech: segments.length === 0,
    usage: read.usage,
  };
}

async function askInBestForm(endpoint: Endpoint, request: TranscriptionRequest): Promise<unknown> {
  const key = `${endpoint.baseUrl} ${endpoint.model}`;
  const deadline = Date.now() + transcriptionTimeoutMs(request.durationMs);
  let form: AnswerForm | undefined = learnedForms.get(key) ?? firstForm(endpoint);
  for (;;) {
    try {
      const answer = await ask(endpoint, request, form, Math.max(1, deadline - Date.now()));
      learnedForms.set(key, form);
      return answer;
    } catch (error) {
      form = isRefusedForm(error) ? SIMPLER[form] : undefined;
      if (form === undefined) throw error;
    }
  }
}

function firstForm(endpoint: Endpoint): AnswerForm {
  // OpenAI's own models but Whisper answer with text alone; asking for more is a wasted upload.
  return isOpenAi(endpoint.baseUrl) && endpoint.model !== "whisper-1" ? "text" : "words";
}

function isRefusedForm(error: unknown): boolean {
  return (
    error instanceof ProviderError &&
    error.kind === "input" &&
    /response_?format|verbose_json|timestamp_?granularit/iu.test(error.detail)
  );
}

async function ask(
  endpoint: Endpoint,
  request: TranscriptionRequest,
  form: AnswerForm,
  timeoutMs: number,
): Promise<unknown> {
  const file = await toFile(request.audio, request.fileName, { type: request.mimeType });
  const prompt = promptOf(request);
  const common = {
    file,
    model: endpoint.model,
    ...(request.language === undefined ? {} : { language: request.language }),
    ...(prompt === undefined ? {} : { prompt }),
  };
  const options = { timeoutMs, ...(request.signal ? { signal: request.signal } : {}) };
  return await callOpenAi<unknown>(endpoint, options, (client, requestOptions) =>
    client.audio.transcriptions.create(withForm(common, form), requestOptions),
  );
}

type CommonParameters = Pick<
  OpenAI.Audio.TranscriptionCreateParamsNonStreaming,
  "file" | "model" | "language" | "prompt"
>;

function withForm(
  common: CommonParameters,
  form: AnswerForm,
): OpenAI.Audio.TranscriptionCreateParamsNonStreaming {
  switch (form) {
    case "words":
      return {
        ...common,
        response_format: "verbose_json",
        timestamp_granularities: ["segment", "word"],
        temperature: 0,
      };
    case "segments":
      return { ...common, response_format: "verbose_json", temperature: 0 };
    case "text":
      return { ...common, response_format: "json" };
  }
}

function promptOf(request: TranscriptionRequest): string | undefined {
  const text = request.previousText?.replace(/\s+/gu, " ").trim();
  if (!text) return undefined;
  const tail = text.slice(-MAX_PROMPT_CHARACTERS);
  // From a word's beginning on, so that no half word is offered as a spelling.
  return tail.length < text.length ? tail.replace(/^\S*\s/u, "") : tail;
}

function unusable(endpoint: Endpoint, answer: unknown): ProviderError {
  const text = typeof answer === "string" ? answer : (JSON.stringify(answer) ?? String(answer));
  const refused = /"error"\s*:/u.test(text);
  return new ProviderError({
    // A page of a proxy or a login is what comes instead of an answer most often, and passes.
    kind: refused ? "input" : "transient",
    code: refused ? "refused_input" : "unexpected_answer",
    userMessage: refused
      ? `${endpoint.host} could not process this part of the lecture.`
      : `${endpoint.host} answered with something that is not a transcript. Check the base URL.`,
    detail: text.replace(/\s+/gu, " ").slice(0, 2000),
  });
}
