// Plays a lecture's pieces as one seekable track. Plain TypeScript: React only looks at its snapshots.
import { placeAfter, placeAt, trackEndMs, type Piece, type Place } from "./timeline.ts";

export type TrackState = {
  status: "paused" | "loading" | "playing" | "failed";
  timeMs: number;
  durationMs: number;
  rate: number;
};

/** How long before a piece's end the next one is fetched. */
const PREFETCH_MS = 30_000;

export class PieceTrack {
  #pieces: readonly Piece[] = [];
  #current: Piece | undefined;
  #state: TrackState = { status: "paused", timeMs: 0, durationMs: 0, rate: 1 };
  #listeners = new Set<() => void>();
  #next: { index: number; url: Promise<string> } | undefined;
  /** Object URLs that have to be given back. */
  #objectUrls = new Set<string>();
  /** Rises with every seek: a step that belongs to an older one stops. */
  #seekCount = 0;
  readonly #audio: HTMLAudioElement;

  constructor(audio: HTMLAudioElement) {
    this.#audio = audio;
    audio.preload = "auto";
    audio.addEventListener("timeupdate", this.#onTimeUpdate);
    audio.addEventListener("ended", this.#onEnded);
    audio.addEventListener("playing", () => this.#set({ status: "playing" }));
    audio.addEventListener("waiting", () => this.#set({ status: "loading" }));
    audio.addEventListener("pause", () => {
      // A pause also comes at the end of every piece; that one is not the person's.
      if (!audio.ended && this.#state.status !== "failed") this.#set({ status: "paused" });
    });
    audio.addEventListener("error", () => {
      if (this.#current) this.#set({ status: "failed" });
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): TrackState => this.#state;

  /** More pieces are known. Playing goes on undisturbed. */
  setPieces(pieces: readonly Piece[], lectureDurationMs: number): void {
    this.#pieces = pieces;
    this.#set({ durationMs: Math.max(trackEndMs(pieces), lectureDurationMs) });
  }

  toggle(): void {
    if (this.#state.status === "playing" || this.#state.status === "loading") this.pause();
    else this.play();
  }

  play(): void {
    const atEnd = this.#state.timeMs >= this.#state.durationMs - 50;
    if (!this.#current || this.#state.status === "failed" || atEnd) {
      this.seek(atEnd ? 0 : this.#state.timeMs, true);
    } else {
      this.#startPlaying();
    }
  }

  pause(): void {
    this.#seekCount += 1;
    this.#audio.pause();
    this.#set({ status: "paused" });
  }

  /** Goes to a moment of the lecture; plays on if it played, or if asked to. */
  seek(timeMs: number, andPlay = this.#isActive()): void {
    const target = Math.min(Math.max(0, timeMs), this.#state.durationMs);
    this.#set({ timeMs: target });
    const place = placeAt(this.#pieces, target);
    if (place) void this.#goTo(place, andPlay);
    else this.pause();
  }

  skip(deltaMs: number): void {
    this.seek(this.#state.timeMs + deltaMs);
  }

  setRate(rate: number): void {
    this.#audio.defaultPlaybackRate = rate;
    this.#audio.playbackRate = rate;
    this.#set({ rate });
  }

  /** Stops and lets go of the files; the track can be used again. */
  unload(): void {
    this.#seekCount += 1;
    this.#current = undefined;
    this.#next = undefined;
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
    for (const url of this.#objectUrls) URL.revokeObjectURL(url);
    this.#objectUrls.clear();
    this.#set({ status: "paused" });
  }

  async #goTo({ piece, offsetMs }: Place, andPlay: boolean): Promise<void> {
    this.#seekCount += 1;
    const seekCount = this.#seekCount;
    if (piece.index !== this.#current?.index || this.#audio.error) {
      if (andPlay) this.#set({ status: "loading" });
      const url = this.#next?.index === piece.index ? await this.#next.url : piece.url;
      if (seekCount !== this.#seekCount) return;
      this.#current = piece;
      this.#audio.src = url;
      // Setting the source resets the rate in some browsers.
      this.#audio.playbackRate = this.#state.rate;
    }
    this.#whenSeekable(seekCount, () => {
      this.#audio.currentTime = offsetMs / 1000;
      this.#set({ timeMs: piece.startMs + offsetMs });
    });
    if (andPlay) this.#startPlaying();
  }

  #whenSeekable(seekCount: number, seek: () => void): void {
    if (this.#audio.readyState >= HTMLMediaElement.HAVE_METADATA) return seek();
    this.#audio.addEventListener(
      "loadedmetadata",
      () => {
        if (seekCount === this.#seekCount) seek();
      },
      { once: true },
    );
  }

  #startPlaying(): void {
    this.#set({ status: "loading" });
    this.#audio.play().catch((error: unknown) => {
      // AbortError: another seek or a pause came in between, and has set the status itself.
      if (error instanceof DOMException && error.name === "AbortError") return;
      // NotAllowedError: the browser wants a press on a button first.
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      this.#set({ status: isRefused ? "paused" : "failed" });
    });
  }

  #onTimeUpdate = (): void => {
    const piece = this.#current;
    // While the source changes, the element still reports the old piece's time.
    if (!piece || this.#audio.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (this.#audio.seeking) return;
    const offsetMs = this.#audio.currentTime * 1000;
    this.#set({ timeMs: piece.startMs + offsetMs });
    if (piece.durationMs - offsetMs < PREFETCH_MS) this.#prefetchAfter(piece);
  };

  #onEnded = (): void => {
    const next = this.#current && placeAfter(this.#pieces, this.#current);
    if (next) {
      void this.#goTo(next, true);
    } else {
      this.#set({ status: "paused", timeMs: this.#state.durationMs });
    }
  };

  /** The next piece whole, in memory: so that the change is not heard. */
  #prefetchAfter(piece: Piece): void {
    const next = placeAfter(this.#pieces, piece)?.piece;
    if (!next || this.#next?.index === next.index) return;
    this.#next = {
      index: next.index,
      url: fetch(next.url)
        .then((response) => {
          if (!response.ok) throw new Error(`The piece's file answered ${response.status}.`);
          return response.blob();
        })
        .then((blob) => {
          this.#giveBackOldUrls();
          const url = URL.createObjectURL(blob);
          this.#objectUrls.add(url);
          return url;
        })
        // The element can still fetch it by itself.
        .catch(() => next.url),
    };
  }

  #giveBackOldUrls(): void {
    for (const url of this.#objectUrls) {
      if (url === this.#audio.src) continue;
      URL.revokeObjectURL(url);
      this.#objectUrls.delete(url);
    }
  }

  #isActive(): boolean {
    return this.#state.status === "playing" || this.#state.status === "loading";
  }

  #set(change: Partial<TrackState>): void {
    const next = { ...this.#state, ...change };
    const isSame = (Object.keys(next) as (keyof TrackState)[]).every(
      (key) => next[key] === this.#state[key],
    );
    if (isSame) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}
