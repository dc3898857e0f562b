// One run of a query or mutation, with the calls nested in it. Only one run is in progress in the worker at a time.
import type { Transaction } from "../database/index.ts";
import { LogLines } from "./logLines.ts";
import type { FunctionPath } from "./paths.ts";
import type { ClientInfo, Identity } from "./types.ts";

export type Callbacks = {
  resolve(resultJson: string): void;
  reject(message: string, dataJson: string | undefined): void;
};

/** One function's part of a run: the root's, or a nested call's. */
export class Frame {
  readonly run: Run;
  readonly parent: Frame | null;
  readonly depth: number;
  readonly path: FunctionPath;
  readonly kind: "query" | "mutation";
  /** Its function has finished; code of it that still runs has been forgotten and may do nothing more. */
  finished = false;
  paginated = false;
  /** A nested call is being carried out; until it is over this frame's own calls wait. */
  childInProgress = false;
  /** Database calls made while a nested call of this frame was in progress; they follow when it has finished. */
  readonly waiting: (() => void)[] = [];

  /** The run's, or for a query on a stale snapshot (and what it calls) one of its own. */
  readonly tx: Transaction;

  constructor(
    run: Run,
    parent: Frame | null,
    path: FunctionPath,
    kind: "query" | "mutation",
    snapshot?: Transaction,
  ) {
    this.run = run;
    this.tx = snapshot ?? parent?.tx ?? run.tx;
    this.parent = parent;
    this.depth = parent === null ? 1 : parent.depth + 1;
    this.path = path;
    this.kind = kind;
  }
}

export type RunOptions = {
  tx: Transaction;
  identity: Identity;
  seed: Uint8Array;
  journal?: string | null;
  scheduledId?: string;
  calledByJob?: string;
  client?: ClientInfo;
  requestId: string;
};

export class Run {
  readonly tx: Transaction;
  readonly identity: Identity;
  readonly log = new LogLines();
  /** For `crypto.getRandomValues` and the like: the key and how often it was used. */
  readonly randomKey: { key: Uint8Array; position: number };
  readonly journalGiven: string | null;
  readonly scheduledId: string | null;
  /** The scheduled action that called this run's function. */
  readonly calledByJob: string | null;
  readonly client: ClientInfo;
  readonly requestId: string;
  journalTaken: string | null = null;
  usedIdentity = false;
  /** The frame whose function may use the database now: the innermost one in progress. */
  active: Frame | null = null;
  /** Something failed that is not the function's doing; the run fails whatever the function makes of it. */
  fatal: unknown = null;
  /** A rejection that nobody handled. */
  unhandled: { thrown: unknown } | null = null;
  #pending = 0;
  #wakers: (() => void)[] = [];

  constructor(options: RunOptions) {
    this.tx = options.tx;
    this.identity = options.identity;
    this.randomKey = { key: options.seed, position: 0 };
    this.journalGiven = options.journal ?? null;
    this.scheduledId = options.scheduledId ?? null;
    this.calledByJob = options.calledByJob ?? null;
    this.client = options.client ?? {};
    this.requestId = options.requestId;
  }

  /** Work that settles in a later turn of the event loop is in progress. */
  get pending(): boolean {
    return this.#pending > 0;
  }

  beginPending(): void {
    this.#pending += 1;
  }

  endPending(): void {
    this.#pending -= 1;
    this.wake();
  }

  /** Resolves when some pending work or a nested call has ended, or a rejection went unhandled. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakers.push(resolve);
    });
  }

  wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  noteUnhandled(thrown: unknown): void {
    this.unhandled ??= { thrown };
    this.wake();
  }
}
