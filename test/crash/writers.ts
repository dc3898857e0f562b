// Clients under whose hands the server is killed. Each remembers what it asked for and what was acknowledged.
import { createHash, randomBytes } from "node:crypto";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { RawClient } from "../../embedded/server/testing/rawClient.ts";
import type { JSONObject } from "../../embedded/values/index.ts";

type Random = () => number;

/** On a busy machine it takes a while; what never comes shows when the work does not come to rest. */
const ANSWERED_WITHIN_MS = 10 * 60_000;

/** What all writers of an epoch were told. */
export type Ledger = {
  epoch: number;
  issued: Set<string>;
  acknowledged: Set<string>;
  /** Keys of entries that scheduled a mutation or an action. */
  schedules: Set<string>;
  acts: Set<string>;
};

export function newLedger(epoch: number): Ledger {
  return {
    epoch,
    ...{ issued: new Set(), acknowledged: new Set(), schedules: new Set(), acts: new Set() },
  };
}

type Entry = JSONObject & { epoch: number; key: string; schedules: boolean; acts: boolean };

function newEntry(ledger: Ledger, key: string, random: Random): Entry {
  const entry = { epoch: ledger.epoch, key, schedules: random() < 0.3, acts: random() < 0.1 };
  ledger.issued.add(key);
  if (entry.schedules) ledger.schedules.add(key);
  if (entry.acts) ledger.acts.add(key);
  return entry;
}

/**
 * Speaks the protocol itself, so that it is back in a moment after a kill. Like the official client it sends again,
 * with the same session and number, whatever was not acknowledged.
 */
export class RawWriter {
  readonly #url: string;
  readonly #name: string;
  readonly #random: Random;
  readonly #unanswered = new Map<number, { entry: Entry; ledger: Ledger }>();
  #client: RawClient | null = null;
  #sessionId: string | undefined;
  #nextRequestId = 0;
  #isStopped = false;
  #ledger: Ledger | null = null;
  #loop: Promise<void>;
  /** How often something was sent again that had been sent before. */
  replays = 0;

  constructor(url: string, name: string, random: Random) {
    this.#url = url;
    this.#name = name;
    this.#random = random;
    this.#loop = this.#run();
  }

  /** Null pauses: what is unanswered is still sent again, nothing new is begun. */
  use(ledger: Ledger | null): void {
    this.#ledger = ledger;
  }

  get isQuiet(): boolean {
    return this.#unanswered.size === 0;
  }

