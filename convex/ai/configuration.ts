// Which endpoints and models are configured, read from environment variables in one place.
// docs/configuration.md describes every variable for the person who sets them.

export type Environment = Record<string, string | undefined>;

/** An OpenAI-compatible endpoint, a model there, and the key for it. */
export type Endpoint = {
  baseUrl: string;
  apiKey: string;
  model: string;
  host: string;
  /** How many tokens question and answer may have together; only for models that write. */
  contextTokens?: number;
};

export type Configured<T> = T | { missing: string };

const OPENAI_URL = "https://api.openai.com/v1";
/** OpenAI's current speech-to-text model for files; whisper-1 and gpt-4o-* end in February 2027. */
export const DEFAULT_TRANSCRIPTION_MODEL = "gpt-transcribe";
/** The name that servers for local Whisper models answer to, whatever model they run. */
const DEFAULT_SELF_HOSTED_TRANSCRIPTION_MODEL = "whisper-1";
/** OpenAI's small current model: reads an hour of lecture for well under a cent. */
export const DEFAULT_NOTES_MODEL = "gpt-6-luna";
/** What current hosted models read at least; and what self-hosted ones can be trusted to read. */
const DEFAULT_CONTEXT_TOKENS = { openAi: 128_000, other: 8192 };
const SMALLEST_CONTEXT_TOKENS = 3000;
/** Servers that need no key still want a header. */
const NO_KEY = "no-key-needed";

/** Where speech goes to become text, or a sentence that says how to configure it. */
export function transcriptionEndpoint(env: Environment): Configured<Endpoint> {
  const own = value(env, "TRANSCRIPTION_BASE_URL");
  const ownKey = value(env, "TRANSCRIPTION_API_KEY");
  if (!own && !ownKey && !value(env, "OPENAI_API_KEY") && !value(env, "OPENAI_BASE_URL")) {
    return {
      missing:
        "No speech-to-text service is set up. Set OPENAI_API_KEY, or TRANSCRIPTION_BASE_URL to any " +
        "OpenAI-compatible server such as whisper.cpp or speaches, then press Retry. Your audio is kept.",
    };
  }
  const baseUrl = own ?? value(env, "OPENAI_BASE_URL") ?? OPENAI_URL;
  const refused = refuseUnusableUrl(own ? "TRANSCRIPTION_BASE_URL" : "OPENAI_BASE_URL", baseUrl);
  if (refused) return refused;
  const model =
    value(env, "TRANSCRIPTION_MODEL") ??
    (isOpenAi(baseUrl) ? DEFAULT_TRANSCRIPTION_MODEL : DEFAULT_SELF_HOSTED_TRANSCRIPTION_MODEL);
  return endpoint(baseUrl, keyFor(env, baseUrl, ownKey), model);
}

/** Where transcripts go to become written notes, or a sentence that says how to configure it. */
export function notesEndpoint(env: Environment): Configured<Endpoint> {
  const own = value(env, "NOTES_BASE_URL");
  const ownKey = value(env, "NOTES_API_KEY");
  const key = value(env, "OPENAI_API_KEY");
  if (!own && !ownKey && !key && !value(env, "OPENAI_BASE_URL")) {
    return {
      missing:
        "Notes are outlined offline from the transcript's own sentences. For written notes set " +
        "OPENAI_API_KEY, or OPENAI_BASE_URL and NOTES_MODEL for Ollama or another OpenAI-compatible server.",
    };
  }
  const baseUrl = own ?? value(env, "OPENAI_BASE_URL") ?? OPENAI_URL;
  const refused = refuseUnusableUrl(own ? "NOTES_BASE_URL" : "OPENAI_BASE_URL", baseUrl);
  if (refused) return refused;
  // A key together with another address is most likely a gateway to OpenAI, which has its models.
  const model =
    value(env, "NOTES_MODEL") ??
    (isOpenAi(baseUrl) || (key && !own) ? DEFAULT_NOTES_MODEL : undefined);
  if (!model) {
    return {
      missing:
        `Notes are outlined offline: NOTES_MODEL is not set. Set it to the name of a model that ` +
        `${new URL(baseUrl).host} serves.`,
    };
  }
  const where = endpoint(baseUrl, keyFor(env, baseUrl, ownKey), model);
  return { ...where, contextTokens: contextTokensFor(env, baseUrl) };
}

function contextTokensFor(env: Environment, baseUrl: string): number {
  const set = Number(value(env, "NOTES_CONTEXT_TOKENS"));
  if (Number.isFinite(set) && set > 0) return Math.max(SMALLEST_CONTEXT_TOKENS, Math.round(set));
  return isOpenAi(baseUrl) ? DEFAULT_CONTEXT_TOKENS.openAi : DEFAULT_CONTEXT_TOKENS.other;
}

/** What the account page shows about the engines. Holds no secrets. */
export type EngineDescription = { configured: boolean; name: string; howTo?: string };

/** Both engines in words, for the page that explains what happens to a lecture. */
export function describeEngines(env: Environment): {
  transcription: EngineDescription;
  notes: EngineDescription;
} {
  const transcription = transcriptionEndpoint(env);
  const notes = notesEndpoint(env);
  return {
    transcription:
      "missing" in transcription
        ? { configured: false, name: "not set up", howTo: transcription.missing }
        : { configured: true, name: nameOf(transcription) },
    notes:
      "missing" in notes
        ? { configured: false, name: "Offline outline", howTo: notes.missing }
        : { configured: true, name: nameOf(notes) },
  };
}

/** How an engine is called on the page: `gpt-transcribe at api.openai.com`. */
export function nameOf(where: Endpoint): string {
  return `${where.model} at ${where.host}`;
}

/** True for OpenAI itself, where model names and their abilities are known. */
export function isOpenAi(baseUrl: string): boolean {
  return new URL(baseUrl).hostname === "api.openai.com";
}

/** The path by which the speech server that `npm start` runs beside the backend is known, whatever its port. */
const OWN_SPEECH_PATH = "/lectern-speech/";

/** True where speech becomes text on the backend's own machine, one piece at a time. */
export function transcribesHere(env: Environment): boolean {
  const url = value(env, "TRANSCRIPTION_BASE_URL");
  return url !== undefined && URL.canParse(url) && isOwnSpeechServer(url);
}

function isOwnSpeechServer(baseUrl: string): boolean {
  return new URL(baseUrl).pathname.startsWith(OWN_SPEECH_PATH);
}

function value(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text ? text : undefined;
}

function endpoint(baseUrl: string, apiKey: string, model: string): Endpoint {
  // Its port says nothing to a reader.
  const host = isOwnSpeechServer(baseUrl) ? "this computer's speech server" : new URL(baseUrl).host;
  return { baseUrl: baseUrl.replace(/\/+$/u, ""), apiKey, model, host };
}

/** A key goes only where it belongs: OpenAI's is not sent to somebody else's server. */
function keyFor(env: Environment, baseUrl: string, ownKey: string | undefined): string {
  if (ownKey) return ownKey;
  const openAiKey = value(env, "OPENAI_API_KEY");
  const home = value(env, "OPENAI_BASE_URL") ?? OPENAI_URL;
  const belongs = URL.canParse(home) && new URL(baseUrl).origin === new URL(home).origin;
  return openAiKey && belongs ? openAiKey : NO_KEY;
}

function refuseUnusableUrl(name: string, url: string): { missing: string } | undefined {
  const usable = URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol);
  return usable
    ? undefined
    : { missing: `${name} is not an address: write it like http://127.0.0.1:8000/v1.` };
}
