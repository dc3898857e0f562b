// Loads whisper.cpp's prebuilt binding for this platform: speech recognition and speech detection.
//
// The platform packages are depended on directly: the package in front of them also installs the
// CUDA and Vulkan builds, 254 MB that a laptop's processor has no use for.
import { createRequire } from "node:module";
import { hasSpacedWords, segmentsFromWords, wordsFromTokens, type SpokenSegment } from "./words.ts";
import type { Span } from "./speechWindows.ts";

const require = createRequire(import.meta.url);

/** Sample rate that Whisper and the detector are trained on. All samples here are mono at this rate. */
export const whisperSampleRateHz = 16_000;

type NativeSegment = { text: string; t0: number; t1: number }; // t0, t1 in ms

type NativeOptions = {
  language: string;
  maxThreads: number;
  prompt?: string;
  temperatureInc: number;
  bestOf: number;
  maxLen?: number;
  tokenTimestamps?: boolean;
};

type NativeContext = {
  transcribeData(
    samples: ArrayBuffer, // 16-bit PCM
    options: NativeOptions,
  ): { promise: Promise<{ language?: string; segments: NativeSegment[] }> };
  release(): Promise<void>;
};

type NativeDetector = {
  detectSpeechData(
    samples: ArrayBuffer,
    options: { threshold: number; minSpeechDurationMs: number },
  ): Promise<{ t0: number; t1: number }[]>; // in hundredths of a second
  release(): Promise<void>;
};

type Binding = {
  WhisperContext: {
    new (options: { filePath: string; useGpu: boolean }): NativeContext;
    toggleNativeLog(enable: boolean, listener: (level: string, text: string) => void): void;
  };
  WhisperVadContext: new (options: {
    filePath: string;
    useGpu: boolean;
    nThreads: number;
  }) => NativeDetector;
};

export type WindowOptions = {
  /** ISO 639-1, or undefined to let the model find out. */
  language?: string;
  /** What was said before, for names and spelling. */
  prompt?: string;
};

export type SpokenWindow = { language: string; segments: SpokenSegment[] };

/** A loaded model. One call at a time; the queue in front of it sees to that. */
export type Recognizer = {
  /**
   * What is said in a window of at most 30 s. Can't be stopped: a caller that loses interest waits.
   *
   * @throws when the model has not answered in ten minutes
   */
  recognize(samples: Int16Array<ArrayBuffer>, options: WindowOptions): Promise<SpokenWindow>;
  release(): Promise<void>;
};

/** The binding's promise stays open for ever when whisper.cpp fails, so somebody has to look at the clock. */
const longestCallMs = 10 * 60_000;

/** @throws when there is no binding for this platform, or the file is no model. */
export function loadRecognizer(modelFile: string, threads: number): Recognizer {
  const { WhisperContext } = loadBinding();
  const context = built(
    () => new WhisperContext({ filePath: modelFile, useGpu: false }),
    `The file ${modelFile} is no whisper.cpp model that works here`,
  );
  const call = async (
    samples: Int16Array<ArrayBuffer>,
    options: WindowOptions,
    more: Partial<NativeOptions>,
  ) => {
    const { promise } = context.transcribeData(samples.buffer, {
      language: options.language ?? "auto",
      maxThreads: threads,
      // Where the first try looks wrong Whisper tries again at higher temperatures, five times with
      // five variants each; on a laptop's processor two times with two are enough to wait for.
      temperatureInc: 0.4,
      bestOf: 2,
      ...(options.prompt ? { prompt: options.prompt } : {}),
      ...more,
    });
    const { language, segments } = await withinTime(promise);
    return {
      language: language ?? options.language ?? "",
      texts: segments.map(({ text, t0, t1 }) => ({ startMs: t0, endMs: t1, text })),
    };
  };
  return {
    async recognize(samples, options) {
      if (options.language === undefined || hasSpacedWords(options.language)) {
        // One token a segment: that is how the binding gives times of words.
        const tokens = await call(samples, options, { tokenTimestamps: true, maxLen: 1 });
        const words = hasSpacedWords(tokens.language) ? wordsFromTokens(tokens.texts) : undefined;
        if (words) return { language: tokens.language, segments: segmentsFromWords(words) };
      }
      const { language, texts } = await call(samples, options, {});
      const segments = texts.map((segment) => ({ ...segment, text: segment.text.trim() }));
      return { language, segments: segments.filter((segment) => segment.text !== "") };
    },
    release: () => context.release(),
  };
}

/** Finds where someone speaks: Silero's detector, in whisper.cpp's format. */
export type SpeechDetector = {
  /** The spans of `samples` with speech, in order. */
  speechIn(samples: Int16Array<ArrayBuffer>): Promise<Span[]>;
  release(): Promise<void>;
};

/** @throws when there is no binding for this platform, or the file is no detector. */
export function loadSpeechDetector(modelFile: string, threads: number): SpeechDetector {
  const { WhisperVadContext } = loadBinding();
  const context = built(
    () => new WhisperVadContext({ filePath: modelFile, useGpu: false, nThreads: threads }),
    `The file ${modelFile} is no speech detector that works here`,
  );
  return {
    async speechIn(samples) {
      // A little more sensitive than the usual 0.5: a lecturer may be far from the microphone.
      const options = { threshold: 0.4, minSpeechDurationMs: 200 };
      const spans = await withinTime(context.detectSpeechData(samples.buffer, options));
      return spans.map(({ t0, t1 }) => ({ startMs: t0 * 10, endMs: t1 * 10 }));
    },
    release: () => context.release(),
  };
}

let binding: Binding | undefined;

/** The name of the package that holds the binding for this machine. */
export const bindingPackage = `@fugood/node-whisper-${process.platform}-${process.arch}`;

function loadBinding(): Binding {
  if (binding) return binding;
  try {
    // The package has no types; Binding describes what is used of it.
    binding = require(bindingPackage) as Binding;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Error(
      `Speech recognition on this machine needs the npm package ${bindingPackage}, which could not be loaded (${reason}).`,
      { cause: error },
    );
  }
  // Without a listener whisper.cpp writes to the terminal, in its own voice and at length.
  binding.WhisperContext.toggleNativeLog(true, (level, text) => {
    if (level === "error") nativeErrors.push(text.trim());
    if (nativeErrors.length > 5) nativeErrors.shift();
  });
  return binding;
}

/** whisper.cpp's last complaints, the newest last. They arrive after the call that they are about. */
const nativeErrors: string[] = [];

function built<T>(construct: () => T, failure: string): T {
  try {
    return construct();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${failure} (${reason}).`, { cause: error });
  }
}

async function withinTime<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = nativeErrors.length > 0 ? `: ${nativeErrors.join("; ")}` : "";
    reject(new Error(`Speech recognition did not come to an end${reason}.`));
  }, longestCallMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
