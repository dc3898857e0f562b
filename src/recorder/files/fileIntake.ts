/**
 * Takes chosen files in: each is checked at once, then one after the other they are cut and put into the outbox, from
 * where the uploader sends them while the cutting goes on. Closing the page in the middle loses nothing but the file
 * itself, which is asked for again only when the browser no longer has it.
 */
import { MAX_TITLE_LENGTH } from "../../../domain/limits.ts";
import type { LocalLecture, Problem } from "../outbox/ledger.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { holdRecordingLock, tryRecordingLock } from "../outbox/recordingLock.ts";
import { Cutter, CutFailed, type StartWorker } from "./cutter.ts";
import { intakeProblem } from "./fileProblem.ts";
import { uniqueKey } from "../uniqueKey.ts";

export type IntakeItem = {
  clientKey: string;
  fileName: string;
  sizeBytes: number;
  lastModified: number;
  status:
    | "checking"
    /** Good, and waiting for the files before it. */
    | "queued"
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

type Job = { clientKey: string; file: File; release: () => void };

export class FileIntake {
  readonly #outbox: Outbox;
  readonly #startWorker: StartWorker;
  readonly #listeners = new Set<() => void>();
  readonly #dropped = new Set<string>();
  #items: readonly IntakeItem[] = [];
  #checks: Promise<void> = Promise.resolve();
  #cuts: Promise<void> = Promise.resolve();

  constructor(outbox: Outbox, startWorker: StartWorker) {
    this.#outbox = outbox;
    this.#startWorker = startWorker;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): readonly IntakeItem[] => this.#items;

  /**
   * Takes a file in. One that an interrupted intake is waiting for goes on there; one that is on its way already is
   * not taken twice.
   * @returns "already_here" for a file that was chosen before and is still on its way
   */
  add(file: File, details: FileDetails = {}): Promise<"added" | "resumed" | "already_here"> {
    const added = this.#checks.then(() => this.#add(file, details));
    this.#checks = added.then(
      () => undefined,
      () => undefined,
    );
    return added;
  }

  /** Takes a line off the list; an unfinished file is thrown away. */
  async remove(clientKey: string): Promise<void> {
    const item = this.#items.find((each) => each.clientKey === clientKey);
    this.#dropped.add(clientKey);
    this.#show(this.#items.filter((each) => each.clientKey !== clientKey));
    if (item?.status !== "cut") await this.#outbox.discard(clientKey);
  }

  /**
   * Goes on with what an earlier page left behind, and with what another tab is cutting should that tab go away. Call
   * once at the start.
   */
  async resume(): Promise<void> {
    const unfinished = (await this.#outbox.lectures()).filter(isUnfinished);
    for (const { clientKey } of unfinished) {
      if (this.#items.some((item) => item.clientKey === clientKey)) continue;
      const release = await tryRecordingLock(clientKey);
      if (release) await this.#resumeLecture(clientKey, release);
      else {
        void holdRecordingLock(clientKey).then((free) => this.#resumeLecture(clientKey, free));
      }
    }
  }

  /** The caller holds the lecture's lock. */
  async #resumeLecture(clientKey: string, release: () => void): Promise<void> {
    const lecture = await this.#outbox.lecture(clientKey);
    if (!lecture || !isUnfinished(lecture)) return release();
    const file = await readableFile(await this.#outbox.keptFile(clientKey));
    await this.#list(lecture, file ? "queued" : "needs_file");
    if (file) this.#cutLater({ clientKey, file, release });
    else release();
  }

  async #add(file: File, details: FileDetails): Promise<"added" | "resumed" | "already_here"> {
    if (this.#items.some((item) => isOnItsWay(item) && isSame(item, file))) return "already_here";
    const unfinished = await this.#unfinishedLectureOf(file);
    if (unfinished === "being_cut") return "already_here";
    if (unfinished) {
      await this.#list(unfinished.lecture, "queued");
      const { clientKey } = unfinished.lecture;
      await this.#outbox.setProblem(clientKey, undefined);
      this.#cutLater({ clientKey, file, release: unfinished.release });
      return "resumed";
    }
    await this.#check(file, details);
    return "added";
  }

  /** A lecture of this very file that is not cut to its end. */
  async #unfinishedLectureOf(
    file: File,
  ): Promise<{ lecture: LocalLecture; release: () => void } | "being_cut" | undefined> {
    for (const lecture of await this.#outbox.lectures()) {
      if (lecture.source !== "file" || lecture.intake !== "open" || !lecture.file) continue;
      if (!isSame({ fileName: lecture.fileName ?? "", ...lecture.file }, file)) continue;
      const release = await tryRecordingLock(lecture.clientKey);
      return release ? { lecture, release } : "being_cut";
    }
    return undefined;
  }

  async #check(file: File, details: FileDetails): Promise<void> {
    const clientKey = uniqueKey();
    const { name: fileName, size: sizeBytes, lastModified } = file;
    this.#show([
      ...this.#items,
      { clientKey, fileName, sizeBytes, lastModified, status: "checking", cutMs: 0 },
    ]);
    const release = (await tryRecordingLock(clientKey)) ?? (() => {});
    const cutter = new Cutter(this.#startWorker);
    try {
      const { durationMs } = await cutter.open(file);
      if (this.#dropped.has(clientKey)) return release();
      await this.#createLecture(clientKey, file, details, durationMs);
      this.#revise(clientKey, { status: "queued", durationMs });
      this.#cutLater({ clientKey, file, release });
    } catch (error) {
      release();
      await this.#fail(clientKey, fileName, error);
    } finally {
      cutter.close();
    }
  }

  async #createLecture(
    clientKey: string,
    file: File,
    details: FileDetails,
    durationMs: number,
  ): Promise<void> {
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

  async #list(lecture: LocalLecture, status: "queued" | "needs_file"): Promise<void> {
    const { clientKey, fileName = "", file } = lecture;
    const item: IntakeItem = {
      clientKey,
      fileName,
      sizeBytes: file?.sizeBytes ?? 0,
      lastModified: file?.lastModified ?? 0,
      durationMs: file?.durationMs,
      status,
      cutMs: (await this.#position(clientKey)).startMs,
    };
    this.#show([...this.#items.filter((each) => each.clientKey !== clientKey), item]);
  }

  #cutLater(job: Job): void {
    this.#cuts = this.#cuts.then(() => this.#cut(job)).finally(job.release);
  }

  async #cut({ clientKey, file }: Job): Promise<void> {
    if (this.#dropped.has(clientKey)) return;
    const cutter = new Cutter(this.#startWorker);
    try {
      this.#revise(clientKey, { status: "cutting" });
      await cutter.open(file);
      await this.#store(clientKey, cutter);
    } catch (error) {
      await this.#fail(clientKey, file.name, error);
    } finally {
      cutter.close();
    }
  }

  async #store(clientKey: string, cutter: Cutter): Promise<void> {
    const from = await this.#position(clientKey);
    for (;;) {
      if (this.#dropped.has(clientKey)) return;
      const piece = await cutter.storeNext(clientKey, from);
      if (piece === undefined) break;
      if (piece === "no_room") await this.#waitForRoom(clientKey);
      else this.#revise(clientKey, { cutMs: piece.startMs + piece.durationMs, problem: undefined });
    }
    await this.#outbox.updateLecture(clientKey, { intake: "complete" });
    await this.#outbox.dropFile(clientKey);
    this.#revise(clientKey, { status: "cut" });
  }

  /** A full disk empties itself while the uploader works: wait for room instead of giving up. */
  async #waitForRoom(clientKey: string): Promise<void> {
    this.#revise(clientKey, { problem: noRoom });
    await new Promise((resolve) => setTimeout(resolve, DISK_RETRY_MS));
  }

  async #position(clientKey: string): Promise<{ index: number; startMs: number }> {
    const ledger = await this.#outbox.ledger(clientKey);
    const pieces = ledger?.pieces ?? [];
    return {
      index: pieces.length,
      startMs: Math.max(0, ...pieces.map((piece) => piece.startMs + piece.durationMs)),
    };
  }

  async #fail(clientKey: string, fileName: string, error: unknown): Promise<void> {
    const problem = error instanceof CutFailed ? error.problem : intakeProblem(error, fileName);
    const ledger = await this.#outbox.ledger(clientKey);
    // Nothing half made: a lecture stays only when it holds something worth deciding about.
    if (ledger?.pieces.length === 0) await this.#outbox.discard(clientKey);
    else await this.#outbox.setProblem(clientKey, problem);
    this.#revise(clientKey, { status: "failed", problem });
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

function isUnfinished({ source, intake, problem }: LocalLecture): boolean {
  return source === "file" && intake === "open" && problem === undefined;
}

function isOnItsWay({ status }: IntakeItem): boolean {
  return status === "checking" || status === "queued" || status === "cutting";
}

function isSame(
  known: { fileName: string; sizeBytes: number; lastModified: number },
  file: File,
): boolean {
  return (
    known.fileName === file.name &&
    known.sizeBytes === file.size &&
    known.lastModified === file.lastModified
  );
}

/** "Optics 03 - lenses.m4a" becomes "Optics 03 - lenses". */
export function titleFrom(fileName: string): string {
  const title = fileName.replace(/\.[A-Za-z0-9]{1,5}$/u, "").trim() || fileName;
  return title.slice(0, MAX_TITLE_LENGTH);
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
