// Has the model ready when the first piece of audio comes: finds the file, downloads it once, loads it once.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DownloadError, downloadFile, type DownloadProgress } from "./download.ts";
import { defaultModelsUrl, modelByName, speechModels, type SpeechModel } from "./models.ts";
import { loadRecognizer, type Recognizer } from "./whisper.ts";

export type ModelState =
  | { status: "not_loaded" }
  | ({ status: "downloading" } & DownloadProgress)
  | { status: "loading" }
  | { status: "ready" }
  | { status: "failed"; code: "unreachable" | "refused" | "damaged" | "unusable"; message: string };

export type ModelStoreOptions = {
  /** A model's name or the path of a ggml file. */
  model: string;
  /** Where downloaded models are kept. */
  folder: string;
  threads: number;
  /** Where models come from, without the file's name. */
  modelsUrl?: string;
};

/** The model cannot be used now; `state` says why in words for the person who waits. */
export class ModelNotReady extends Error {
  readonly state: ModelState;
  constructor(state: ModelState, message: string) {
    super(message);
    this.name = "ModelNotReady";
    this.state = state;
  }
}

export class ModelStore {
  readonly #options: ModelStoreOptions;
  readonly #known: SpeechModel | undefined;
  #state: ModelState = { status: "not_loaded" };
  #recognizer: Recognizer | undefined;
  #preparing: Promise<void> | undefined;
  readonly #stop = new AbortController();

  /** @throws when `model` is neither a known name nor an existing file. */
  constructor(options: ModelStoreOptions) {
    this.#options = options;
    this.#known = modelByName(options.model);
    if (!this.#known && !existsSync(options.model)) {
      const names = speechModels.map((model) => model.name).join(", ");
      throw new Error(
        `"${options.model}" is neither a file nor a model that is known here. Known models: ${names}.`,
      );
    }
  }

  get state(): ModelState {
    return this.#state;
  }

  /** What `/v1/models` and the transcripts call it. */
  get name(): string {
    return this.#known?.name ?? this.#options.model;
  }

  /**
   * The loaded model, or a ModelNotReady that says how far it is. Never waits for a download:
   * the caller is told at once and comes back.
   */
  recognizer(): Recognizer {
    if (this.#recognizer) return this.#recognizer;
    if (this.#state.status === "failed") {
      // Said once to whoever asks first; who asks again after that wants another try.
      const failed = this.#state;
      this.#state = { status: "not_loaded" };
      throw new ModelNotReady(failed, describe(failed, this.name));
    }
    this.#preparing ??= this.#prepare().finally(() => (this.#preparing = undefined));
    // A model that is on the disk is loaded by now: its preparation has no step to wait for.
    const loaded = this.#recognizer as Recognizer | undefined;
    if (loaded) return loaded;
    throw new ModelNotReady(this.#state, describe(this.#state, this.name));
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error("The speech server is stopping."));
    await this.#preparing;
    await this.#recognizer?.release();
  }

  async #prepare(): Promise<void> {
    try {
      if (!existsSync(this.#file)) await this.#download();
      this.#state = { status: "loading" };
      this.#recognizer = loadRecognizer(this.#file, this.#options.threads);
      this.#state = { status: "ready" };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof DownloadError ? error.code : "unusable";
      this.#state = { status: "failed", code, message };
    }
  }

  async #download(): Promise<void> {
    if (!this.#known) throw new Error(`The file ${this.#options.model} is gone.`);
    const { fileName, sha1, sizeBytes } = this.#known;
    this.#state = { status: "downloading", receivedBytes: 0, totalBytes: sizeBytes };
    await downloadFile({
      url: `${this.#options.modelsUrl ?? defaultModelsUrl}/${fileName}`,
      file: this.#file,
      sha1,
      sizeBytes,
      signal: this.#stop.signal,
      onProgress: (progress) => (this.#state = { status: "downloading", ...progress }),
    });
  }

  get #file(): string {
    return this.#known
      ? join(this.#options.folder, this.#known.fileName)
      : this.#options.model;
  }
}

function describe(state: ModelState, model: string): string {
  switch (state.status) {
    case "downloading": {
      const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);
      const percent = Math.floor((100 * state.receivedBytes) / Math.max(1, state.totalBytes));
      return `The speech model ${model} is being downloaded: ${percent} % of ${megabytes(state.totalBytes)} MB.`;
    }
    case "failed":
      return state.code === "unusable"
        ? `The speech model ${model} can't be used: ${state.message}`
        : `The speech model ${model} could not be downloaded: ${state.message} Connect this machine to the internet, or set LECTERN_SPEECH_MODEL to the path of a whisper.cpp model file, and try again.`;
    case "not_loaded":
    case "loading":
    case "ready":
      return `The speech model ${model} is being loaded.`;
  }
}
