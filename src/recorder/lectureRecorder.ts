/**
 * The recorder as a page sees it: a microphone, a big button, and the truth about what is being kept. Plain state and
 * events; whatever happens to the microphone, what was recorded so far is already on the disk.
 */
import { LevelHistory } from "./capture/levelHistory.ts";
import { measureLevels, type Level } from "./capture/levelMeter.ts";
import {
  lectureHallMicrophone,
  MicrophoneError,
  openMicrophone,
  whyRecordingIsImpossible,
  type MicrophoneChoice,
} from "./capture/microphone.ts";
import { microphoneProblem, zeroSince, type Heartbeat } from "./capture/microphoneWatch.ts";
import { RecordingClock } from "./capture/recordingClock.ts";
import { RecordingSession } from "./capture/recordingSession.ts";
import type { SegmenterLimits } from "./capture/segmenter.ts";
import { askToKeepStorage, storageProblem } from "./capture/storageRoom.ts";
import { WakeLock } from "./capture/wakeLock.ts";
import { holdsAudio } from "./outbox/interrupted.ts";
import type { Problem } from "./outbox/ledger.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { prepareRecording, type Mark, type RecordingTarget } from "./prepareRecording.ts";
import { nothingRecorded, troubleWithStorage, whyItCannotStart } from "./recorderProblems.ts";
import { uniqueKey } from "./uniqueKey.ts";

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

const WATCH_INTERVAL_MS = 500;
const STORAGE_CHECK_INTERVAL_MS = 30_000;

type Problems = { microphone?: Problem; storage?: Problem; room?: Problem; action?: Problem };

export class LectureRecorder {
  readonly levels = new LevelHistory();
  readonly #outbox: Outbox;
  readonly #limits: SegmenterLimits | undefined;
  readonly #wakeLock: WakeLock;
  readonly #listeners = new Set<() => void>();