  /** For the report of a run that does not come to rest. */
  describe(): string {
    return `${this.#name} waits for ${[...this.#unanswered.keys()].join(", ")}`;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
    await this.#client?.close().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const client = await this.#connected();
      if (client !== null) this.#write(client);
      await new Promise((resolve) => setTimeout(resolve, 2 + this.#random() * 10));
    }
  }

  async #connected(): Promise<RawClient | null> {
    if (this.#client?.closed === null) return this.#client;
    this.#client = null;
    try {
      const client = await RawClient.open(
        this.#url,
        this.#sessionId === undefined ? {} : { sessionId: this.#sessionId },
      );
      this.#sessionId = client.sessionId;
      this.#client = client;
      client.sendConnect();
      client.modify(0, []);
      for (const [requestId, { entry }] of this.#unanswered) {
        this.replays += 1;
        this.#send(client, requestId, entry);
      }
      return client;
    } catch {
      // The server is down; the loop tries again.
      return null;
    }
  }

  #write(client: RawClient): void {
    const ledger = this.#ledger;
    if (ledger === null || this.#unanswered.size > 20) return;
    const burst = 1 + Math.floor(this.#random() * 4);
    for (let i = 0; i < burst; i++) {
      const requestId = this.#nextRequestId++;
      const entry = newEntry(ledger, `${this.#name}-${String(requestId)}`, this.#random);
      this.#unanswered.set(requestId, { entry, ledger });
      this.#send(client, requestId, entry);
    }
  }

  #send(client: RawClient, requestId: number, entry: Entry): void {
    client.send({ type: "Mutation", requestId, udfPath: "work:add", args: [entry] });
    client.answer(requestId, ANSWERED_WITHIN_MS).then(
      (answer) => {
        if (answer.success !== true) {
          throw new Error(`work:add was refused: ${JSON.stringify(answer)}`);
        }
        this.#unanswered.get(requestId)?.ledger.acknowledged.add(entry.key);
        this.#unanswered.delete(requestId);
      },
      // Killed before it answered: sent again on the next socket.
      () => undefined,
    );
  }
}

/** The official client, which reconnects and replays in its own way. */
export class OfficialWriter {
  readonly #client: ConvexClient;
  readonly #name: string;
  readonly #random: Random;
  readonly #failures: unknown[] = [];
  #count = 0;
  #unanswered = 0;
  #isStopped = false;
  #ledger: Ledger | null = null;
  #loop: Promise<void>;

  constructor(url: string, name: string, random: Random) {
    this.#client = new ConvexClient(url, { logger: false });
    this.#name = name;
    this.#random = random;
    this.#loop = this.#run();
  }

  use(ledger: Ledger | null): void {
    this.#ledger = ledger;
  }

  get isQuiet(): boolean {
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, "Refused mutations");
    return this.#unanswered === 0;
  }

  describe(): string {
    return `${this.#name} waits for ${String(this.#unanswered)}, ${JSON.stringify(this.#client.client.connectionState())}`;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
    await this.#client.close();
  }

  async #run(): Promise<void> {
    const add = makeFunctionReference<"mutation", Entry>("work:add");
    while (!this.#isStopped) {
      const ledger = this.#ledger;
      if (ledger !== null && this.#unanswered < 10) {
        const entry = newEntry(ledger, `${this.#name}-${String(this.#count++)}`, this.#random);
        this.#unanswered += 1;
        this.#client
          .mutation(add, entry)
          .then(
            () => ledger.acknowledged.add(entry.key),
            (error: unknown) => this.#failures.push(error),
          )
          .finally(() => {
            this.#unanswered -= 1;
          });
      }
      await new Promise((resolve) => setTimeout(resolve, 5 + this.#random() * 20));
    }
  }
}

/** Each is fetched and compared at every check. */
const MOST_FILES = 40;

type StoredFile = { key: string; storageId: string; sha256: string };

/** Uploads files, and removes some of them again. What fails is given up: the server must not be left half-way. */
export class Uploader {
  readonly #client: ConvexHttpClient;
  readonly #random: Random;
  #isStopped = false;
  #isPaused = true;
  #isBusy = false;
  #loop: Promise<void>;
  /** Rows that were acknowledged and not removed since. */
  readonly kept = new Map<string, StoredFile>();
  /** Asked to be removed, with no answer: there or not, but whole. */
  readonly uncertain = new Set<string>();
  #count = 0;

  constructor(url: string, random: Random) {
    this.#client = new ConvexHttpClient(url, { logger: false });
    this.#random = random;
    this.#loop = this.#run();
  }

  use(isActive: boolean): void {
    this.#isPaused = !isActive;
  }

  get isQuiet(): boolean {
    return !this.#isBusy;
  }

  get uploads(): number {
    return this.#count;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      if (!this.#isPaused) {
        this.#isBusy = true;
        // Killed in the middle; whatever was acknowledged before stands.
        const removes = this.kept.size > MOST_FILES || this.#random() < 0.3;
        await (removes ? this.#remove() : this.#upload()).catch(() => undefined);
        this.#isBusy = false;
      }
      await new Promise((resolve) => setTimeout(resolve, 5 + this.#random() * 20));
    }
  }

  async #upload(): Promise<void> {
    const bytes = randomBytes(1 + Math.floor(this.#random() * 300_000));
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    const key = `file-${String(this.#count++)}`;
    const uploadUrl = makeFunctionReference<"mutation", Record<string, never>, string>(
      "work:uploadUrl",
    );
    const response = await fetch(await this.#client.mutation(uploadUrl, {}), {
      ...{ method: "POST", body: bytes },
    });
    const { storageId } = (await response.json()) as { storageId: string };
    const save = makeFunctionReference<"mutation", StoredFile & { epoch: number }>("work:saveFile");
    this.uncertain.add(storageId);
    await this.#client.mutation(save, { epoch: 0, key, storageId, sha256 });
    this.uncertain.delete(storageId);
    this.kept.set(storageId, { key, storageId, sha256 });
  }

  async #remove(): Promise<void> {
    const [storageId] = this.kept.keys();
    if (storageId === undefined) return;
    this.kept.delete(storageId);
    this.uncertain.add(storageId);
    const remove = makeFunctionReference<"mutation", { storageId: string }>("work:removeFile");
    await this.#client.mutation(remove, { storageId });
    this.uncertain.delete(storageId);
  }
}
