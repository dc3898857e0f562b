// Holds the transcript chunks that a page has seen and keeps the subscriptions for those near the eye. No React in it.
import { rangesToSubscribe, type ChunkRange } from "./subscriptions.ts";

export type FeedSegment = { startMs: number; endMs: number; text: string; edited?: boolean };

export type FeedChunk = {
  index: number;
  startMs: number;
  endMs: number;
  segments: FeedSegment[];
  state: "transcribed" | "skipped" | "failed";
  /** Not even sound was recorded, as from a muted microphone. */
  noSound?: boolean;
};

/** What ConvexReactClient.watchQuery gives. */
export type RangeWatch = {
  onUpdate: (changed: () => void) => () => void;
  localQueryResult: () => FeedChunk[] | undefined;
};

export class TranscriptFeed {
  #chunks = new Map<number, FeedChunk>();
  #watches = new Map<string, { range: ChunkRange; stop: () => void }>();
  #listeners = new Map<number, Set<() => void>>();
  #anyListeners = new Set<() => void>();
  #error: Error | undefined;
  readonly #watchRange: (range: ChunkRange) => RangeWatch;

  constructor(watchRange: (range: ChunkRange) => RangeWatch) {
    this.#watchRange = watchRange;
  }

  chunk(index: number): FeedChunk | undefined {
    return this.#chunks.get(index);
  }

  /** The chunks seen so far, for finding a moment among them. */
  known(): FeedChunk[] {
    return [...this.#chunks.values()];
  }

  error(): Error | undefined {
    return this.#error;
  }

  subscribe(index: number, listener: () => void): () => void {
    const listeners = this.#listeners.get(index) ?? new Set();
    this.#listeners.set(index, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Hears of every change, of whatever chunk. */
  subscribeAny = (listener: () => void): (() => void) => {
    this.#anyListeners.add(listener);
    return () => this.#anyListeners.delete(listener);
  };

  /** Says what is near the eye now. What leaves it keeps its text and loses its subscription. */
  setNear(near: ReadonlySet<number>, isGrowing: boolean): void {
    const wanted = new Map<string, ChunkRange>();
    const uncovered = new Set(near);
    // A chunk that came by a subscription of its own keeps it: taking it up in a range would send it again.
    for (const [key, { range }] of this.#watches) {
      const isSingle = range.toIndex - range.fromIndex === 1;
      if (!isSingle || !near.has(range.fromIndex)) continue;
      wanted.set(key, range);
      uncovered.delete(range.fromIndex);
    }
    for (const range of rangesToSubscribe(uncovered, isGrowing)) wanted.set(keyOf(range), range);

    for (const [key, watch] of this.#watches) {
      if (wanted.has(key)) continue;
      watch.stop();
      this.#watches.delete(key);
    }
    for (const [key, range] of wanted) {
      if (!this.#watches.has(key)) this.#watches.set(key, { range, stop: this.#start(range) });
    }
  }

  dispose(): void {
    for (const { stop } of this.#watches.values()) stop();
    this.#watches.clear();
  }

  #start(range: ChunkRange): () => void {
    const watch = this.#watchRange(range);
    const take = () => {
      try {
        for (const chunk of watch.localQueryResult() ?? []) this.#put(chunk);
      } catch (error) {
        this.#error = error instanceof Error ? error : new Error(String(error));
        this.#tell(this.#anyListeners);
      }
    };
    const stop = watch.onUpdate(take);
    // Another component may have the same query open already: then there is a result, and no update to come.
    take();
    return stop;
  }

  #put(chunk: FeedChunk): void {
    if (this.#chunks.get(chunk.index) === chunk) return;
    this.#chunks.set(chunk.index, chunk);
    this.#tell(this.#listeners.get(chunk.index));
    this.#tell(this.#anyListeners);
  }

  #tell(listeners: ReadonlySet<() => void> | undefined): void {
    for (const listener of listeners ?? []) listener();
  }
}

function keyOf({ fromIndex, toIndex }: ChunkRange): string {
  return `${fromIndex}-${toIndex}`;
}