  #snapshot: RecorderSnapshot = {
    status: "idle",
    microphone: lectureHallMicrophone,
    marks: [],
    recordedBytes: 0,
    problems: [],
    screenKeptAwake: false,
  };
  #problems: Problems = {};
  #stream: MediaStream | undefined;
  #stopMeasuring: (() => void) | undefined;
  #session: RecordingSession | undefined;
  #clock = new RecordingClock(0);
  #releaseRecordingLock: (() => void) | undefined;
  #heartbeat: Heartbeat = {
    lastLevelAtMs: 0,
    lastDataAtMs: 0,
    zeroSinceMs: undefined,
    muted: false,
    recording: false,
  };
  #watch: ReturnType<typeof setInterval> | undefined;
  #storageCheck: ReturnType<typeof setInterval> | undefined;

  constructor(
    outbox: Outbox,
    options: { limits?: SegmenterLimits; microphone?: MicrophoneChoice } = {},
  ) {
    const { limits, microphone = lectureHallMicrophone } = options;
    this.#outbox = outbox;
    this.#limits = limits;
    this.#snapshot = { ...this.#snapshot, microphone };
    this.#wakeLock = new WakeLock((screenKeptAwake) => this.#show({ screenKeptAwake }));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): RecorderSnapshot => this.#snapshot;

  /** The lecture's clock. It stands still when nothing is heard: never a running clock over a dead microphone. */
  clockMs(): number {
    const { lastDataAtMs, recording } = this.#heartbeat;
    const now = performance.now();
    const hearing = !recording || (now - lastDataAtMs < 3_000 && !this.#heartbeat.muted);
    return this.#clock.at(hearing ? now : Math.min(now, lastDataAtMs));
  }

  /** Opens the microphone and shows how loud it is; nothing is kept yet. */
  async listen(microphone: MicrophoneChoice = this.#snapshot.microphone): Promise<boolean> {
    if (this.#snapshot.status !== "idle" && this.#snapshot.status !== "listening") {
      return this.changeMicrophone(microphone);
    }
    this.#show({ status: "opening", microphone });
    const stream = await this.#open(microphone);
    this.#show({ status: stream ? "listening" : "idle" });
    return stream !== undefined;
  }

  /** Which microphone the next recording uses; nothing is opened. */
  chooseMicrophone(microphone: MicrophoneChoice): void {
    this.#show({ microphone });
  }

  /** Closes the microphone, unless it is recording. */
  stopListening(): void {
    if (this.#snapshot.status !== "listening") return;
    this.#closeMicrophone();
    this.#setProblem("microphone", undefined);
    this.#show({ status: "idle" });
  }

  /** Records from another microphone from now on, without a gap when the old one still works. */
  async changeMicrophone(microphone: MicrophoneChoice): Promise<boolean> {
    const { status } = this.#snapshot;
    this.#show({ microphone });
    if (status === "paused") {
      this.#closeMicrophone();
      return true;
    }
    if (status === "interrupted") return this.resume();
    const stream = await this.#open(microphone);
    if (!stream) return false;
    if (status === "recording") await this.#session?.switchTo(stream);
    return true;
  }

  /** Begins to record. Returns false, with the reason among the problems, when it cannot. */
  async start(target: RecordingTarget = { kind: "new" }): Promise<boolean> {
    const { status } = this.#snapshot;
    if (status !== "idle" && status !== "listening") return false;
    this.#setProblem("action", undefined);
    const stream = this.#stream ?? (await this.#openForStart());
    if (!stream) return false;
    const lecture = await prepareRecording(this.#outbox, target).catch((error: unknown) => {
      this.#ended();
      this.#setProblem("action", whyItCannotStart(error));
      return undefined;
    });
    if (!lecture) return false;
    this.#releaseRecordingLock = lecture.release;
    const { clientKey, session } = lecture;
    this.#clock = new RecordingClock(lecture.startMs);
    this.#session = new RecordingSession({
      outbox: this.#outbox,
      clientKey,
      session,
      firstIndex: lecture.nextIndex,
      clock: this.#clock,
      limits: this.#limits,
      onSlice: (sizeBytes) => this.#countSlice(sizeBytes),
      onLost: () => void this.#lostMicrophone(),
      onTrouble: (trouble) => this.#setProblem("storage", troubleWithStorage(trouble)),
    });
    try {
      await this.#session.start(stream);
    } catch (error) {
      return this.#failedToStart(clientKey, error);
    }
    this.#began();
    const { title, course } = lecture;
    this.#show({
      status: "recording",
      lecture: { clientKey, title, course, startedAtMs: Date.now() },
      marks: lecture.marks,
      recordedBytes: 0,
      notice: undefined,
    });
    void askToKeepStorage();
    return true;
  }

  async pause(): Promise<void> {
    if (this.#snapshot.status !== "recording") return;
    this.#heartbeat.recording = false;
    this.#show({ status: "paused" });
    await this.#session?.pause();
    // Nobody wants the red dot of an open microphone during a break.
    this.#closeMicrophone();
    this.#setProblem("microphone", undefined);
  }

  async resume(): Promise<boolean> {
    const { status } = this.#snapshot;
    if (status !== "paused" && status !== "interrupted") return false;
    const stream = await this.#open(this.#snapshot.microphone);
    if (!stream || !this.#session) return false;
    await this.#session.start(stream);
    this.#began();
    this.#show({ status: "recording" });
    return true;
  }

  /** Ends the recording. Everything is on the disk when this resolves; the uploader does the rest. */
  async stop(): Promise<{ clientKey: string; kept: boolean } | undefined> {
    const { lecture, status } = this.#snapshot;
    if (!lecture || status === "finishing") return undefined;
    this.#heartbeat.recording = false;
    this.#show({ status: "finishing" });
    await this.#session?.pause();
    const { clientKey } = lecture;
    const kept = await holdsAudio(this.#outbox, clientKey);
    if (kept) await this.#outbox.updateLecture(clientKey, { intake: "complete" });
    else await this.#outbox.discard(clientKey);
    this.#ended();
    if (!kept) this.#setProblem("action", nothingRecorded);
    return { clientKey, kept };
  }

  /** Throws the running recording away. */
  async discard(): Promise<void> {
    const { lecture, status } = this.#snapshot;
    if (!lecture || status === "finishing") return;
    this.#heartbeat.recording = false;
    this.#show({ status: "finishing" });
    await this.#session?.pause();
    await this.#outbox.discard(lecture.clientKey);
    this.#ended();
  }

  /** Notes this moment as important. */
  async addMark(note?: string): Promise<Mark | undefined> {
    const { lecture } = this.#snapshot;
    if (!lecture) return undefined;
    const mark: Mark = { markKey: uniqueKey(), atMs: this.clockMs(), note };
    this.#show({ marks: [...this.#snapshot.marks, mark] });
    await this.#outbox.putMark({ clientKey: lecture.clientKey, ...mark, status: "waiting" });
    return mark;
  }

  async noteMark(markKey: string, note: string | undefined): Promise<void> {
    await this.#reviseMark(markKey, (mark) => ({ ...mark, note }), "waiting");
  }

  async removeMark(markKey: string): Promise<void> {
    await this.#reviseMark(markKey, () => undefined, "removing");
  }

  async setDetails(details: { title?: string; course?: string }): Promise<void> {
    const { lecture } = this.#snapshot;
    if (!lecture) return;
    this.#show({ lecture: { ...lecture, ...details } });
    const stored = await this.#outbox.lecture(lecture.clientKey);
    await this.#outbox.updateLecture(lecture.clientKey, {
      ...details,
      detailsChanged: stored?.createTried ?? false,
    });
  }

  dismissNotice(): void {
    this.#setProblem("action", undefined);
    this.#show({ notice: undefined });
  }

  /** The browser's recorder refused the stream: nothing half made stays behind. */
  async #failedToStart(clientKey: string, error: unknown): Promise<false> {
    if (!(await holdsAudio(this.#outbox, clientKey))) await this.#outbox.discard(clientKey);
    this.#ended();
    this.#setProblem("action", whyItCannotStart(error));
    return false;
  }

  async #openForStart(): Promise<MediaStream | undefined> {
    this.#show({ status: "opening" });
    const stream = await this.#open(this.#snapshot.microphone);
    if (!stream) this.#show({ status: "idle" });
    return stream;
  }

  /** Opens a microphone and puts it in the place of the one before, which stays open when this fails. */
  async #open(microphone: MicrophoneChoice): Promise<MediaStream | undefined> {
    const impossible = whyRecordingIsImpossible();
    if (impossible) {
      this.#setProblem("microphone", impossible);
      return undefined;
    }
    let stream: MediaStream;
    try {
      stream = await openMicrophone(microphone);
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      this.#setProblem("microphone", error.problem);
      return undefined;
    }
    const before = this.#stream;
    const stopMeasuringBefore = this.#stopMeasuring;
    this.#stream = stream;
    this.#watchTrack(stream);
    this.#stopMeasuring = await measureLevels(stream, (level) => this.#hear(stream, level));
    stopMeasuringBefore?.();
    // The old microphone is still recording until the handover to the new one is done.
    if (before) setTimeout(() => stopTracks(before), this.#session ? 2_000 : 0);
    return stream;
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
    track.onended = () => {
      // While recording, the recorder itself says so, after its last data.
      if (isCurrent() && this.#snapshot.status === "listening") void this.#lostMicrophone();
    };
    this.#show({ microphoneLabel: track.label });
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
    this.#session?.hear(level);
  }

  #countSlice(sizeBytes: number): void {
    this.#heartbeat.lastDataAtMs = performance.now();
    this.#show({ recordedBytes: this.#snapshot.recordedBytes + sizeBytes });
  }

  /** The regular look at whether sound still comes. */
  #look(): void {
    const now = performance.now();
    if (!this.#stream) return;
    this.#setProblem("microphone", microphoneProblem(this.#heartbeat, now));
    this.#session?.tick(now);
  }

  /** The microphone is gone. Another one may be there: a lecture is worth going on with a worse microphone. */
  async #lostMicrophone(): Promise<void> {
    const lost = this.#snapshot.microphoneLabel || "The microphone";
    const wasRecording = this.#session !== undefined;
    this.#heartbeat.recording = false;
    this.#closeMicrophone();
    this.#show({ status: wasRecording ? "interrupted" : "idle" });
    const microphone = { ...this.#snapshot.microphone, deviceId: undefined };
    this.#show({ microphone });
    const goesOn = wasRecording ? await this.resume() : await this.listen(microphone);
    if (goesOn) {
      this.#show({
        notice: `${lost} was unplugged or switched off. Going on with ${this.#snapshot.microphoneLabel ?? "another microphone"}.`,
      });
      return;
    }
    this.#setProblem("microphone", {
      code: "microphone_lost",
      message: wasRecording
        ? `${lost} was unplugged or switched off. Everything up to now is kept. Plug it in again or choose another one, then press Resume.`
        : `${lost} was unplugged or switched off. Plug it in again or choose another one.`,
    });
  }

  #began(): void {
    const now = performance.now();
    this.#heartbeat = { ...this.#heartbeat, recording: true, lastDataAtMs: now };
    this.#wakeLock.hold();
    this.#storageCheck ??= setInterval(() => void this.#checkRoom(), STORAGE_CHECK_INTERVAL_MS);
    void this.#checkRoom();
  }

  async #checkRoom(): Promise<void> {
    this.#setProblem("room", await storageProblem());
  }

  #ended(): void {
    clearInterval(this.#storageCheck);
    this.#storageCheck = undefined;
    this.#session = undefined;
    this.#closeMicrophone();
    this.#wakeLock.release();
    this.#releaseRecordingLock?.();
    this.#problems = {};
    this.#show({
      status: "idle",
      lecture: undefined,
      marks: [],
      notice: undefined,
      problems: [],
      screenKeptAwake: false,
    });
  }

  #closeMicrophone(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#stopMeasuring?.();
    this.#stopMeasuring = undefined;
    if (this.#stream) stopTracks(this.#stream);
    this.#stream = undefined;
    this.levels.clear();
    this.#show({ microphoneLabel: undefined });
  }

  async #reviseMark(
    markKey: string,
    change: (mark: Mark) => Mark | undefined,
    status: "waiting" | "removing",
  ): Promise<void> {
    const { lecture, marks } = this.#snapshot;
    const before = marks.find((mark) => mark.markKey === markKey);
    if (!lecture || !before) return;
    const after = change(before);
    this.#show({
      marks: marks.flatMap((mark) => (mark === before ? (after ? [after] : []) : [mark])),
    });
    const { clientKey } = lecture;
    await this.#outbox.putMark({ clientKey, ...(after ?? before), status });
  }

  #setProblem(place: keyof Problems, problem: Problem | undefined): void {
    if (this.#problems[place]?.message === problem?.message) return;
    this.#problems = { ...this.#problems, [place]: problem };
    const { storage, microphone, action, room } = this.#problems;
    const problems = [storage, microphone, action, room].filter((each) => each !== undefined);
    this.#show({ problems });
  }

  #show(change: Partial<RecorderSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
