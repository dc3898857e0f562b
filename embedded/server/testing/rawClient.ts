// A client of the sync protocol that hides nothing: it sends what it is told to and keeps every message, and it
// checks the one rule that every client relies on, that transitions follow on each other without a gap.
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { decodeTs, textOf, type JSONObject, type JSONValue } from "../../values/index.ts";

export type ServerMessage = JSONObject & { type: string };
export type Version = { querySet: number; identity: number; ts: string };

const START: Version = { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" };

export class RawClient {
  readonly sessionId: string;
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  /** The newest value or error of each query. */
  readonly results = new Map<number, ServerMessage>();
  shown: Version = START;
  closed: { code: number; reason: string } | null = null;
  #chunks: string[] = [];
  #wake = Promise.withResolvers<void>();
  #fault: Error | null = null;

  private constructor(socket: WebSocket, sessionId: string) {
    this.socket = socket;
    this.sessionId = sessionId;
    socket.on("message", (data: Buffer) => {
      try {
        this.#receive(JSON.parse(data.toString("utf8")) as ServerMessage);
      } catch (error) {
        this.#fault = error instanceof Error ? error : new Error(String(error));
      }
      this.#notify();
    });
    socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#notify();
    });
    socket.on("error", () => undefined);
  }

  /** Opens a socket and says nothing yet. */
  static async open(
    url: string,
    options: { sessionId?: string; version?: string } = {},
  ): Promise<RawClient> {
    const { sessionId = randomUUID(), version = "1.48.0" } = options;
    const socket = new WebSocket(`${url.replace("http", "ws")}/api/${version}/sync`);
    const client = new RawClient(socket, sessionId);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return client;
  }

  /** Opens a socket and says what every client says first. */
  static async connect(
    url: string,
    options: Parameters<typeof RawClient.open>[1] & {
      queries?: JSONObject[];
      connect?: JSONObject;
    } = {},
  ): Promise<RawClient> {
    const client = await RawClient.open(url, options);
    client.sendConnect(options.connect);
    client.modify(0, options.queries ?? []);
    await client.until(() => client.shown.querySet === 1);
    return client;
  }

  send(message: JSONObject): void {
    this.socket.send(JSON.stringify(message));
  }

  sendConnect(fields: JSONObject = {}): void {
    const { sessionId } = this;
    this.send({
      ...{ type: "Connect", sessionId, connectionCount: 0, lastCloseReason: "InitialConnect" },
      ...{ clientTs: Date.now(), ...fields },
    });
  }

  modify(baseVersion: number, modifications: JSONObject[]): void {
    this.send({ type: "ModifyQuerySet", baseVersion, newVersion: baseVersion + 1, modifications });
  }

  /** Sends a mutation and waits for its answer. */
  async mutate(requestId: number, udfPath: string, args: JSONObject): Promise<ServerMessage> {
    this.send({ type: "Mutation", requestId, udfPath, args: [args] });
    return this.answer(requestId);
  }

  answer(requestId: number, timeoutMs?: number): Promise<ServerMessage> {
    return this.until(
      () =>
        this.messages.find(
          ({ type, requestId: id }) => type.endsWith("Response") && id === requestId,
        ),
      timeoutMs,
    );
  }

  /** Waits until the client has been shown the moment of this answer. */
  async covered(answer: ServerMessage): Promise<void> {
    const ts = decodeTs(textOf(answer.ts));
    await this.until(() => decodeTs(this.shown.ts) >= ts);
  }

  value(queryId: number): JSONValue | undefined {
    return this.results.get(queryId)?.value;
  }

  transitions(): ServerMessage[] {
    return this.messages.filter(({ type }) => type === "Transition");
  }

  /** Waits for a condition on what has come so far. */
  async until<T>(condition: () => T, timeoutMs = 30_000): Promise<NonNullable<T>> {
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      if (this.#fault !== null) throw this.#fault;
      const value = condition();
      if (value !== null && value !== undefined && value !== false) return value;
      const leftMs = endMs - Date.now();
      if (leftMs <= 0 || this.closed !== null) {
        const newest = JSON.stringify(this.messages.slice(-5)).slice(0, 2000);
        const closed = this.closed === null ? "" : `, closed with ${String(this.closed.code)}`;
        throw new Error(`Waited for ${String(condition)}${closed}; the newest messages: ${newest}`);
      }
      await Promise.race([this.#wake.promise, timeout(leftMs)]);
    }
  }

  async close(): Promise<void> {
    if (this.closed !== null) return;
    this.socket.close();
    await this.until(() => this.closed);
  }

  #receive(message: ServerMessage): void {
    if (message.type === "TransitionChunk") {
      this.#takeChunk(message);
      return;
    }
    this.messages.push(message);
    if (message.type !== "Transition") return;
    const { startVersion, endVersion } = message as unknown as Record<string, Version>;
    if (JSON.stringify(startVersion) !== JSON.stringify(this.shown)) {
      throw new Error(
        `A transition starts at ${JSON.stringify(startVersion)}, but the client is at ${JSON.stringify(this.shown)}.`,
      );
    }
    if (endVersion === undefined || decodeTs(endVersion.ts) < decodeTs(this.shown.ts)) {
      throw new Error("A transition goes back in time.");
    }
    this.shown = endVersion;
    for (const modification of message.modifications as ServerMessage[]) {
      const queryId = Number(modification.queryId);
      if (modification.type === "QueryRemoved") this.results.delete(queryId);
      else this.results.set(queryId, modification);
    }
  }

  #takeChunk({ chunk, partNumber, totalParts }: ServerMessage): void {
    if (partNumber !== this.#chunks.length) throw new Error("A chunk came out of order.");
    this.#chunks.push(textOf(chunk));
    if (this.#chunks.length < Number(totalParts)) return;
    const whole = this.#chunks.join("");
    this.#chunks = [];
    this.#receive(JSON.parse(whole) as ServerMessage);
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** An entry for `ModifyQuerySet`. */
export function add(queryId: number, udfPath: string, args: JSONObject = {}): JSONObject {
  return { type: "Add", queryId, udfPath, args: [args] };
}

function timeout(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}
