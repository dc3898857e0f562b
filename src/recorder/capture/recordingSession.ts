/**
 * One recording session: a chain of segments on one clock. Each segment is a file of its own; where two meet, both
 * record for a moment, in a pause of the speaker when there is one.
 */
import type { Outbox } from "../outbox/outbox.ts";
import { PauseDetector } from "./pauseDetector.ts";
import type { Level } from "./levelMeter.ts";
import type { RecordingClock } from "./recordingClock.ts";
import { SegmentRecorder } from "./segmentRecorder.ts";
import { SegmentWriter, type StorageTrouble } from "./segmentWriter.ts";
import { segmenterLimits, shouldHandOver, type SegmenterLimits } from "./segmenter.ts";
import { SoundClock } from "./soundClock.ts";
import { SoundMeter } from "../soundMeter.ts";

/** A new recorder that has not started by then will not; the old one goes on meanwhile. */
const START_TIMEOUT_MS = 3_000;
const HANDOVER_RETRY_MS = 10_000;

export type SessionOptions = {
  outbox: Outbox;
  clientKey: string;
  session: number;
  firstIndex: number;
  clock: RecordingClock;
  limits?: SegmenterLimits;
  onSlice?: (sizeBytes: number) => void;
  /** The stream ended by itself: everything up to now is stored, nothing more comes. */
  onLost: () => void;
  onTrouble: (trouble: StorageTrouble | undefined) => void;
};

type Segment = {
  recorder: SegmentRecorder;
  writer: SegmentWriter;
  meter: SoundMeter;
  overlapMs: number;
  takenBack: boolean;
  /** Resolves when the piece is closed on the disk. */
  ended: Promise<void>;
};

