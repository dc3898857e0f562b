// Loads whisper.cpp's prebuilt binding for this platform and turns samples into timed text.
//
// The platform packages are depended on directly: the package in front of them also installs the
// CUDA and Vulkan builds, 254 MB that a laptop's processor has no use for.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Sample rate that Whisper is trained on. All samples given to it are mono at this rate. */
export const whisperSampleRateHz = 16_000;

type NativeSegment = { text: string; t0: number; t1: number }; // t0, t1 in ms

type NativeContext = {
  transcribeData(
    samples: ArrayBuffer, // 16-bit PCM
    options: {
      language?: string;
      maxThreads?: number;
      prompt?: string;
      temperature?: number;
      temperatureInc?: number;
      onProgress?: (percent: number) => void;
    },
  ): {
    stop(): Promise<void>;
    promise: Promise<{ language?: string; segments: NativeSegment[]; isAborted: boolean }>;
  };
  release(): Promise<void>;
};

type Logging = { toggleNativeLog(enable: boolean): void };

type Binding = {
  WhisperContext: (new (options: { filePath: string; useGpu: boolean }) => NativeContext) & Logging;
  WhisperVadContext: (new (options: { filePath: string; useGpu: boolean; nThreads: number }) => {
    detectSpeechData(
      samples: ArrayBuffer,
      options: Record<string, number>,
    ): Promise<{ t0: number; t1: number }[]>;
    release(): Promise<void>;
  }) &
    Logging;
};

export type SpokenSegment = { startMs: number; endMs: number; text: string };
export type SpokenText = { language: string; segments: SpokenSegment[] };

export type RecognizeOptions = {
  /** ISO 639-1, or undefined to let the model find out. */
  language?: string;
  /** What was said before, for names and spelling. */
  prompt?: string;
  onProgress?: (percent: number) => void;
  signal: AbortSignal;
};

/** A loaded model. One recognition at a time; the queue in front of it sees to that. */
export type Recognizer = {
  recognize(samples: Int16Array<ArrayBuffer>, options: RecognizeOptions): Promise<SpokenText>;
  release(): Promise<void>;
};

/** @throws when there is no binding for this platform, or the file is no model. */
export function loadRecognizer(modelFile: string, threads: number): Recognizer {
  const context = new (loadBinding().WhisperContext)({ filePath: modelFile, useGpu: false });
  return {
    async recognize(samples, options) {
      options.signal.throwIfAborted();
      const run = context.transcribeData(samples.buffer, {
        language: options.language ?? "auto",
        maxThreads: threads,
        ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
        onProgress: (percent) => options.onProgress?.(Math.min(100, percent)),
      });
      const stop = () => void run.stop();
      options.signal.addEventListener("abort", stop, { once: true });
      try {
        const result = await run.promise;
        options.signal.throwIfAborted();
        return {
          language: result.language ?? options.language ?? "",
          segments: result.segments
            .map(({ text, t0, t1 }) => ({ startMs: t0, endMs: t1, text: text.trim() }))
            .filter((segment) => segment.text !== ""),
        };
      } finally {
        options.signal.removeEventListener("abort", stop);
      }
    },
    release: () => context.release(),
  };
}

/** Finds where someone speaks: Silero's detector, in whisper.cpp's format. */
export type SpeechDetector = {
  hasSpeech(samples: Int16Array<ArrayBuffer>): Promise<boolean>;
  release(): Promise<void>;
};

export function loadSpeechDetector(modelFile: string, threads: number): SpeechDetector {
  const context = new (loadBinding().WhisperVadContext)({
    filePath: modelFile,
    useGpu: false,
    nThreads: threads,
  });
  return {
    hasSpeech: async (samples) => {
      const spoken = await context.detectSpeechData(samples.buffer, {
        threshold: 0.4,
        minSpeechDurationMs: 200,
      });
      return spoken.length > 0;
    },
    release: () => context.release(),
  };
}

let binding: Binding | undefined;

function loadBinding(): Binding {
  if (binding) return binding;
  const name = `@fugood/node-whisper-${process.platform}-${process.arch}`;
  try {
    binding = require(name) as Binding;
  } catch (error) {
    throw new Error(
      `Speech recognition on this machine needs the package ${name}, which could not be loaded: ` +
        (error instanceof Error ? error.message : String(error)),
      { cause: error },
    );
  }
  binding.WhisperContext.toggleNativeLog(false);
  binding.WhisperVadContext.toggleNativeLog(false);
  return binding;
}
