// The queries of one client, which must always be shown as of one moment. It knows when all of them hold at once.
import type { Identity } from "../functions/index.ts";
import type { QueryResult, WatchedQuery } from "./subscription.ts";
import type { Watcher } from "./subscription.ts";
import type { Subscriptions } from "./subscriptions.ts";

export class QuerySet {
  readonly #subscriptions: Subscriptions;
  readonly #onFresh: () => void;
  readonly #watchers = new Map<number, Watcher>();
  #changed = new Set<number>();
  #staleCount = 0;
  /** A result was lost to a new write while others were awaited: a hint that this set could wait for ever. */
  disturbed = false;
  missedBatches = 0;

  /** @param onFresh called whenever every query of the set holds again after at least one did not */
  constructor(subscriptions: Subscriptions, onFresh: () => void) {
    this.#subscriptions = subscriptions;
    this.#onFresh = onFresh;
  }

  /** Every query's newest result holds at `subscriptions.ts`. */
  get isFresh(): boolean {
    return this.#staleCount === 0;
  }

  get size(): number {
    return this.#watchers.size;
  }

  has(queryId: number): boolean {
    return this.#watchers.has(queryId);
  }

  add(queryId: number, query: WatchedQuery): void {
    const watcher = this.#subscriptions.watch(this, queryId, query);
    this.#watchers.set(queryId, watcher);
    this.#changed.add(queryId);
    if (!watcher.subscription.fresh) this.#staleCount += 1;
  }

  remove(queryId: number): void {
    const watcher = this.#watchers.get(queryId);
    if (watcher === undefined) return;
    this.#watchers.delete(queryId);
    this.#changed.delete(queryId);
    if (!watcher.subscription.fresh) this.#staleCount -= 1;
    this.#subscriptions.unwatch(watcher);
  }

  /** Watches every query again on behalf of somebody else. */
  setIdentity(identity: Identity): void {
    const visibility = identity.kind === "admin" ? "any" : "public";
    for (const watcher of [...this.#watchers.values()]) {
      const journal = watcher.subscription.journal;
      this.remove(watcher.queryId);
      this.add(watcher.queryId, { ...watcher.query, identity, visibility, journal });
    }
  }

  clear(): void {
    for (const queryId of [...this.#watchers.keys()]) this.remove(queryId);
  }

  /** The results that came since the last call. Only meaningful while the set is fresh. */
  takeChanged(): { queryId: number; result: QueryResult }[] {
    const changed = [...this.#changed].sort((a, b) => a - b);
    this.#changed = new Set();
    return changed.flatMap((queryId) => {
      const result = this.#watchers.get(queryId)?.subscription.result ?? null;
      return result === null ? [] : [{ queryId, result }];
    });
  }

  watchers(): Iterable<Watcher> {
    return this.#watchers.values();
  }

  // ---- told by Subscriptions ----

  noteStale(): void {
    if (this.#staleCount > 0) this.disturbed = true;
    this.#staleCount += 1;
  }

  noteFresh(queryId: number): void {
    this.#staleCount -= 1;
    this.#changed.add(queryId);
  }

  announceFresh(): void {
    this.disturbed = false;
    this.missedBatches = 0;
    this.#onFresh();
  }
}
