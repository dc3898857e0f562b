// Sends to one socket and knows when its reader is behind, so that nothing piles up in memory for a slow client:
// while it is congested its session computes no transitions and takes no new requests.
import type { WebSocket } from "ws";

/** Above this many unsent bytes the client counts as behind; it is caught up again below a quarter of it. */
const CONGESTED_BYTES = 1 << 20;

export class Outbox {
  readonly #socket: WebSocket;
  readonly #onDrained: () => void;
  #congested = false;
  #congestedSinceMs = 0;
  #leastUnsentBytes = 0;
  lastSentMs = Date.now();

  constructor(socket: WebSocket, onDrained: () => void) {
    this.#socket = socket;
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

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.lastSentMs = Date.now();
    // The callback comes when the text has been handed to the system, or when the socket is gone.
    this.#socket.send(text, () => this.#noteSent());
    if (this.#congested || this.#socket.bufferedAmount <= CONGESTED_BYTES) return;
    this.#congested = true;
    this.#congestedSinceMs = Date.now();
    this.#leastUnsentBytes = this.#socket.bufferedAmount;
    this.#socket.pause();
  }

  #noteSent(): void {
    if (!this.#congested || this.#socket.bufferedAmount > CONGESTED_BYTES / 4) return;
    this.#congested = false;
    this.#socket.resume();
    this.#onDrained();
  }
}
