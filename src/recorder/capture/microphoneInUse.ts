/** The microphone in use: opened, heard, watched, replaced by another one, closed. Whoever records is told what it does. */
import type { Problem } from "../outbox/ledger.ts";
import { LevelHistory } from "./levelHistory.ts";
import { measureLevels, type Level } from "./levelMeter.ts";
import { openMicrophone, type MicrophoneChoice } from "./microphone.ts";
import { microphoneProblem, zeroSince, type Heartbeat } from "./microphoneWatch.ts";

export type MicrophoneEvents = {
  onLevel: (level: Level) => void;
  /** The regular look, also when no levels come; `nowMs` from performance.now(). */
  onLook: (nowMs: number) => void;
  /** What is wrong with its sound; undefined when nothing is. */
  onProblem: (problem: Problem | undefined) => void;
  /** What the system calls it; undefined when none is open. */
  onLabel: (label: string | undefined) => void;
  /** It ended by itself. */
  onEnded: () => void;
};

const WATCH_INTERVAL_MS = 500;
/** Without recorded data for this long, nothing is being heard. */
const DATA_MISSING_AFTER_MS = 3_000;

export class MicrophoneInUse {
  readonly levels = new LevelHistory();
  readonly #events: MicrophoneEvents;
  #stream: MediaStream | undefined;
  #stopMeasuring: (() => void) | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #heartbeat: Heartbeat = {
    lastLevelAtMs: 0,
    lastDataAtMs: 0,
    zeroSinceMs: undefined,
    muted: false,
    recording: false,
  };

  constructor(events: MicrophoneEvents) {
    this.#events = events;
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /**
   * Opens a microphone in the place of the one before, which stays open if this fails, and otherwise until the caller
   * closes it: it may still be recording.
   * @throws MicrophoneError with a sentence for the person
   */
  async open(
    choice: MicrophoneChoice,
  ): Promise<{ stream: MediaStream; closeReplaced: () => void }> {
    const stream = await openMicrophone(choice);
    const replaced = this.#stream;
    const stopMeasuringReplaced = this.#stopMeasuring;
    this.#stream = stream;
    this.#watchTrack(stream);
    this.#stopMeasuring = await measureLevels(stream, (level) => this.#hear(stream, level));
    stopMeasuringReplaced?.();
    return { stream, closeReplaced: () => replaced && stopTracks(replaced) };
  }

  close(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#stopMeasuring?.();
    this.#stopMeasuring = undefined;
    if (this.#stream) stopTracks(this.#stream);
    this.#stream = undefined;
    this.levels.clear();
    this.#events.onLabel(undefined);
  }

  /** From now on (or no longer) recorded data has to come. */
  expectData(expected: boolean): void {
    this.#heartbeat.recording = expected;
    if (expected) this.#heartbeat.lastDataAtMs = performance.now();
  }

  dataCame(): void {
    this.#heartbeat.lastDataAtMs = performance.now();
  }

  /** Until when something has been heard, from performance.now(): now, unless nothing comes any more. */
  heardUntilMs(): number {
    const { recording, muted, lastDataAtMs } = this.#heartbeat;
    const nowMs = performance.now();
    const isHeard = !recording || (nowMs - lastDataAtMs < DATA_MISSING_AFTER_MS && !muted);
    return isHeard ? nowMs : Math.min(nowMs, lastDataAtMs);
  }

  #watchTrack(stream: MediaStream): void {
    const track = stream.getAudioTracks()[0];
    if (!track) return;
    const now = performance.now();
    this.#heartbeat = {
      ...this.#heartbeat,
      lastLevelAtMs: now,
      lastDataAtMs: now,
      zeroSinceMs: undefined,
      muted: track.muted,
    };
    const isCurrent = () => this.#stream === stream;
    track.onmute = () => isCurrent() && this.#setMuted(true);
    track.onunmute = () => isCurrent() && this.#setMuted(false);
    track.onended = () => isCurrent() && this.#events.onEnded();
    this.#events.onLabel(track.label);
    this.#watch ??= setInterval(() => this.#look(), WATCH_INTERVAL_MS);
    this.#look();
  }

  #setMuted(muted: boolean): void {
    this.#heartbeat.muted = muted;
    this.#look();
  }

  #hear(stream: MediaStream, level: Level): void {
    if (this.#stream !== stream) return;
    this.#heartbeat.lastLevelAtMs = level.atMs;
    const { zeroSinceMs } = this.#heartbeat;
    this.#heartbeat.zeroSinceMs = zeroSince(zeroSinceMs, level.peak, level.atMs);
    this.levels.push(level.peak);
    this.#events.onLevel(level);
  }

  #look(): void {
    if (!this.#stream) return;
    const nowMs = performance.now();
    this.#events.onProblem(microphoneProblem(this.#heartbeat, nowMs));
    this.#events.onLook(nowMs);
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
