/** What a page knows of the recorder at one moment. */
import type { MicrophoneChoice } from "./capture/microphone.ts";
import type { Problem } from "./outbox/ledger.ts";
import type { Mark } from "./prepareRecording.ts";

export type RecorderStatus =
  /** No microphone is open. */
  | "idle"
  | "opening"
  /** The microphone is open and heard; nothing is kept. */
  | "listening"
  | "recording"
  | "paused"
  /** The microphone went away in the middle; everything up to then is kept. */
  | "interrupted"
  | "finishing";

export type RecorderSnapshot = {
  status: RecorderStatus;
  microphone: MicrophoneChoice;
  /** What the system calls the open microphone. */
  microphoneLabel?: string;
  lecture?: { clientKey: string; title?: string; course?: string; startedAtMs: number };
  marks: readonly Mark[];
  /** Bytes of this session that the browser's recorder has handed over. */
  recordedBytes: number;
  /** What is wrong, worst first. */
  problems: readonly Problem[];
  /** Something that happened and needs no action, such as a change to another microphone. */
  notice?: string;
  screenKeptAwake: boolean;
};
