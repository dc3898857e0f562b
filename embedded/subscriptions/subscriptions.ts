// Keeps every watched query's result true: shares equal queries, learns from each commit which of them it touched,
// and runs exactly those again, in batches that each see one snapshot.
//
// Why a set of results holds at one moment: the engine's messages arrive in execution order. When a batch's results
// arrive, every commit up to its snapshot has been announced and none after it, so each fresh result, new or old,
// holds at that very timestamp.
import type { Commit, Engine } from "../functions/index.ts";
import { identityKey } from "./identityKey.ts";
import { IntervalIndex } from "./intervalIndex.ts";
import type { QuerySet } from "./querySet.ts";
import { Subscription, Watcher, keyWithIdentity, queryKey } from "./subscription.ts";
import type { QueryResult, WatchedQuery } from "./subscription.ts";

/** A batch holds the engine for about this long, so that mutations wait no longer than that for their turn. */
const BATCH_TARGET_MS = 20;
const SMALLEST_BATCH = 8;
const LARGEST_BATCH = 1000;
/** After this many batches without a moment at which all its queries hold, a set is run as a whole. */
const PATIENCE_BATCHES = 2;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 16_000;
/** A query that had to be ended (time, memory) is tried again after so long: not at once, it costs everybody. */
const ENDED_RETRY_MS = 30_000;

type Outcome = Awaited<ReturnType<Engine["runQueries"]>>["results"][number];

export type SubscriptionCounts = {
  subscriptions: number;
  watchers: number;
  /** Query runs since the start: how tests and benchmarks see that only what was touched ran again. */
  runs: number;
};

export class Subscriptions {
  readonly #engine: Engine;
  readonly #onError: (error: unknown) => void;
  readonly #endedRetryMs: number;
  readonly #all = new Set<Subscription>();
  readonly #byKey = new Map<string, Subscription>();
  readonly #ranges = new Map<number, IntervalIndex<Subscription>>();
  readonly #stale = new Set<Subscription>();
  readonly #overdue = new Set<QuerySet>();
  readonly #stopListening: (() => void)[];
  #running: readonly Subscription[] | null = null;
  #scheduled = false;
  #closed = false;
  #retryMs = FIRST_RETRY_MS;
  #batchSize = 64;
  #ts: bigint;
  #runs = 0;
  #watcherCount = 0;

  constructor(
    engine: Engine,
    onError: (error: unknown) => void = () => {},
    endedRetryMs = ENDED_RETRY_MS,
  ) {
    this.#engine = engine;
    this.#onError = onError;
    this.#endedRetryMs = endedRetryMs;
    this.#ts = engine.latestTs();
    this.#stopListening = [
      engine.onCommit((commit) => this.#noteCommit(commit)),
      engine.onInvalidateAll(() => this.#invalidateAll()),
    ];
  }

  /** The newest moment that is known: every fresh result holds at it. */
  get ts(): bigint {
    const announced = this.#engine.latestTs();
    if (announced > this.#ts) this.#ts = announced;
    return this.#ts;
  }

  get counts(): SubscriptionCounts {
    return {
      subscriptions: this.#all.size,
      watchers: this.#watcherCount,
      runs: this.#runs,
    };
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stopListening) stop();
    this.#stale.clear();
  }

  watch(set: QuerySet, queryId: number, query: WatchedQuery): Watcher {
    const watcher = new Watcher(set, queryId, query, this.#find(query));
    watcher.subscription.watchers.add(watcher);
    this.#watcherCount += 1;
    return watcher;
  }

  unwatch(watcher: Watcher): void {
    this.#watcherCount -= 1;
    watcher.subscription.watchers.delete(watcher);
    if (watcher.subscription.watchers.size === 0) this.#drop(watcher.subscription);
  }

  #find(query: WatchedQuery): Subscription {
    const anybodys = this.#byKey.get(queryKey(query, query.journal));
    return anybodys ?? this.#findOwn(query);
  }

  #findOwn(query: WatchedQuery): Subscription {
    const subscription = new Subscription(query);
    const own = keyWithIdentity(queryKey(query, query.journal), subscription.identityKey);
    const existing = this.#byKey.get(own);
    if (existing !== undefined) return existing;
    this.#all.add(subscription);
    this.#setKey(subscription, own);
    this.#runSoon(subscription);
    return subscription;
  }

