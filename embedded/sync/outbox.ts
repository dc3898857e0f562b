// Sends to one socket and knows when its reader is behind, so that nothing piles up in memory for a slow client:
// while it is congested its session computes no transitions and takes no new requests.
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { ReadGate } from "./readGate.ts";

export type OutboxLimits = {
  /** Above this many unsent bytes the client counts as behind; it is caught up again below a quarter of it. */
  congestedBytes: number;
  /**
   * Answers to requests that were taken before the client fell behind still come. When they add up to this much, the
   * client is cut off; it reconnects and sends the requests again, which run only once.
   */
  mostUnsentBytes: number;
};

export const OUTBOX_LIMITS: OutboxLimits = {
  congestedBytes: 1 << 20,
  mostUnsentBytes: 64 << 20,
};

/** More than this gains nothing from waiting for company. */
const MOST_GATHERED_CHARACTERS = 16_384;

export class Outbox {
  readonly #socket: WebSocket;
  /** What the socket writes to. */
  readonly #stream: Duplex;
  readonly #gate: ReadGate;
  readonly #limits: OutboxLimits;
  readonly #onDrained: () => void;
  #congested = false;
  #congestedSinceMs = 0;
  #leastUnsentBytes = 0;
  #gatheredCharacters = 0;
  lastSentMs = Date.now();

  constructor(
    socket: WebSocket,
    stream: Duplex,
    gate: ReadGate,
    limits: OutboxLimits,
    onDrained: () => void,
  ) {
    this.#socket = socket;
    this.#stream = stream;
    this.#gate = gate;
    this.#limits = limits;
    this.#onDrained = onDrained;
  }

  get isCongested(): boolean {
    return this.#congested;
  }

  /** How long the client has taken nothing at all although there was something to take; 0 if all is well. */
  stuckForMs(nowMs: number): number {
    if (!this.#congested) return 0;
    const unsentBytes = this.#socket.bufferedAmount;
    if (unsentBytes < this.#leastUnsentBytes) {
      this.#leastUnsentBytes = unsentBytes;
      this.#congestedSinceMs = nowMs;
    }
    return nowMs - this.#congestedSinceMs;
  }

  /** An answer to something that the client asked for. */
  send(text: string): void {
    if (this.#congested && this.#socket.bufferedAmount > this.#limits.mostUnsentBytes) {
      this.#socket.terminate();
    } else {
      this.#hand(text);
    }
  }

  /** A transition: made only for a client that keeps up, and as large as what it watches. */
  sendTransition(parts: readonly string[]): void {
    for (const part of parts) this.#hand(part);
  }

  #hand(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.lastSentMs = Date.now();
    this.#gather(text.length);
    // The callback comes when the text has been handed to the system, or when the socket is gone.
    this.#socket.send(text, this.#noteSent);
    if (this.#gatheredCharacters > MOST_GATHERED_CHARACTERS) this.#release();
    if (this.#congested || this.#socket.bufferedAmount <= this.#limits.congestedBytes) return;
    this.#congested = true;
    this.#congestedSinceMs = Date.now();
    this.#leastUnsentBytes = this.#socket.bufferedAmount;
    this.#gate.pause("reader behind");
  }

  /** What is sent in one turn leaves in one write: an answer and its transition then wake the client once, not twice. */
  #gather(characters: number): void {
    if (this.#gatheredCharacters === 0) {
      this.#stream.cork();
      process.nextTick(this.#release);
    }
    this.#gatheredCharacters += characters;
  }

  readonly #release = (): void => {
    if (this.#gatheredCharacters === 0) return;
    this.#gatheredCharacters = 0;
    this.#stream.uncork();
  };

  readonly #noteSent = (): void => {
    if (!this.#congested) return;
    if (this.#socket.bufferedAmount > this.#limits.congestedBytes / 4) return;
    this.#congested = false;
    this.#gate.resume("reader behind");
    this.#onDrained();
  };
}
