// One client on one socket: its query set, its identity, its requests, and the transitions that show it everything
// as of one moment after the other.
import {
  newRequestId,
  type ClientInfo,
  type Identity,
  type MutationOutcome,
  type Outcome,
} from "../functions/index.ts";
import { isExpired } from "../auth/identity.ts";
import { HttpError } from "../http/errors.ts";
import { QuerySet } from "../subscriptions/querySet.ts";
import { sameResult, type QueryResult } from "../subscriptions/subscription.ts";
import {
  ProtocolError,
  parseClientMessage,
  type AddQuery,
  type ClientMessage,
  type Credentials,
} from "./clientMessages.ts";
import type { Connection, SessionServices } from "./connection.ts";
import { QueryQuota } from "./queryQuota.ts";
import * as serverMessages from "./serverMessages.ts";
import type { StateVersion } from "./serverMessages.ts";

/** More unanswered requests than this, and the socket is not read any further until some are answered. */
const MOST_UNANSWERED = 1000;
/** The same for messages that wait for a token to be verified. */
const MOST_UNTAKEN = 100;

export class Session {
  readonly #services: SessionServices;
  readonly #connection: Connection;
  readonly #client: ClientInfo;
  readonly #queries: QuerySet;
  readonly #quota = new QueryQuota();
  readonly #lastSent = new Map<number, QueryResult>();
  #inbox: string[] = [];
  #working = false;
  #closed = false;

  #sessionId: string | null = null;
  #clientClockSkewMs: number | null = null;
  #identity: Identity = { kind: "none" };
  /** What the client has been shown. */
  #shown: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  /** What it will be shown next. */
  #querySetVersion = 0;
  #identityVersion = 0;
  #removedIds: number[] = [];
  #owesTransition = false;
  #transitionScheduled = false;
  #unanswered = 0;
  #transitionCount = 0;

