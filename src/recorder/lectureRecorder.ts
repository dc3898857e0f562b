/**
 * The recorder as a page sees it: a microphone, a big button, and the truth about what is being kept. Plain state and
 * events; whatever happens to the microphone, what was recorded so far is already on the disk.
 */
import type { LevelHistory } from "./capture/levelHistory.ts";
import {
  lectureHallMicrophone,
  MicrophoneError,
  type MicrophoneChoice,
} from "./capture/microphone.ts";
import { MicrophoneInUse } from "./capture/microphoneInUse.ts";
import { RecordingClock } from "./capture/recordingClock.ts";
import { RecordingSession } from "./capture/recordingSession.ts";
import type { SegmenterLimits } from "./capture/segmenter.ts";
import { askToKeepStorage, storageProblem } from "./capture/storageRoom.ts";
import { WakeLock } from "./capture/wakeLock.ts";
import { holdsAudio } from "./outbox/interrupted.ts";
import type { Problem } from "./outbox/ledger.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { LectureAdditions } from "./lectureAdditions.ts";
import { prepareRecording, type Mark, type RecordingTarget } from "./prepareRecording.ts";
import {
  microphoneLost,
  nothingRecorded,
  troubleWithStorage,
  whyItCannotStart,
} from "./recorderProblems.ts";
import type { RecorderSnapshot } from "./recorderSnapshot.ts";
import { uniqueKey } from "./uniqueKey.ts";

export type { RecorderSnapshot } from "./recorderSnapshot.ts";

const STORAGE_CHECK_INTERVAL_MS = 30_000;

type Problems = {
  storage?: Problem;
  microphone?: Problem;
  action?: Problem;
  addition?: Problem;
  room?: Problem;
};

