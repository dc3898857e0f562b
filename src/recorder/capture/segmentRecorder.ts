/** One MediaRecorder, one file that decodes alone: hands every slice over as it comes and says when the last one is out. */
import { readStart, type RecorderStart } from "./soundClock.ts";

const SLICE_MS = 1_000;
/** Speech stays clear at this rate; an hour is 14 MB. */
const BITS_PER_SECOND = 32_000;

/** In order of preference: Opus for Chrome, Edge and Firefox, AAC for Safari. */
const FORMATS = [
  "audio/webm;codecs=opus",
  "audio/mp4;codecs=mp4a.40.2",
  "audio/mp4",
  "audio/ogg;codecs=opus",
];

/** The first format that this browser records, or undefined to let it choose. */
export function recordingFormat(
  isSupported: (type: string) => boolean = (type) => MediaRecorder.isTypeSupported(type),
): string | undefined {
  return FORMATS.find(isSupported);
}

export type SegmentEvents = {
  onSlice: (bytes: Blob) => void;
  /** After the last slice. `unasked` when the stream ended by itself. */
  onEnd: (end: { atMs: number; unasked: boolean }) => void;
};

export class SegmentRecorder {
  readonly #recorder: MediaRecorder;
  readonly #stopped: Promise<void>;
  #stopAskedAtMs: number | undefined;

  /** Taken at the call of start(): the "start" event comes 50 to 60 ms later in Chromium. */
  readonly start: RecorderStart;
  /** Resolves when the browser really records. */
  readonly started: Promise<void>;

  constructor(stream: MediaStream, events: SegmentEvents) {
    this.#recorder = new MediaRecorder(stream, {
      mimeType: recordingFormat(),
      audioBitsPerSecond: BITS_PER_SECOND,
    });
    const recorder = this.#recorder;
    this.started = new Promise((resolve, reject) => {
      recorder.onstart = () => resolve();
      recorder.onerror = () => reject(new Error("The browser's recorder failed."));
    });
    // Nobody may be waiting for it; the end of the segment tells the rest.
    this.started.catch(() => undefined);
    recorder.ondataavailable = ({ data }) => {
      if (data.size > 0) events.onSlice(data);
    };
    this.#stopped = new Promise((resolve) => {
      recorder.onstop = () => {
        const asked = this.#stopAskedAtMs;
        events.onEnd({ atMs: asked ?? performance.now(), unasked: asked === undefined });
        resolve();
      };
    });
    this.start = readStart(stream);
    recorder.start(SLICE_MS);
  }

  /** From performance.now(). */
  get startedAtMs(): number {
    return this.start.atMs;
  }

  get mimeType(): string {
    return this.#recorder.mimeType;
  }

  /** Ends the file. Resolves when the last slice has been handed over. */
  stop(): Promise<void> {
    if (this.#recorder.state !== "inactive" && this.#stopAskedAtMs === undefined) {
      this.#stopAskedAtMs = performance.now();
      this.#recorder.stop();
    }
    return this.#stopped;
  }
}
