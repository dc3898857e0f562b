// From samples to timed text: find the speech, pack it into windows, recognise window by window.
import {
  quietestMoment,
  originalMs,
  samplesOf,
  speechWindows,
  type Span,
} from "./speechWindows.ts";
import {
  whisperSampleRateHz,
  type Recognizer,
  type SpeechDetector,
  type WindowOptions,
} from "./whisper.ts";
import type { SpokenSegment, TimedText } from "./words.ts";
import { compressionRatio } from "./formats.ts";

export type SpeechEngine = { recognizer: Recognizer; detector: SpeechDetector };

export type SpokenText = {
  /** ISO 639-1; empty when nobody spoke. */
  language: string;
  durationMs: number;
  segments: SpokenSegment[];
};

export type TranscribeOptions = WindowOptions & {
  /** Looked at between windows: the work ends at most one window (30 s of speech) later. */
  signal: AbortSignal;
  onProgress?: (share: number) => void;
};

/** The detector is asked about this much at a time, so that a cancelled piece does not hold it up. */
const detectAtOnceMs = 60_000;
/** Whisper reads no more than about this much of a prompt, from its end. */
const promptCharacters = 600;
/** Whisper's own measure for text that has got into a loop; it must not be handed on as a prompt. */
const loopCompression = 2.4;

/** @throws the signal's reason when it is aborted */
export async function transcribe(
  engine: SpeechEngine,
  samples: Int16Array,
  options: TranscribeOptions,
): Promise<SpokenText> {
  const durationMs = (samples.length / whisperSampleRateHz) * 1000;
  const spans = await speechIn(engine.detector, samples, options.signal);
  const quietest = quietestMoment(samples, whisperSampleRateHz);
  const windows = speechWindows(spans, durationMs, quietest);
  let { language, prompt = "" } = options;
  const segments: SpokenSegment[] = [];
  for (const [index, window] of windows.entries()) {
    options.signal.throwIfAborted();
    options.onProgress?.(index / windows.length);
    const spoken = await engine.recognizer.recognize(
      samplesOf(window, samples, whisperSampleRateHz),
      { prompt: prompt.slice(-promptCharacters), ...(language ? { language } : {}) },
    );
    language ??= spoken.language;
    const inOriginal = <T extends TimedText>(timed: T): T => ({
      ...timed,
      startMs: originalMs(window, timed.startMs),
      endMs: originalMs(window, timed.endMs),
    });
    for (const segment of spoken.segments) {
      const words = segment.words?.map(inOriginal);
      segments.push({ ...inOriginal(segment), ...(words ? { words } : {}) });
    }
    const text = spoken.segments.map((segment) => segment.text).join(" ");
    prompt = compressionRatio(text) > loopCompression ? "" : `${prompt} ${text}`.trim();
  }
  options.signal.throwIfAborted();
  return { language: windows.length === 0 ? "" : (language ?? ""), durationMs, segments };
}

async function speechIn(
  detector: SpeechDetector,
  samples: Int16Array,
  signal: AbortSignal,
): Promise<Span[]> {
  const atOnce = (detectAtOnceMs / 1000) * whisperSampleRateHz;
  const spans: Span[] = [];
  for (let start = 0; start < samples.length; start += atOnce) {
    signal.throwIfAborted();
    const offsetMs = (start / whisperSampleRateHz) * 1000;
    // A copy, because the binding takes whole buffers.
    for (const span of await detector.speechIn(
      Int16Array.from(samples.subarray(start, start + atOnce)),
    )) {
      spans.push({ startMs: span.startMs + offsetMs, endMs: span.endMs + offsetMs });
    }
  }
  return spans;
}
