// Stops reading a socket while there is at least one reason to: the system then slows the sender down for us.
import type { WebSocket } from "ws";

export type PauseReason = "reader behind" | "requests unanswered" | "messages untaken";

export class ReadGate {
  readonly #socket: WebSocket;
  readonly #reasons = new Set<PauseReason>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get isPaused(): boolean {
    return this.#reasons.size > 0;
  }

  pause(reason: PauseReason): void {
    this.#reasons.add(reason);
    this.#socket.pause();
  }

  resume(reason: PauseReason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#socket.resume();
  }
}
