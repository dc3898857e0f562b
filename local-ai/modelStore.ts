// Has the model ready when the first piece of audio comes: finds the file, downloads it once, loads it
// once, and lets go of it when nobody has asked for long.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DownloadError, downloadFile, type DownloadProgress } from "./download.ts";
import { defaultModelsUrl, modelByName, speechModels, type SpeechModel } from "./models.ts";
import type { SpeechEngine } from "./transcribe.ts";
import { loadRecognizer, loadSpeechDetector } from "./whisper.ts";

export type ModelState =
  | { status: "not_loaded" }
  | ({ status: "downloading"; startedAt: number; startedFromBytes: number } & DownloadProgress)
  | { status: "loading" }
  | { status: "ready" }
  | { status: "failed"; failedAt: number; message: string };

export type ModelStoreOptions = {
  /** A model's name or the path of a ggml file. */
  model: string;
  /** Where downloaded models are kept. */
  folder: string;
  threads: number;
  /** Where models come from, without the file's name. */
  modelsUrl?: string;
  /** How long a caller waits for the model before being told to come back. Default 3 s. */
  patienceMs?: number;
  /** After this long without work the model's memory is given back. Default 15 min. */
  idleMs?: number;
};

/** The model cannot be used now; the message is for the person who waits. */
export class ModelNotReady extends Error {
  /** When to come back, or undefined when a person has to do something first. */
  readonly retryAfterSeconds: number | undefined;
  constructor(message: string, retryAfterSeconds: number | undefined) {
    super(message);
    this.name = "ModelNotReady";
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Silero's detector, 885 kB, comes with the program: finding silence needs no download. */
const detectorFile = fileURLToPath(new URL("silero-vad-6.2.0.bin", import.meta.url));
/** A failure is told to everyone who asks within this time; who asks later gets another try. */
const failureHoldsMs = 5000;

export class ModelStore {
  readonly #options: ModelStoreOptions;
  readonly #known: SpeechModel | undefined;
  readonly #stop = new AbortController();
  #state: ModelState = { status: "not_loaded" };
  #engine: SpeechEngine | undefined;
  #preparing: Promise<void> | undefined;
  #inUse = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: ModelStoreOptions) {
    this.#options = options;
    this.#known = modelByName(options.model);
  }

  get state(): ModelState {
    return this.#state;
  }

  /** What `/v1/models` and the transcripts call it. */
  get name(): string {
    return this.#known?.name ?? this.#options.model;
  }

  /** How much of the download is there, 0 to 100; undefined when nothing is being downloaded. */
  get percent(): number | undefined {
    if (this.#state.status !== "downloading") return undefined;
    const { receivedBytes, totalBytes } = this.#state;
    return Math.min(100, Math.floor((100 * receivedBytes) / Math.max(1, totalBytes)));
  }

  /**
   * Sees that the model is loaded or on its way. Waits a moment for it, never for a whole download.
   *
   * @throws ModelNotReady, which says how far it is
   */
  async ready(): Promise<void> {
    const { patienceMs = 3000 } = this.#options;
    const isFreshFailure =
      this.#state.status === "failed" &&
      Date.now() - this.#state.failedAt < failureHoldsMs &&
      !existsSync(this.#file);
    if (!this.#engine && !isFreshFailure) {
      this.#preparing ??= this.#prepare().finally(() => (this.#preparing = undefined));
      const patience = new AbortController();
      const enough = sleep(patienceMs, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([this.#preparing, enough]);
      patience.abort();
    }
    if (!this.#engine) throw this.#notReady();
  }

  /** Runs `work` with the loaded model, which stays loaded meanwhile. @throws ModelNotReady */
  async use<T>(work: (engine: SpeechEngine) => Promise<T>): Promise<T> {
    await this.ready();
    if (!this.#engine) throw this.#notReady();
    this.#inUse += 1;
    clearTimeout(this.#idleTimer);
    try {
      return await work(this.#engine);
    } finally {
      this.#inUse -= 1;
      if (this.#inUse === 0) this.#releaseLater();
    }
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("The speech server is stopping."));
    clearTimeout(this.#idleTimer);
    await this.#preparing;
    await this.#release();
  }

  #releaseLater(): void {
    const { idleMs = 15 * 60_000 } = this.#options;
    this.#idleTimer = setTimeout(() => void this.#release(), idleMs).unref();
  }

  async #release(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    if (!engine) return;
    this.#state = { status: "not_loaded" };
    await Promise.all([engine.recognizer.release(), engine.detector.release()]);
  }

  async #prepare(): Promise<void> {
    try {
      if (!existsSync(this.#file)) await this.#download();
      this.#state = { status: "loading" };
      const { threads } = this.#options;
      this.#engine = {
        recognizer: loadRecognizer(this.#file, threads),
        detector: loadSpeechDetector(detectorFile, threads),
      };
      this.#state = { status: "ready" };
      this.#releaseLater();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message =
        error instanceof DownloadError
          ? `The speech model ${this.name} could not be downloaded: ${reason} ${this.#howToGetIt()}`
          : `${reason} ${howToDoWithout}`;
      this.#state = { status: "failed", failedAt: Date.now(), message };
    }
  }

  async #download(): Promise<void> {
    if (!this.#known) {
      const names = speechModels.map((model) => model.name).join(", ");
      throw new Error(
        `LECTERN_SPEECH_MODEL is "${this.#options.model}", which is neither a file nor a known model (${names}).`,
      );
    }
    const { sha1, sizeBytes } = this.#known;
    const startedAt = Date.now();
    let startedFromBytes: number | undefined;
    const showProgress = (progress: DownloadProgress) => {
      startedFromBytes ??= progress.receivedBytes;
      this.#state = { status: "downloading", startedAt, startedFromBytes, ...progress };
    };
    showProgress({ receivedBytes: 0, totalBytes: sizeBytes });
    startedFromBytes = undefined;
    await downloadFile({
      url: this.#url(this.#known),
      file: this.#file,
      sha1,
      sizeBytes,
      signal: this.#stop.signal,
      onProgress: showProgress,
    });
  }

  #notReady(): ModelNotReady {
    const state = this.#state;
    if (state.status === "failed") return new ModelNotReady(state.message, undefined);
    if (state.status !== "downloading") {
      return new ModelNotReady(`The speech model ${this.name} is being loaded.`, 2);
    }
    const megabytes = Math.round(state.totalBytes / 1_000_000);
    return new ModelNotReady(
      `The speech model ${this.name} is being downloaded, once: ${this.percent ?? 0} % of ${megabytes} MB.`,
      secondsToComeBack(state),
    );
  }

  #howToGetIt(): string {
    const from = this.#known ? this.#url(this.#known) : "";
    return (
      `Connect this machine to the internet and press Retry; or download ${from} elsewhere and put it at ` +
      `${this.#file}; or set LECTERN_SPEECH_MODEL to the path of a whisper.cpp model file and start again. ` +
      "Your audio is kept."
    );
  }

  #url(known: SpeechModel): string {
    return `${this.#options.modelsUrl ?? defaultModelsUrl}/${known.fileName}`;
  }

  get #file(): string {
    return this.#known ? join(this.#options.folder, this.#known.fileName) : this.#options.model;
  }
}

const howToDoWithout =
  "Set LECTERN_SPEECH_MODEL to a known model's name or to the path of a whisper.cpp model file, or " +
  "OPENAI_API_KEY or TRANSCRIPTION_BASE_URL to use a speech-to-text service, and start again. Your audio is kept.";

/** A fifth of the time that is left, so that whoever waits sees it move; 3 to 30 seconds. */
function secondsToComeBack(state: Extract<ModelState, { status: "downloading" }>): number {
  const seconds = Math.max(0.1, (Date.now() - state.startedAt) / 1000);
  const bytesPerSecond = Math.max(1, (state.receivedBytes - state.startedFromBytes) / seconds);
  const left = (state.totalBytes - state.receivedBytes) / bytesPerSecond;
  return Math.round(Math.max(3, Math.min(30, left / 5)));
}
