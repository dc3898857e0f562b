// The two small interfaces to AI: speech to text, and text to notes. The pipeline knows only these.

import type { NotesContent, SectionDraft } from "../../domain/notes.ts";
import type { Segment } from "../../domain/transcript.ts";

export type { Definition, KeyTakeaway, NotesContent, SectionDraft } from "../../domain/notes.ts";

/**
 * What to do about an error of a provider:
 * - `transient`: try again later; it may well work then
 * - `account`: stop everything and ask the person; no piece can succeed before they act
 * - `input`: this piece can't be processed, others can
 * - `output`: the provider answered, but with nothing usable
 */
export type ProviderErrorKind = "transient" | "account" | "input" | "output";

/** An error of a provider, classified, with words for the user and the raw text for the events. */
export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;
  /** For programs, e.g. `rate_limited`, `key_refused`, `timeout`. */
  readonly code: string;
  /** For people: what happened and what to do. */
  readonly userMessage: string;
  /** How long the provider asked us to wait, when it did. */
  readonly retryAfterMs?: number;
  /** What the provider said, cut to a readable length and without secrets. */
  readonly detail: string;

  constructor(fields: {
    kind: ProviderErrorKind;
    code: string;
    userMessage: string;
    detail: string;
    retryAfterMs?: number;
  }) {
    super(`${fields.code}: ${fields.userMessage}`);
    this.name = "ProviderError";
    this.kind = fields.kind;
    this.code = fields.code;
    this.userMessage = fields.userMessage;
    this.detail = fields.detail;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
  }
}

export type TranscriptionRequest = {
  audio: Blob;
  fileName: string;
  mimeType: string;
  durationMs: number;
  /** ISO 639-1, when known. */
  language?: string;
  /** The end of what was said before, so that names and spelling carry over. */
  previousText?: string;
  signal?: AbortSignal;
};

/** Text that was cut because the model made it up, and how that was noticed. */
export type DroppedText = { text: string; reason: string };

export type Transcription = {
  language?: string;
  /** Times count from the beginning of the piece, in order, inside of it. */
  segments: Segment[];
  dropped: DroppedText[];
  /** True when the piece holds no speech at all; then there are no segments. */
  noSpeech: boolean;
  usage: { audioSeconds: number; inputTokens?: number; outputTokens?: number };
};

export interface Transcriber {
  /** Shown to people, e.g. `gpt-transcribe at api.openai.com`. */
  readonly name: string;
  readonly model: string;
  /**
   * Speech to text for one piece of audio. One call, with a timeout that fits the piece's length;
   * trying again is the pipeline's business.
   *
   * @throws ProviderError for everything that can go wrong
   */
  transcribe(request: TranscriptionRequest): Promise<Transcription>;
}

export type WritingUsage = { inputTokens: number; outputTokens: number; calls: number };

/** A moment that the listener marked while recording. */
export type Mark = { atMs: number; note?: string };

export type WindowRequest = {
  /** The window's transcript, seams already joined. */
  segments: Segment[];
  startMs: number;
  endMs: number;
  /** Headings of the windows before this one, so that the story holds together. */
  headingsSoFar: string[];
  language?: string;
  marks?: Mark[];
  signal?: AbortSignal;
};

export type MergeRequest = {
  drafts: SectionDraft[];
  language?: string;
  /** A title that the person gave. It is kept as it is. */
  titleHint?: string;
  signal?: AbortSignal;
};

export interface NotesWriter {
  readonly kind: "model" | "offline";
  readonly name: string;
  readonly promptVersion: string;
  /**
   * Section drafts of one window. A model that answers badly is asked once to repair, then gets
   * smaller windows, then the outline maker writes this window and the draft says so.
   *
   * @throws ProviderError of kind `transient` or `account` only
   */
  writeWindow(request: WindowRequest): Promise<{ draft: SectionDraft; usage: WritingUsage }>;
  /**
   * The finished notes from the drafts alone. Never sees the transcript.
   *
   * @throws ProviderError of kind `transient` or `account` only
   */
  merge(request: MergeRequest): Promise<MergeResult>;
}

export type MergeResult = {
  notes: NotesContent;
  usage: WritingUsage;
  /** Who made the merge; "offline" in a model's lecture means that the model failed here. */
  writer: SectionDraft["writer"];
  /** Why the outline maker stepped in for the model, in words for a reader. */
  fallbackReason?: string;
};

export const NO_WRITING_USAGE: WritingUsage = { inputTokens: 0, outputTokens: 0, calls: 0 };