export class RecordingSession {
  readonly #options: SessionOptions;
  readonly #limits: SegmenterLimits;
  #pauses = new PauseDetector();
  readonly #soundClock = new SoundClock();
  #stream: MediaStream | undefined;
  #current: Segment | undefined;
  /** Those that record just now: two during a handover. */
  readonly #recording = new Set<Segment>();
  #nextIndex: number;
  #handover: Promise<void> | undefined;
  /** Resolves when the last ended segment is closed on the disk: only then its index is used up, or free again. */
  #settled: Promise<void> = Promise.resolve();
  #noHandoverBeforeMs = 0;
  #alarm: { atMs: number; ring: () => void } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#limits = options.limits ?? segmenterLimits;
    this.#nextIndex = options.firstIndex;
  }

  /** Begins, or goes on after a pause. */
  async start(stream: MediaStream): Promise<void> {
    await this.#settled;
    this.#stream = stream;
    this.#current = this.#openSegment(stream);
    this.#options.clock.start(this.#current.recorder.startedAtMs);
  }

  /** Goes on from another microphone without a gap. */
  async switchTo(stream: MediaStream): Promise<void> {
    // The levels that come are those of the new microphone already.
    for (const { meter } of this.#recording) meter.spoil();
    await this.#handover;
    this.#stream = stream;
    this.#pauses = new PauseDetector();
    await this.#handOver();
  }

  /** Ends the current segment; resolves when all of it is on the disk. */
  async pause(): Promise<void> {
    await this.#handover;
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    await current.recorder.stop();
    await current.ended;
  }

  /** Hears how loud it is; this also is the session's heartbeat. */
  hear(level: Level): void {
    this.#pauses.push(level.rms, level.atMs);
    for (const { meter } of this.#recording) meter.push(level.peak, level.durationMs);
    this.tick(level.atMs, this.#pauses.pauseMs);
  }

  /** To be called now and then even when no levels come, so that segments still end. */
  tick(nowMs: number, pauseMs = 0): void {
    if (this.#alarm && nowMs >= this.#alarm.atMs) this.#alarm.ring();
    const current = this.#current;
    if (!current || this.#handover || nowMs < this.#noHandoverBeforeMs) return;
    // A segment without a byte would leave a hole in the numbering; a dead microphone can wait in the same file.
    if (current.writer.writtenBytes === 0) return;
    if (!shouldHandOver(nowMs - current.recorder.startedAtMs, pauseMs, this.#limits)) return;
    void this.#handOver();
  }

  #handOver(): Promise<void> {
    this.#handover = this.#exchange()
      .catch(() => {
        this.#noHandoverBeforeMs = performance.now() + HANDOVER_RETRY_MS;
      })
      .finally(() => {
        this.#handover = undefined;
      });
    return this.#handover;
  }

  async #exchange(): Promise<void> {
    const old = this.#current;
    const stream = this.#stream;
    if (!old || !stream) return;
    const next = this.#openSegment(stream);
    try {
      await within(START_TIMEOUT_MS, next.recorder.started);
      await this.#waitUntil(performance.now() + this.#limits.overlapMs);
      if (this.#current !== old) throw new Error("The microphone went away during the handover.");
    } catch (error) {
      await this.#takeBack(next);
      throw error;
    }
    this.#current = next;
    const oldEndsAtMs = performance.now();
    await old.recorder.stop();
    next.overlapMs = Math.max(0, oldEndsAtMs - next.recorder.startedAtMs);
  }

  /** What a segment recorded in vain is in the older one too. */
  async #takeBack(segment: Segment): Promise<void> {
    segment.takenBack = true;
    await segment.recorder.stop();
    await segment.ended;
  }

  #openSegment(stream: MediaStream): Segment {
    const { outbox, clientKey, session, clock, onSlice, onTrouble } = this.#options;
    const index = this.#nextIndex++;
    let finish: () => void;
    const ended = new Promise<void>((resolve) => (finish = resolve));
    const recorder: SegmentRecorder = new SegmentRecorder(stream, {
      onSlice: (slice) => {
        segment.writer.write(slice);
        onSlice?.(slice.size);
      },
      onEnd: ({ atMs, unasked }) => {
        this.#recording.delete(segment);
        const durationMs = clock.at(atMs) - startedMs;
        if (this.#current === segment || this.#current === undefined) clock.stop(atMs);
        void this.#close(segment, durationMs).then(finish);
        if (unasked && this.#current === segment) this.#lose();
      },
    });
    const startedMs = clock.at(recorder.startedAtMs);
    const writer = new SegmentWriter(
      outbox,
      {
        clientKey,
        index,
        session,
        startMs: clock.at(this.#soundClock.place(recorder.start)),
        overlapMs: 0,
        mimeType: baseType(recorder.mimeType),
      },
      onTrouble,
    );
    const meter = new SoundMeter("microphone");
    const segment: Segment = { recorder, writer, meter, overlapMs: 0, takenBack: false, ended };
    this.#recording.add(segment);
    this.#settled = ended;
    return segment;
  }

  async #close(segment: Segment, durationMs: number): Promise<void> {
    const { writer, meter, overlapMs } = segment;
    const kept = segment.takenBack
      ? await writer.takeBack()
      : await writer.end({ durationMs, overlapMs, sound: meter.sound });
    if (!kept && this.#nextIndex === writer.index + 1) this.#nextIndex = writer.index;
  }

  #lose(): void {
    this.#current = undefined;
    this.#options.onLost();
  }

  /** Rung by the next level after that moment: a hidden page's timers may come a second late, the audio thread does not. */
  #waitUntil(atMs: number): Promise<void> {
    return new Promise((resolve) => {
      const ring = () => {
        clearTimeout(timer);
        this.#alarm = undefined;
        resolve();
      };
      const timer = setTimeout(ring, atMs - performance.now() + 100);
      this.#alarm = { atMs, ring };
    });
  }
}

function baseType(mimeType: string): string {
  return mimeType.split(";")[0]?.trim() || "audio/webm";
}

async function within(timeoutMs: number, event: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("It did not start in time.")), timeoutMs);
  });
  await Promise.race([event, timeout]).finally(() => clearTimeout(timer));
}
