/**
 * Drains the outbox: lectures oldest first, pieces in order, two at a time. Everything it does may be done twice, so it
 * can be stopped anywhere, by anything, and started again.
 */
import { ServerProblem, type LectureServer } from "../server.ts";
import { backoffMs } from "./backoff.ts";
import { openTasks, totals, type LectureLedger, type Piece, type Task } from "./ledger.ts";
import type { Outbox } from "./outbox.ts";
import { tryRecordingLock } from "./recordingLock.ts";
import { sha256Hex } from "./sha256.ts";

const LANES = 2;
const DISK_RETRY_MS = 5_000;

export type UploaderSnapshot = {
  /** "waiting": something failed and is tried again at `retryAt`. "signed_out": nothing goes until somebody signs in. */
  status: "stopped" | "idle" | "sending" | "waiting" | "signed_out";
  /** Bytes that have left, by "clientKey index", for the pieces on their way. */
  sending: ReadonlyMap<string, number>;
  retryAt?: number;
  lastFailure?: string;
};

export type UploaderOptions = {
  outbox: Outbox;
  server: LectureServer;
  /**
   * Who is signed in. Nothing is sent while nobody is; lectures of other accounts stay where they are, and one whose
   * owner was not known yet goes to this account.
   */
  accountId: () => string | undefined;
  now?: () => number;
  random?: () => number;
};

type Setback = { failures: number; retryAt: number };

export class Uploader {
  readonly #outbox: Outbox;
  readonly #server: LectureServer;
  readonly #accountId: () => string | undefined;
  readonly #now: () => number;
  readonly #random: () => number;

  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #setbacks = new Map<string, Setback>();
  readonly #listeners = new Set<() => void>();
  #snapshot: UploaderSnapshot = { status: "stopped", sending: new Map() };
  #running = false;
  #signedOut = false;
  #nudge: () => void = () => {};
  #loop: Promise<void> = Promise.resolve();

  constructor(options: UploaderOptions) {
    this.#outbox = options.outbox;
    this.#server = options.server;
    this.#accountId = options.accountId;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): UploaderSnapshot => this.#snapshot;

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const unsubscribe = this.#outbox.subscribe(() => this.#nudge());
    this.#loop = this.#loop.then(() => this.#run()).finally(unsubscribe);
  }

