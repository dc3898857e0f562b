// What a session is given: the parts of the server that it asks, and its socket without the socket's details.
import type { Authentication } from "../auth/authentication.ts";
import type { Engine } from "../functions/index.ts";
import type { Subscriptions } from "../subscriptions/subscriptions.ts";
import type { PauseReason } from "./readGate.ts";

export type SessionServices = {
  engine: Engine;
  subscriptions: Subscriptions;
  auth: Authentication;
  onInternalError(error: unknown): void;
};

/** The socket as the session sees it. */
export type Connection = {
  send(text: string): void;
  /** One transition, whole or in chunks. */
  sendTransition(parts: readonly string[]): void;
  /** The reader is behind; `session.noteDrained()` follows. */
  readonly isCongested: boolean;
  pauseReading(reason: PauseReason): void;
  resumeReading(reason: PauseReason): void;
  /** Without a code the client sees 1005. */
  close(code?: number, reason?: string): void;
  /** Clients older than 1.28 do not know transition chunks. */
  readonly understandsChunks: boolean;
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
};
