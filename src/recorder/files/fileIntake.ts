/**
 * Takes chosen files in: one after the other they are checked, cut and put into the outbox, from where the uploader
 * sends them while the cutting goes on. Closing the page in the middle loses nothing but the file itself, which is
 * asked for again only when the browser no longer has it.
 */
import type { LocalLecture, Problem } from "../outbox/ledger.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { holdRecordingLock, isBeingRecorded } from "../outbox/recordingLock.ts";
import { Cutter, CutFailed, type StartWorker } from "./cutter.ts";
import type { CutPiece } from "./cut.ts";

export type IntakeItem = {
  clientKey: string;
  fileName: string;
  sizeBytes: number;
  status:
    | "queued"
    | "checking"
    | "cutting"
    /** All of it is in the outbox. */
    | "cut"
    /** Interrupted, and the browser no longer has the file. */
    | "needs_file"
    | "failed";
  durationMs?: number;
  cutMs: number;
  problem?: Problem;
};

export type FileDetails = { title?: string; course?: string; ownerId?: string };

/** A larger file is not copied into the browser's storage: should the page be closed, it is asked for again. */
const KEEP_FILES_UP_TO_BYTES = 300_000_000;
const DISK_RETRY_MS = 2_000;

type Job = { item: IntakeItem; file: File; details: FileDetails; resumes: boolean };

export class FileIntake {
  readonly #outbox: Outbox;
  readonly #startWorker: StartWorker;
  readonly #listeners = new Set<() => void>();
  readonly #queue: Job[] = [];
  readonly #dropped = new Set<string>();
  #items: readonly IntakeItem[] = [];
  #working = false;

  constructor(outbox: Outbox, startWorker: StartWorker) {
    this.#outbox = outbox;
    this.#startWorker = startWorker;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): readonly IntakeItem[] => this.#items;

  /** Queues a file. A file that an interrupted intake is waiting for goes on there. */
  add(file: File, details: FileDetails = {}): IntakeItem {
    const waiting = this.#items.find((item) => item.status === "needs_file" && isSame(item, file));
    const item = waiting ?? {
      clientKey: crypto.randomUUID(),
      fileName: file.name,
      sizeBytes: file.size,
      status: "queued" as const,
      cutMs: 0,
    };
    if (waiting) this.#revise(item.clientKey, { status: "queued" });
    else this.#show([...this.#items, item]);
    this.#queue.push({ item, file, details, resumes: waiting !== undefined });
    void this.#work();
    return item;
  }

  /** Takes a line off the list; an unfinished file is thrown away. */
  async remove(clientKey: string): Promise<void> {
    const item = this.#items.find((each) => each.clientKey === clientKey);
    this.#dropped.add(clientKey);
    this.#show(this.#items.filter((each) => each.clientKey !== clientKey));
    if (item && item.status !== "cut") await this.#outbox.discard(clientKey);
  }

  /** Goes on with what an earlier page left behind. Call once at the start. */
  async resume(): Promise<void> {
    for (const lecture of await this.#outbox.lectures()) {
      if (lecture.source !== "file" || lecture.intake !== "open" || lecture.problem) continue;
      if (this.#items.some((item) => item.clientKey === lecture.clientKey)) continue;
      if (await isBeingRecorded(lecture.clientKey)) continue;
      await this.#resumeLecture(lecture);
    }
  }

  async #resumeLecture(lecture: LocalLecture): Promise<void> {
    const { clientKey, fileName = "", file: kept } = lecture;
    const file = await readableFile(await this.#outbox.keptFile(clientKey));
    const item: IntakeItem = {
      clientKey,
      fileName,
      sizeBytes: kept?.sizeBytes ?? 0,
      durationMs: kept?.durationMs,
      status: file ? "queued" : "needs_file",
      cutMs: (await this.#position(clientKey)).startMs,
    };
    this.#show([...this.#items, item]);
    if (!file) return;
    this.#queue.push({ item, file, details: {}, resumes: true });
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      for (let job = this.#queue.shift(); job; job = this.#queue.shift()) {
        if (!this.#dropped.has(job.item.clientKey)) await this.#takeIn(job);
      }
    } finally {
      this.#working = false;
    }
  }

  async #takeIn(job: Job): Promise<void> {
    const { clientKey } = job.item;
    const cutter = new Cutter(this.#startWorker);
    const release = await holdRecordingLock(clientKey);
    try {
      this.#revise(clientKey, { status: "checking" });
      const { durationMs } = await cutter.open(job.file);
      if (!job.resumes) await this.#createLecture(job, durationMs);
      this.#revise(clientKey, { status: "cutting", durationMs });
      await this.#cut(job, cutter);
    } catch (error) {
      await this.#fail(job, error);
    } finally {
      cutter.close();
      release();
    }
  }

  async #createLecture({ item, file, details }: Job, durationMs: number): Promise<void> {
    const { clientKey } = item;
    const now = Date.now();
    await this.#outbox.addLecture({
      clientKey,
      source: "file",
      ...details,
      title: details.title ?? titleFrom(file.name),
      fileName: file.name,
      recordedAt: file.lastModified || now,
      createdAt: now,
      intake: "open",
      createTried: false,
      detailsChanged: false,
      session: 0,
      firstIndex: 0,
      startMs: 0,
      file: { sizeBytes: file.size, lastModified: file.lastModified, durationMs },
    });
    if (file.size > KEEP_FILES_UP_TO_BYTES) return;
    // No room for a copy, or a browser that keeps no files: then it is asked for again.
    await this.#outbox.keepFile(clientKey, file).catch(() => undefined);
  }