  /** Stops after what is on its way. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#nudge();
    await this.#loop;
    this.#show({ status: "stopped", sending: new Map() });
  }

  /** Something changed for the better (the network is back, somebody signed in): try everything again at once. */
  wake(): void {
    this.#setbacks.clear();
    this.#signedOut = false;
    this.#nudge();
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const nudged = new Promise<"nudged">((resolve) => {
        this.#nudge = () => resolve("nudged");
      });
      const retryAt = await this.#startWhatCanBeDone().catch((error: unknown) => {
        // The disk does not answer; nothing is lost by asking it again.
        this.#show({ ...this.#snapshot, lastFailure: describe(error) });
        return this.#now() + DISK_RETRY_MS;
      });
      this.#showProgress(retryAt);
      await firstOf([nudged, ...this.#inFlight.values()], retryAt && retryAt - this.#now());
    }
    await Promise.allSettled(this.#inFlight.values());
  }

  /** Fills the free lanes. Returns when the earliest failed task may be tried again, if one is waiting. */
  async #startWhatCanBeDone(): Promise<number | undefined> {
    const accountId = this.#accountId();
    if (this.#signedOut || accountId === undefined) return undefined;
    let earliestRetry: number | undefined;
    for (const { clientKey } of await this.#outbox.lectures()) {
      const ledger = await this.#outbox.ledger(clientKey);
      if (!ledger || (ledger.lecture.ownerId ?? accountId) !== accountId) continue;
      for (const task of openTasks(ledger)) {
        if (this.#inFlight.size >= LANES || !this.#running) return earliestRetry;
        if (this.#inFlight.has(task.key)) continue;
        const setback = this.#setbacks.get(task.key);
        if (setback && setback.retryAt > this.#now()) {
          earliestRetry = Math.min(earliestRetry ?? Infinity, setback.retryAt);
          continue;
        }
        this.#start(task, ledger);
      }
    }
    return earliestRetry;
  }

  #start(task: Task, ledger: LectureLedger): void {
    const work = this.#perform(task, ledger)
      .then(() => this.#succeeded(task))
      .catch((error: unknown) => this.#failed(task, error))
      .finally(() => this.#inFlight.delete(task.key));
    this.#inFlight.set(task.key, work);
  }

  async #perform(task: Task, ledger: LectureLedger): Promise<void> {
    switch (task.kind) {
      case "create":
        return this.#create(ledger);
      case "upload":
        return this.#upload(ledger, task.index);
      case "register":
        return this.#register(ledger, task.index);
      case "text":
        return this.#sendText(ledger, task);
      case "mark":
        return this.#sendMark(ledger, task.markKey);
      case "details":
        return this.#sendDetails(ledger);
      case "finish":
        return this.#finish(ledger);
      case "remove":
        await this.#server.removeLecture(idOf(ledger)).catch(goneIsFine);
        return this.#outbox.forget(task.clientKey);
      case "forget":
        return this.#outbox.forget(task.clientKey);
      default:
        return task satisfies never;
    }
  }

  async #create({ lecture }: LectureLedger): Promise<void> {
    const { clientKey, source, title, course, language, recordedAt, fileName } = lecture;
    const ownerId = lecture.ownerId ?? this.#accountId();
    await this.#outbox.updateLecture(clientKey, { createTried: true, ownerId });
    const { lectureId } = await this.#server.createLecture({
      clientKey,
      source,
      title,
      course,
      language,
      recordedAt,
      fileName,
    });
    const now = await this.#outbox.lecture(clientKey);
    const detailsChanged = now?.title !== title || now?.course !== course;
    await this.#outbox.updateLecture(clientKey, { lectureId, detailsChanged });
  }

  async #upload(ledger: LectureLedger, index: number): Promise<void> {
    const { clientKey } = ledger.lecture;
    const piece = pieceOf(ledger, index);
    const bytes = await this.#outbox.bytes(clientKey, index, piece.mimeType);
    const sha256 = piece.sha256 ?? (await sha256Hex(bytes));
    const url = await this.#server.uploadUrl(idOf(ledger));
    const sendingKey = `${clientKey} ${index}`;
    try {
      const { storageId } = await this.#server.uploadBytes(url, bytes, (sentBytes) =>
        this.#showSending(sendingKey, sentBytes),
      );
      await this.#outbox.updatePiece(clientKey, index, { status: "uploaded", storageId, sha256 });
    } finally {
      this.#showSending(sendingKey, undefined);
    }
    const uploaded = await this.#outbox.ledger(clientKey);
    // Thrown away meanwhile: the lecture's removal is the next task.
    if (uploaded?.pieces.some((each) => each.index === index))
      await this.#register(uploaded, index);
  }

  async #register(ledger: LectureLedger, index: number): Promise<void> {
    const { clientKey } = ledger.lecture;
    const piece = pieceOf(ledger, index);
    const { session, overlapMs, sizeBytes, mimeType, sound, storageId, sha256 } = piece;
    if (storageId === undefined || sha256 === undefined) {
      await this.#outbox.updatePiece(clientKey, index, { status: "waiting" });
      return;
    }
    try {
      await this.#server.addChunk({
        lectureId: idOf(ledger),
        index,
        session,
        startMs: Math.round(piece.startMs),
        durationMs: Math.round(piece.durationMs),
        overlapMs: Math.round(overlapMs),
        storageId,
        sizeBytes,
        mimeType,
        sha256,
        sound,
      });
    } catch (error) {
      if (error instanceof ServerProblem && error.kind === "file_missing") {
        await this.#outbox.updatePiece(clientKey, index, {
          status: "waiting",
          storageId: undefined,
        });
      }
      throw error;
    }
    await this.#outbox.confirmPiece(clientKey, index);
  }

  async #sendText(
    ledger: LectureLedger,
    { firstIndex, count }: { firstIndex: number; count: number },
  ): Promise<void> {
    const chunks = ledger.textChunks
      .filter(({ index }) => index >= firstIndex && index < firstIndex + count)
      .map(({ chunk }) => chunk);
    await this.#server.addTranscriptChunks(idOf(ledger), firstIndex, chunks);
    await this.#outbox.confirmTextChunks(ledger.lecture.clientKey, firstIndex, count);
  }

  async #sendMark(ledger: LectureLedger, markKey: string): Promise<void> {
    const mark = ledger.marks.find((each) => each.markKey === markKey);
    if (!mark) return;
    const { atMs, note } = mark;
    if (mark.status === "removing") await this.#server.removeMark(idOf(ledger), markKey);
    else {
      await this.#server
        .addMark(idOf(ledger), { clientKey: markKey, atMs: Math.round(atMs), note })
        .catch((error: unknown) => this.#withoutMark(error));
    }
    await this.#outbox.settleMark(mark);
  }

  /** A mark that the server will never take must not keep the sound from going. */
  #withoutMark(error: unknown): void {
    if (!(error instanceof ServerProblem && error.kind === "refused")) throw error;
    this.#show({ ...this.#snapshot, lastFailure: error.message });
  }

  async #sendDetails(ledger: LectureLedger): Promise<void> {
    const { clientKey, title, course } = ledger.lecture;
    await this.#server.updateDetails(idOf(ledger), { title, course });
    const now = await this.#outbox.lecture(clientKey);
    const detailsChanged = now?.title !== title || now?.course !== course;
    await this.#outbox.updateLecture(clientKey, { detailsChanged });
  }

  /**
   * Tells the server that this was all, and lets go of the lecture here: from now on the server has everything. Nobody
   * may go on recording in it meanwhile, hence the lock.
   */
  async #finish({ lecture: { clientKey } }: LectureLedger): Promise<void> {
    const release = await tryRecordingLock(clientKey);
    if (!release) {
      const message = "A page is still adding to this lecture.";
      throw new ServerProblem("transient", { code: "in_use", message });
    }
    try {
      const ledger = await this.#outbox.ledger(clientKey);
      if (!ledger || openTasks(ledger)[0]?.kind !== "finish") return;
      await this.#server.finish(idOf(ledger), totals(ledger));
      await this.#outbox.forget(clientKey);
    } finally {
      release();
    }
  }

  #succeeded(task: Task): void {
    this.#setbacks.delete(task.key);
  }

  async #failed(task: Task, error: unknown): Promise<void> {
    const problem = error instanceof ServerProblem ? error : undefined;
    switch (problem?.kind) {
      case "signed_out":
        this.#signedOut = true;
        return;
      case "gone":
      case "refused":
        return this.#outbox.setProblem(task.clientKey, problem.problem);
      case "transient":
      case "file_missing":
      case undefined: {
        const failures = (this.#setbacks.get(task.key)?.failures ?? 0) + 1;
        const retryAt = this.#now() + backoffMs(failures, this.#random());
        this.#setbacks.set(task.key, { failures, retryAt });
        this.#show({ ...this.#snapshot, lastFailure: describe(error) });
      }
    }
  }

  #showSending(key: string, sentBytes: number | undefined): void {
    const sending = new Map(this.#snapshot.sending);
    if (sentBytes === undefined) sending.delete(key);
    else sending.set(key, sentBytes);
    this.#show({ ...this.#snapshot, sending });
  }

  #showProgress(retryAt: number | undefined): void {
    const { sending, lastFailure } = this.#snapshot;
    if (this.#signedOut || this.#accountId() === undefined) {
      return this.#show({ status: "signed_out", sending });
    }
    if (this.#inFlight.size > 0) return this.#show({ status: "sending", sending, lastFailure });
    if (retryAt !== undefined)
      return this.#show({ status: "waiting", sending, retryAt, lastFailure });
    this.#show({ status: "idle", sending });
  }

  #show(snapshot: UploaderSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

function idOf({ lecture }: LectureLedger): string {
  if (lecture.lectureId === undefined) throw new Error("The lecture is not on the server yet.");
  return lecture.lectureId;
}

function pieceOf(ledger: LectureLedger, index: number): Piece {
  const piece = ledger.pieces.find((each) => each.index === index);
  if (!piece) throw new Error(`Piece ${index} is not on this device.`);
  return piece;
}

function goneIsFine(error: unknown): void {
  if (!(error instanceof ServerProblem && error.kind === "gone")) throw error;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function firstOf(events: Promise<unknown>[], timeoutMs: number | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout =
    timeoutMs === undefined
      ? []
      : [new Promise((resolve) => (timer = setTimeout(resolve, Math.max(0, timeoutMs))))];
  await Promise.race([...events, ...timeout]);
  clearTimeout(timer);
}