export class LectureRecorder {
  readonly levels: LevelHistory;
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
  readonly #microphone: MicrophoneInUse;
  #session: RecordingSession | undefined;
  #additions: LectureAdditions | undefined;
  /** A start or a going on is under way: a second press changes nothing. */
  #isStarting = false;
  /** Settles when the last pause is on the disk and its microphone closed. */
  #pausing: Promise<void> | undefined;
  #clock = new RecordingClock(0);
  #releaseRecordingLock: (() => void) | undefined;
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
    this.#microphone = new MicrophoneInUse({
      onLevel: (level) => this.#session?.hear(level),
      onLook: (nowMs) => this.#session?.tick(nowMs),
      onProblem: (problem) => this.#setProblem("microphone", problem),
      onLabel: (microphoneLabel) => this.#show({ microphoneLabel }),
      onEnded: () => {
        // While recording, the recorder itself says so, after its last data.
        if (this.#snapshot.status === "listening") void this.#lostMicrophone();
      },
    });
    this.levels = this.#microphone.levels;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): RecorderSnapshot => this.#snapshot;

  /** The lecture's clock. It stands still when nothing is heard: never a running clock over a dead microphone. */
  clockMs(): number {
    return this.#clock.at(this.#microphone.heardUntilMs());
  }

  /** Opens the microphone and shows how loud it is; nothing is kept yet. */
  async listen(microphone: MicrophoneChoice = this.#snapshot.microphone): Promise<boolean> {
    if (this.#snapshot.status !== "idle" && this.#snapshot.status !== "listening") {
      return this.changeMicrophone(microphone);
    }
    this.#show({ status: "opening", microphone });
    const opened = await this.#open(microphone);
    opened?.closeReplaced();
    this.#show({ status: opened ? "listening" : "idle" });
    return opened !== undefined;
  }

  /** Which microphone the next recording uses; nothing is opened. */
  chooseMicrophone(microphone: MicrophoneChoice): void {
    this.#show({ microphone });
  }

  /** Closes the microphone, unless it is recording. */
  stopListening(): void {
    if (this.#snapshot.status !== "listening") return;
    this.#microphone.close();
    this.#setProblem("microphone", undefined);
    this.#show({ status: "idle" });
  }

  /** Records from another microphone from now on, without a gap when the old one still works. */
  async changeMicrophone(microphone: MicrophoneChoice): Promise<boolean> {
    const { status } = this.#snapshot;
    this.#show({ microphone });
    if (status === "paused") {
      this.#microphone.close();
      return true;
    }
    if (status === "interrupted") return this.resume();
    const opened = await this.#open(microphone);
    if (!opened) return false;
    // The old microphone is recording until the handover to the new one is done.
    if (status === "recording") await this.#session?.switchTo(opened.stream);
    opened.closeReplaced();
    return true;
  }

  /** Begins to record. Returns false, with the reason among the problems, when it cannot. */
  start(target: RecordingTarget = { kind: "new" }): Promise<boolean> {
    return this.#once(() => this.#start(target));
  }

  async #start(target: RecordingTarget): Promise<boolean> {
    const { status } = this.#snapshot;
    if (status !== "idle" && status !== "listening") return false;
    this.#setProblem("action", undefined);
    const stream = this.#microphone.stream ?? (await this.#openForStart());
    if (!stream) return false;
    const lecture = await prepareRecording(this.#outbox, target).catch((error: unknown) => {
      this.#ended();
      this.#setProblem("action", whyItCannotStart(error));
      return undefined;
    });
    if (!lecture) return false;
    this.#releaseRecordingLock = lecture.release;
    const { clientKey, session } = lecture;
    this.#additions = new LectureAdditions(this.#outbox, lecture, {
      onMarks: (marks) => this.#show({ marks }),
      onProblem: (problem) => this.#setProblem("addition", problem),
    });
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
    this.#microphone.expectData(false);
    this.#show({ status: "paused" });
    this.#pausing = this.#pause();
    await this.#pausing;
  }

  async #pause(): Promise<void> {
    await this.#session?.pause();
    // Nobody wants the red dot of an open microphone during a break.
    this.#microphone.close();
    this.#setProblem("microphone", undefined);
  }

  resume(): Promise<boolean> {
    return this.#once(() => this.#resume());
  }

  async #resume(): Promise<boolean> {
    const { status } = this.#snapshot;
    if (status !== "paused" && status !== "interrupted") return false;
    await this.#pausing;
    const opened = await this.#open(this.#snapshot.microphone);
    if (!opened || !this.#session) return false;
    try {
      await this.#session.start(opened.stream);
    } catch (error) {
      this.#microphone.close();
      this.#setProblem("action", whyItCannotStart(error));
      return false;
    }
    this.#setProblem("action", undefined);
    this.#began();
    this.#show({ status: "recording" });
    return true;
  }

  /** Ends the recording. Everything is on the disk when this resolves; the uploader does the rest. */
  async stop(): Promise<{ clientKey: string; kept: boolean } | undefined> {
    const { lecture, status } = this.#snapshot;
    if (!lecture || status === "finishing") return undefined;
    this.#microphone.expectData(false);
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
    this.#microphone.expectData(false);
    this.#show({ status: "finishing" });
    await this.#session?.pause();
    await this.#outbox.discard(lecture.clientKey);
    this.#ended();
  }

  /** Notes this moment as important. Undefined, with the reason among the problems, when there are too many. */
  async addMark(note?: string): Promise<Mark | undefined> {
    if (!this.#additions) return undefined;
    const mark: Mark = { markKey: uniqueKey(), atMs: this.clockMs(), note };
    return (await this.#additions.addMark(mark)) ? mark : undefined;
  }

  async noteMark(markKey: string, note: string | undefined): Promise<void> {
    await this.#additions?.noteMark(markKey, note);
  }

  async removeMark(markKey: string): Promise<void> {
    await this.#additions?.removeMark(markKey);
  }

  async setDetails(details: { title?: string; course?: string }): Promise<void> {
    const { lecture } = this.#snapshot;
    if (!lecture) return;
    this.#show({ lecture: { ...lecture, ...details } });
    await this.#additions?.setDetails(details);
  }

  dismissNotice(): void {
    this.#setProblem("action", undefined);
    this.#show({ notice: undefined });
  }

  /** Two presses in a row must not make two recordings of one moment. */
  async #once(begin: () => Promise<boolean>): Promise<boolean> {
    if (this.#isStarting) return false;
    this.#isStarting = true;
    try {
      return await begin();
    } finally {
      this.#isStarting = false;
    }
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
    const opened = await this.#open(this.#snapshot.microphone);
    if (!opened) this.#show({ status: "idle" });
    return opened?.stream;
  }

  /** Undefined, with the reason among the problems, when it can't be opened. */
  async #open(
    microphone: MicrophoneChoice,
  ): Promise<{ stream: MediaStream; closeReplaced: () => void } | undefined> {
    try {
      return await this.#microphone.open(microphone);
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      this.#setProblem("microphone", error.problem);
      return undefined;
    }
  }

  #countSlice(sizeBytes: number): void {
    this.#microphone.dataCame();
    this.#show({ recordedBytes: this.#snapshot.recordedBytes + sizeBytes });
  }

  /** The microphone is gone. Another one may be there: a lecture is worth going on with a worse microphone. */
  async #lostMicrophone(): Promise<void> {
    const lost = this.#snapshot.microphoneLabel || "The microphone";
    const wasRecording = this.#session !== undefined;
    this.#microphone.expectData(false);
    this.#microphone.close();
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
    this.#setProblem("microphone", microphoneLost(lost, wasRecording));
  }

  #began(): void {
    this.#microphone.expectData(true);
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
    this.#additions = undefined;
    this.#microphone.close();
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

  #setProblem(place: keyof Problems, problem: Problem | undefined): void {
    if (this.#problems[place]?.message === problem?.message) return;
    this.#problems = { ...this.#problems, [place]: problem };
    const { storage, microphone, action, addition, room } = this.#problems;
    const problems = [storage, microphone, action, addition, room].filter(
      (each) => each !== undefined,
    );
    this.#show({ problems });
  }

  #show(change: Partial<RecorderSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