  async #cut({ item }: Job, cutter: Cutter): Promise<void> {
    const { clientKey } = item;
    const from = await this.#position(clientKey);
    for await (const piece of cutter.pieces(from)) {
      if (this.#dropped.has(clientKey)) return;
      await this.#store(clientKey, piece);
      this.#revise(clientKey, { cutMs: piece.startMs + piece.durationMs });
    }
    await this.#outbox.updateLecture(clientKey, { intake: "complete" });
    await this.#outbox.dropFile(clientKey);
    this.#revise(clientKey, { status: "cut" });
  }

  /** A full disk empties itself while the uploader works: wait for room instead of giving up. */
  async #store(clientKey: string, piece: CutPiece): Promise<void> {
    const { bytes, ...rest } = piece;
    for (;;) {
      try {
        await this.#outbox.addWholePiece({ clientKey, session: 0, overlapMs: 0, ...rest }, bytes);
        if (this.#problemOf(clientKey)) this.#revise(clientKey, { problem: undefined });
        return;
      } catch (error) {
        if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
        this.#revise(clientKey, { problem: noRoom });
        await new Promise((resolve) => setTimeout(resolve, DISK_RETRY_MS));
      }
    }
  }

  async #position(clientKey: string): Promise<{ index: number; startMs: number }> {
    const ledger = await this.#outbox.ledger(clientKey);
    const pieces = ledger?.pieces ?? [];
    return {
      index: pieces.length,
      startMs: Math.max(0, ...pieces.map((piece) => piece.startMs + piece.durationMs)),
    };
  }

  async #fail({ item }: Job, error: unknown): Promise<void> {
    const { clientKey } = item;
    const problem = problemFrom(error, item.fileName);
    this.#revise(clientKey, { status: "failed", problem });
    const ledger = await this.#outbox.ledger(clientKey);
    if (!ledger) return;
    // Nothing half made: a lecture stays only when it holds something worth deciding about.
    if (ledger.pieces.length === 0) await this.#outbox.discard(clientKey);
    else await this.#outbox.setProblem(clientKey, problem);
  }

  #problemOf(clientKey: string): Problem | undefined {
    return this.#items.find((item) => item.clientKey === clientKey)?.problem;
  }

  #revise(clientKey: string, change: Partial<IntakeItem>): void {
    this.#show(
      this.#items.map((item) => (item.clientKey === clientKey ? { ...item, ...change } : item)),
    );
  }

  #show(items: readonly IntakeItem[]): void {
    this.#items = items;
    for (const listener of this.#listeners) listener();
  }
}

const noRoom: Problem = {
  code: "storage_full",
  message: "This device's storage is full. Cutting goes on when the first pieces have been sent.",
};

function problemFrom(error: unknown, fileName: string): Problem {
  if (error instanceof CutFailed) return error.problem;
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "intake_failed",
    message: `“${fileName}” could not be taken in (${reason}). Try it again.`,
  };
}

function isSame(item: IntakeItem, file: File): boolean {
  return item.fileName === file.name && item.sizeBytes === file.size;
}

/** "Optics 03 - lenses.m4a" becomes "Optics 03 - lenses". */
export function titleFrom(fileName: string): string {
  return fileName.replace(/\.[A-Za-z0-9]{1,5}$/u, "").trim() || fileName;
}

async function readableFile(
  kept: File | FileSystemFileHandle | undefined,
): Promise<File | undefined> {
  if (!kept) return undefined;
  try {
    const file = kept instanceof File ? kept : await kept.getFile();
    await file.slice(0, 1).arrayBuffer();
    return file;
  } catch {
    // Removed, changed, or the permission for it has ended.
    return undefined;
  }
}