  constructor(services: SessionServices, connection: Connection) {
    this.#services = services;
    this.#connection = connection;
    const { ip, userAgent } = connection;
    this.#client = {
      ...(ip === undefined ? {} : { ip }),
      ...(userAgent === undefined ? {} : { userAgent }),
    };
    this.#queries = new QuerySet(services.subscriptions, () => {
      this.#owesTransition = true;
      this.#showTransition();
    });
  }

  /** Messages are taken one after another: what follows an Authenticate waits until the token is verified. */
  receive(text: string): void {
    if (this.#closed) return;
    this.#inbox.push(text);
    if (!this.#working) void this.#work();
    else if (this.#inbox.length === MOST_UNTAKEN) this.#connection.pauseReading("messages untaken");
  }

  /** For what cannot even be a message. */
  refuse(reason: string): void {
    this.#fail(new ProtocolError(reason));
  }

  noteDrained(): void {
    this.#showTransition();
  }

  /** The socket is gone. Running requests finish on the server; nobody hears of them here. */
  end(): void {
    this.#closed = true;
    this.#inbox = [];
    this.#queries.clear();
    this.#lastSent.clear();
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      for (let text = this.#inbox.shift(); text !== undefined; text = this.#inbox.shift()) {
        const waiting = this.#take(parseClientMessage(text));
        if (waiting !== null) await waiting;
        if (this.#closed) break;
      }
      this.#connection.resumeReading("messages untaken");
    } catch (error) {
      this.#fail(error);
    }
    this.#working = false;
  }

  /** Null when there is nothing to wait for: most messages must not cost a turn of the event loop. */
  #take(message: ClientMessage): Promise<void> | null {
    if (message.type !== "Connect" && message.type !== "Event" && this.#sessionId === null) {
      throw new ProtocolError("The first message must be Connect.");
    }
    switch (message.type) {
      case "Connect":
        this.#connect(message);
        return null;
      case "ModifyQuerySet":
        this.#modifyQuerySet(message);
        return null;
      case "Mutation":
        this.#startMutation(message);
        return null;
      case "Action":
        this.#startAction(message);
        return null;
      case "Authenticate":
        return this.#authenticate(message.baseVersion, message.credentials);
      case "Event":
        return null;
      default:
        return message satisfies never;
    }
  }

  #connect(message: Extract<ClientMessage, { type: "Connect" }>): void {
    if (this.#sessionId !== null) throw new ProtocolError("Connect was sent twice.");
    this.#sessionId = message.sessionId;
    if (message.clientTs !== null) this.#clientClockSkewMs = message.clientTs - Date.now();
  }

  // ---- queries ----

  #modifyQuerySet(message: Extract<ClientMessage, { type: "ModifyQuerySet" }>): void {
    if (
      message.baseVersion !== this.#querySetVersion ||
      message.newVersion <= message.baseVersion
    ) {
      throw new ProtocolError(
        `BaseVersionMismatch: the query set is at version ${String(this.#querySetVersion)}, not ${String(message.baseVersion)}.`,
      );
    }
    this.#querySetVersion = message.newVersion;
    for (const modification of message.modifications) {
      if (modification.type === "Add") this.#addQuery(modification);
      else this.#removeQuery(modification.queryId);
    }
    this.#owesTransition = true;
    this.#scheduleTransition();
  }

  #addQuery(query: AddQuery): void {
    this.#refuseComponents(query.componentPath);
    if (this.#queries.has(query.queryId)) {
      throw new ProtocolError(`Query id ${String(query.queryId)} is already in the query set.`);
    }
    this.#quota.add(query);
    this.#queries.add(query.queryId, {
      path: query.udfPath,
      args: query.args,
      journal: query.journal,
      identity: this.#identity,
      visibility: this.#visibility,
    });
  }

  #removeQuery(queryId: number): void {
    if (!this.#queries.has(queryId)) {
      throw new ProtocolError(`Query id ${String(queryId)} is not in the query set.`);
    }
    this.#queries.remove(queryId);
    this.#quota.remove(queryId);
    this.#lastSent.delete(queryId);
    this.#removedIds.push(queryId);
  }

  get #visibility(): "public" | "any" {
    return this.#identity.kind === "admin" ? "any" : "public";
  }

  #refuseComponents(componentPath: string | null): void {
    if (componentPath === null) return;
    if (this.#identity.kind !== "admin") {
      throw new ProtocolError("Only admins may name a component.");
    }
    if (componentPath !== "") {
      throw new ProtocolError(`The embedded backend has no components: ${componentPath}.`);
    }
  }

  // ---- transitions ----

  /**
   * When everything that one message brought has been handled, so that it shares a transition: the messages in one
   * piece of what the socket reads, and the engine's answers to several requests.
   */
  #scheduleTransition(): void {
    if (this.#transitionScheduled) return;
    this.#transitionScheduled = true;
    process.nextTick(() => {
      this.#transitionScheduled = false;
      this.#showTransition();
    });
  }

  /** Shows the client the present moment, if something is owed, everything holds, and the client keeps up. */
  #showTransition(): void {
    if (this.#closed || !this.#owesTransition) return;
    if (!this.#queries.isFresh || this.#connection.isCongested) return;
    if (this.#refuseExpired()) return;
    this.#owesTransition = false;
    const end: StateVersion = {
      querySet: this.#querySetVersion,
      identity: this.#identityVersion,
      ts: this.#services.subscriptions.ts,
    };
    const message = serverMessages.transition({
      start: this.#shown,
      end,
      modifications: this.#takeModifications(),
      clientClockSkewMs: this.#clientClockSkewMs,
      nowMs: Date.now(),
    });
    this.#shown = end;
    this.#sendTransition(message);
  }

  #sendTransition(message: string): void {
    if (!this.#connection.understandsChunks) {
      this.#connection.sendTransition([message]);
      return;
    }
    this.#transitionCount += 1;
    const id = `${this.#sessionId ?? ""}:${String(this.#transitionCount)}`;
    this.#connection.sendTransition(serverMessages.inChunks(message, id));
  }

  #takeModifications(): string[] {
    const modifications = this.#removedIds.map(serverMessages.queryRemoved);
    this.#removedIds = [];
    for (const { queryId, result } of this.#queries.takeChanged()) {
      const before = this.#lastSent.get(queryId);
      this.#lastSent.set(queryId, result);
      if (before !== undefined && sameResult(before, result)) continue;
      modifications.push(serverMessages.queryChanged(queryId, result));
    }
    return modifications;
  }

  // ---- requests ----

  #startMutation(message: Extract<ClientMessage, { type: "Mutation" }>): void {
    this.#refuseComponents(message.componentPath);
    const { sessionId } = this;
    const requestId = newRequestId();
    if (sessionId === null || this.#refuseExpired()) return;
    // The engine runs what it is given in order, one after the other: a queue of our own would only add waiting.
    const running = this.#services.engine.runMutation({
      path: message.udfPath,
      args: message.args,
      identity: this.#identity,
      visibility: this.#visibility,
      session: { sessionId, requestId: message.requestId },
      client: { ...this.#client, requestId },
    });
    this.#answer(running, (outcome: MutationOutcome) =>
      serverMessages.mutationResponse(message.requestId, outcome, requestId),
    );
  }

  #startAction(message: Extract<ClientMessage, { type: "Action" }>): void {
    this.#refuseComponents(message.componentPath);
    if (this.#refuseExpired()) return;
    const requestId = newRequestId();
    const running = this.#services.engine.runAction({
      path: message.udfPath,
      args: message.args,
      identity: this.#identity,
      visibility: this.#visibility,
      client: { ...this.#client, requestId },
    });
    this.#answer(running, (outcome: Outcome) =>
      serverMessages.actionResponse(message.requestId, outcome, requestId),
    );
  }

  /** The answer first, then a transition: the client completes a mutation only with one that comes after. */
  #answer<Result>(running: Promise<Result>, toMessage: (result: Result) => string): void {
    this.#noteUnanswered(1);
    running.then(
      (result) => {
        this.#noteUnanswered(-1);
        if (this.#closed) return;
        this.#owesTransition = true;
        // Before the answer is sent: what is sent then still goes out with it.
        this.#scheduleTransition();
        this.#connection.send(toMessage(result));
      },
      (error: unknown) => {
        this.#noteUnanswered(-1);
        this.#fail(error);
      },
    );
  }

  #noteUnanswered(change: 1 | -1): void {
    this.#unanswered += change;
    if (change === 1 && this.#unanswered === MOST_UNANSWERED) {
      this.#connection.pauseReading("requests unanswered");
    }
    if (change === -1 && this.#unanswered === MOST_UNANSWERED / 2) {
      this.#connection.resumeReading("requests unanswered");
    }
  }

  get sessionId(): string | null {
    return this.#sessionId;
  }

  // ---- identity ----

  async #authenticate(baseVersion: number, credentials: Credentials): Promise<void> {
    if (baseVersion !== this.#identityVersion) {
      throw new ProtocolError(
        `BaseVersionMismatch: the identity is at version ${String(this.#identityVersion)}, not ${String(baseVersion)}.`,
      );
    }
    const identity = await this.#verify(credentials);
    if (identity === null || this.#closed) return;
    this.#identity = identity;
    this.#identityVersion += 1;
    this.#queries.setIdentity(identity);
    this.#owesTransition = true;
    this.#scheduleTransition();
  }

  /** Null after a refusal: the client has been told and the socket is closing. */
  async #verify(credentials: Credentials): Promise<Identity | null> {
    try {
      switch (credentials.kind) {
        case "none":
          return { kind: "none" };
        case "user":
          return await this.#services.auth.verifyToken(credentials.token);
        case "admin":
          return this.#services.auth.verifyAdminKey(credentials.key, credentials.acting);
        default:
          return credentials satisfies never;
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.#refuse(error.message, true);
      return null;
    }
  }

  /** Expiry counts when a token is used. True when it was refused. */
  #refuseExpired(): boolean {
    if (!isExpired(this.#identity, Date.now())) return false;
    this.#refuse("Convex token identity expired", false);
    return true;
  }

  #refuse(error: string, authUpdateAttempted: boolean): void {
    if (this.#closed) return;
    this.#connection.send(
      serverMessages.authError(error, this.#shown.identity, authUpdateAttempted),
    );
    this.#connection.close();
    this.end();
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    if (error instanceof ProtocolError) {
      this.#connection.send(serverMessages.fatalError(error.message));
      this.#connection.close(1008, "ProtocolError");
    } else {
      this.#services.onInternalError(error);
      this.#connection.close(1011, "InternalServerError");
    }
    this.end();
  }
}
