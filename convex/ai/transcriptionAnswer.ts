// What transcription endpoints answer, in its several shapes, as timed segments.

import { z } from "zod";
import type { Segment, Word } from "../../domain/transcript.ts";
import { sentencesOf } from "../../domain/words.ts";
import type { JudgedSegment } from "./hallucinations.ts";
import { languageCode } from "./languages.ts";

const seconds = z.number().or(z.string().transform(Number)).pipe(z.number());
const maybeNumber = z.number().optional().catch(undefined);

const answerSchema = z.object({
  text: z.string().nullish(),
  language: z.string().nullish(),
  languages: z
    .array(z.union([z.string(), z.looseObject({ code: z.string().optional() })]))
    .nullish()
    .catch(undefined),
  duration: maybeNumber,
  segments: z
    .array(
      z.object({
        start: seconds,
        end: seconds,
        text: z.string(),
        no_speech_prob: maybeNumber,
        avg_logprob: maybeNumber,
        compression_ratio: maybeNumber,
      }),
    )
    .nullish(),
  words: z
    .array(z.object({ start: seconds, end: seconds, word: z.string() }))
    .nullish()
    .catch(undefined),
  usage: z
    .object({
      seconds: maybeNumber,
      input_tokens: maybeNumber,
      output_tokens: maybeNumber,
    })
    .nullish()
    .catch(undefined),
});

export type ReadAnswer = {
  segments: JudgedSegment[];
  language?: string;
  usage: { audioSeconds: number; inputTokens?: number; outputTokens?: number };
};

/** A segment that starts this far behind the end of its piece is not about it. */
const BEHIND_THE_END_MS = 1000;

/**
 * The answer as segments inside of the piece, in order. Without times in the answer they are
 * reckoned: each sentence gets its share of the piece by its length.
 *
 * @returns undefined when this is not an answer of a transcription endpoint
 */
export function readTranscriptionAnswer(
  answer: unknown,
  durationMs: number,
): ReadAnswer | undefined {
  const parsed = answerSchema.safeParse(typeof answer === "string" ? parsedJson(answer) : answer);
  if (!parsed.success) return undefined;
  const { text, segments, words, usage } = parsed.data;
  if (text == null && segments == null) return undefined;
  const language = languageOf(parsed.data);
  const timed = (segments ?? []).filter((segment) => segment.text.trim() !== "");
  const read: JudgedSegment[] =
    timed.length > 0
      ? insidePiece(
          timed.map((segment) => ({
            startMs: Math.round(segment.start * 1000),
            endMs: Math.round(segment.end * 1000),
            text: segment.text.replace(/\s+/gu, " ").trim(),
            noSpeechProbability: segment.no_speech_prob,
            averageLogProbability: segment.avg_logprob,
            compressionRatio: segment.compression_ratio,
          })),
          durationMs,
        )
      : estimatedSegments(text ?? "", durationMs);
  return {
    segments: withWords(read, words ?? [], durationMs),
    ...(language === undefined ? {} : { language }),
    usage: {
      audioSeconds: usage?.seconds ?? durationMs / 1000,
      ...(usage?.input_tokens === undefined ? {} : { inputTokens: usage.input_tokens }),
      ...(usage?.output_tokens === undefined ? {} : { outputTokens: usage.output_tokens }),
    },
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function languageOf(answer: z.infer<typeof answerSchema>): string | undefined {
  const first = answer.languages?.[0];
  const named = answer.language ?? (typeof first === "string" ? first : first?.code);
  return named ? languageCode(named) : undefined;
}

/** Servers send segments out of order, beyond the end, and backwards; a transcript has none of it. */
function insidePiece(segments: JudgedSegment[], durationMs: number): JudgedSegment[] {
  const inside = segments
    .filter((s) => Number.isFinite(s.startMs) && s.startMs < durationMs + BEHIND_THE_END_MS)
    .map((segment) => {
      const startMs = Math.min(Math.max(0, segment.startMs), durationMs);
      const endMs = Number.isFinite(segment.endMs) ? segment.endMs : startMs;
      return { ...segment, startMs, endMs: Math.min(Math.max(startMs, endMs), durationMs) };
    });
  return inside.sort((a, b) => a.startMs - b.startMs);
}

/** Sentences spread over the piece by their length, for models that give no times. */
export function estimatedSegments(text: string, durationMs: number): Segment[] {
  const sentences = sentencesOf(text);
  const total = sentences.reduce((sum, sentence) => sum + sentence.length, 0);
  let passed = 0;
  return sentences.map((sentence) => {
    const startMs = Math.round((durationMs * passed) / total);
    passed += sentence.length;
    return { startMs, endMs: Math.round((durationMs * passed) / total), text: sentence };
  });
}

function withWords(
  segments: JudgedSegment[],
  words: { start: number; end: number; word: string }[],
  durationMs: number,
): JudgedSegment[] {
  if (words.length === 0 || segments.length === 0) return segments;
  const timed: Word[] = words
    .map((word) => ({
      startMs: Math.min(Math.max(0, Math.round(word.start * 1000)), durationMs),
      endMs: Math.min(Math.max(0, Math.round(word.end * 1000)), durationMs),
      text: word.word.trim(),
    }))
    .filter((word) => word.text !== "");
  let next = 0;
  return segments.map((segment, index) => {
    const own: Word[] = [];
    const until = segments[index + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    for (let word = timed[next]; word; word = timed[next]) {
      // The middle decides: models round the borders of words and segments differently.
      if ((word.startMs + word.endMs) / 2 >= until) break;
      own.push(word);
      next += 1;
    }
    return own.length > 0 ? { ...segment, words: own } : segment;
  });
}
