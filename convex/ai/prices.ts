// What providers charge, so that a job can say what it cost. Unknown models have no price: then no
// cost is shown, rather than a wrong one. Self-hosted models cost nothing per call and stay unknown.

/** US dollars as published by OpenAI in November 2026, standard processing. */
const TRANSCRIPTION_USD_PER_MINUTE: Record<string, number> = {
  "gpt-transcribe": 0.0045,
  "gpt-4o-transcribe": 0.006,
  "gpt-4o-mini-transcribe": 0.003,
  "whisper-1": 0.006,
};

const TEXT_USD_PER_MILLION_TOKENS: Record<string, { input: number; output: number }> = {
  "gpt-6-luna": { input: 0.1, output: 0.5 },
  "gpt-5.6-luna": { input: 0.2, output: 1.2 },
  "gpt-5.6-terra": { input: 2, output: 12 },
  "gpt-5.4-mini": { input: 0.75, output: 4.5 },
};

const OPENAI_HOST = "api.openai.com";

/**
 * The cost of transcribing, in US dollars; undefined when the price is not known.
 *
 * @param name the engine's name as shown, e.g. `gpt-transcribe at api.openai.com`
 */
export function transcriptionCostUsd(name: string, audioSeconds: number): number | undefined {
  const perMinute = priceOf(TRANSCRIPTION_USD_PER_MINUTE, name);
  return perMinute === undefined ? undefined : (perMinute * audioSeconds) / 60;
}

/** The cost of writing, in US dollars; undefined when the price is not known. */
export function writingCostUsd(
  name: string,
  usage: { inputTokens: number; outputTokens: number },
): number | undefined {
  const price = priceOf(TEXT_USD_PER_MILLION_TOKENS, name);
  return price === undefined
    ? undefined
    : (price.input * usage.inputTokens + price.output * usage.outputTokens) / 1e6;
}

function priceOf<T>(prices: Record<string, T>, name: string): T | undefined {
  const [model, host] = name.split(" at ");
  return host === OPENAI_HOST && model !== undefined ? prices[model] : undefined;
}