  #drop(subscription: Subscription): void {
    this.#all.delete(subscription);
    this.#stale.delete(subscription);
    this.#setRanges(subscription, []);
    this.#setKey(subscription, null);
  }

  // ---- what became stale ----

  #noteCommit(commit: Commit): void {
    if (commit.ts > this.#ts) this.#ts = commit.ts;
    for (const { index, key } of commit.writes) {
      this.#ranges.get(index)?.stab(latin1(key), (subscription) => {
        this.#makeStale(subscription);
      });
    }
  }

  #invalidateAll(): void {
    for (const subscription of this.#running ?? []) subscription.runAgain = true;
    for (const subscription of this.#all) this.#makeStale(subscription);
  }

  #makeStale(subscription: Subscription): void {
    if (subscription.fresh) {
      subscription.fresh = false;
      for (const watcher of subscription.watchers) watcher.set.noteStale();
    }
    this.#runSoon(subscription);
  }

  #runSoon(subscription: Subscription): void {
    this.#stale.add(subscription);
    if (this.#scheduled || this.#running !== null || this.#closed) return;
    this.#scheduled = true;
    // A turn of the event loop later: the messages that are already here may add to the batch.
    setImmediate(() => {
      this.#scheduled = false;
      void this.#runBatch();
    });
  }

  // ---- running ----

  async #runBatch(): Promise<void> {
    if (this.#running !== null || this.#closed) return;
    const batch = this.#nextBatch();
    if (batch.length === 0) return;
    this.#running = batch;
    for (const subscription of batch) {
      subscription.runAgain = false;
      this.#stale.delete(subscription);
    }
    const startedMs = performance.now();
    try {
      const { ts, results } = await this.#engine.runQueries(
        batch.map((subscription) => ({
          path: subscription.query.path,
          args: subscription.query.args,
          identity: subscription.query.identity,
          visibility: subscription.query.visibility,
          journal: subscription.journal,
        })),
      );
      this.#running = null;
      this.#retryMs = FIRST_RETRY_MS;
      this.#adaptBatchSize(batch.length, performance.now() - startedMs);
      this.#deliver(batch, results, ts);
    } catch (error) {
      this.#running = null;
      await this.#retryLater(batch, error);
    }
    if (this.#stale.size > 0) void this.#runBatch();
  }

  /** Whole sets that have waited too long, then whatever is stale. */
  #nextBatch(): Subscription[] {
    const batch = new Set<Subscription>();
    for (const set of this.#overdue) {
      for (const { subscription } of set.watchers()) {
        this.#makeStale(subscription);
        batch.add(subscription);
      }
    }
    this.#overdue.clear();
    for (const subscription of this.#stale) {
      if (batch.size >= this.#batchSize) break;
      batch.add(subscription);
    }
    return [...batch];
  }

  #adaptBatchSize(size: number, elapsedMs: number): void {
    if (size < this.#batchSize / 2 && elapsedMs < BATCH_TARGET_MS) return;
    const ideal = (size * BATCH_TARGET_MS) / Math.max(elapsedMs, 1);
    const next = Math.round((this.#batchSize + ideal) / 2);
    this.#batchSize = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, next));
  }

  /** An engine that could not answer at all: the queries stay stale and are tried again. */
  async #retryLater(batch: readonly Subscription[], error: unknown): Promise<void> {
    if (this.#closed) return;
    this.#onError(error);
    await new Promise((resolve) => setTimeout(resolve, this.#retryMs).unref());
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    for (const subscription of batch)
      if (subscription.watchers.size > 0) this.#stale.add(subscription);
  }

  #deliver(batch: readonly Subscription[], outcomes: readonly Outcome[], ts: bigint): void {
    this.#runs += batch.length;
    if (ts > this.#ts) this.#ts = ts;
    const sets = new Set<QuerySet>();
    for (const [i, subscription] of batch.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined || subscription.watchers.size === 0) continue;
      for (const watcher of subscription.watchers) sets.add(watcher.set);
      if (subscription.runAgain) this.#stale.add(subscription);
      else this.#take(subscription, outcome);
    }
    for (const set of sets) {
      if (set.isFresh) set.announceFresh();
      else if (set.disturbed) this.#noteMissed(set);
    }
  }

  #noteMissed(set: QuerySet): void {
    set.disturbed = false;
    set.missedBatches += 1;
    if (set.missedBatches >= PATIENCE_BATCHES) this.#overdue.add(set);
  }

  #take(subscription: Subscription, outcome: Outcome): void {
    // Commits announced while it ran are at or before its snapshot: the result has seen them.
    this.#stale.delete(subscription);
    subscription.result = toResult(outcome);
    const rerun = subscription.journal !== null;
    subscription.journal = outcome.journal;
    this.#setRanges(subscription, outcome.readSet);
    if (outcome.usedIdentity) this.#parkOthers(subscription);
    subscription.identityMatters = outcome.usedIdentity;
    subscription.fresh = true;
    for (const watcher of subscription.watchers) watcher.set.noteFresh(watcher.queryId);
    this.#placeUnderKey(subscription, rerun);
    if (outcome.wasEnded) this.#retryEnded(subscription);
  }

  /** No write can tell when a query that was ended would succeed: what it read is not known. */
  #retryEnded(subscription: Subscription): void {
    const { result } = subscription;
    setTimeout(() => {
      const isWatched = this.#all.has(subscription) && subscription.watchers.size > 0;
      if (isWatched && subscription.result === result && !this.#closed) {
        this.#makeStale(subscription);
      }
    }, this.#endedRetryMs).unref();
  }

  /** The result depends on who asks after all: everybody else gets a subscription of their own. */
  #parkOthers(subscription: Subscription): void {
    if (subscription.identityMatters) return;
    this.#setKey(subscription, null);
    for (const watcher of [...subscription.watchers]) {
      if (identityKey(watcher.query.identity) === subscription.identityKey) continue;
      subscription.watchers.delete(watcher);
      watcher.subscription = this.#findOwn({ ...watcher.query, journal: subscription.journal });
      watcher.subscription.watchers.add(watcher);
      if (watcher.subscription.fresh) watcher.set.noteFresh(watcher.queryId);
    }
  }

  /**
   * Stands where newcomers with an equal query will find it. A page that was run again under its journal is found
   * only by those who bring that journal: a newcomer without one starts with a page of the size it asked for.
   */
  #placeUnderKey(subscription: Subscription, rerun: boolean): void {
    const base = queryKey(
      subscription.query,
      rerun ? subscription.journal : subscription.query.journal,
    );
    const wanted = subscription.identityMatters
      ? keyWithIdentity(base, subscription.identityKey)
      : base;
    if (subscription.key === wanted) return;
    const standing = this.#byKey.get(wanted);
    if (standing === undefined || standing === subscription) this.#setKey(subscription, wanted);
    else if (standing.fresh) this.#mergeInto(standing, subscription);
  }

  /** Two subscriptions turned out to be equal; both are fresh, so their results are too. */
  #mergeInto(standing: Subscription, subscription: Subscription): void {
    for (const watcher of subscription.watchers) {
      watcher.subscription = standing;
      standing.watchers.add(watcher);
    }
    subscription.watchers.clear();
    this.#drop(subscription);
  }

  #setKey(subscription: Subscription, key: string | null): void {
    const { key: old } = subscription;
    if (old !== null && this.#byKey.get(old) === subscription) this.#byKey.delete(old);
    subscription.key = key;
    if (key !== null) this.#byKey.set(key, subscription);
  }

  #setRanges(subscription: Subscription, readSet: Outcome["readSet"]): void {
    const ranges = readSet.map(({ index, from, to }) => ({
      index,
      from: latin1(from),
      to: to === null ? null : latin1(to),
    }));
    if (sameRanges(subscription.ranges, ranges)) return;
    for (const range of subscription.ranges) {
      const index = this.#ranges.get(range.index);
      index?.remove(range, subscription);
      if (index?.size === 0) this.#ranges.delete(range.index);
    }
    for (const range of ranges) {
      let index = this.#ranges.get(range.index);
      if (index === undefined) this.#ranges.set(range.index, (index = new IntervalIndex()));
      index.add(range, subscription);
    }
    subscription.ranges = ranges;
  }
}

function toResult(outcome: Outcome): QueryResult {
  const { logLines, journal } = outcome;
  return outcome.ok
    ? { ok: true, valueJson: outcome.valueJson, logLines, journal }
    : { ok: false, error: outcome.error, logLines, journal };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function sameRanges(a: Subscription["ranges"], b: Subscription["ranges"]): boolean {
  return (
    a.length === b.length &&
    a.every((range, i) => {
      const other = b[i];
      return other?.index === range.index && other.from === range.from && other.to === range.to;
    })
  );
}
