// The sync endpoint: takes WebSocket upgrades, gives each socket its session, keeps sockets alive and ends dead ones.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import type { SessionServices } from "./connection.ts";
import { parseSyncPath, understandsChunks } from "./clientVersion.ts";
import { Outbox, OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";
import { ReadGate } from "./readGate.ts";
import { PING } from "./serverMessages.ts";
import { Session } from "./session.ts";

/** The largest message: arguments of 16 MiB with room for JSON's escapes. Larger ones end the connection with 1009. */
const MOST_MESSAGE_BYTES = 64 << 20;

/** All in milliseconds; tests shorten them. */
export type SyncTimes = {
  /** How often sockets are looked at. */
  watchMs: number;
  /** A client that heard no message for 60 s reconnects: after this long without one it gets a `Ping`. */
  pingAfterMs: number;
  /** A socket from which nothing came for so long is dead, also when TCP has not noticed. */
  deadAfterMs: number;
  /** A client that has taken nothing for so long although there was something to take is cut off. */
  stuckAfterMs: number;
  /** Time for the closing handshake at shutdown. */
  closeWithinMs: number;
};

export const SYNC_TIMES: SyncTimes = {
  watchMs: 5_000,
  pingAfterMs: 15_000,
  deadAfterMs: 120_000,
  stuckAfterMs: 60_000,
  closeWithinMs: 1_000,
};

type Client = {
  socket: WebSocket;
  session: Session;
  outbox: Outbox;
  gate: ReadGate;
  lastHeardMs: number;
};

export type SyncServerOptions = {
  times?: Partial<SyncTimes>;
  outboxLimits?: Partial<OutboxLimits>;
};

export class SyncServer {
  readonly #services: SessionServices;
  readonly #times: SyncTimes;
  readonly #outboxLimits: OutboxLimits;
  readonly #acceptor = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    // Costs memory for each socket and time for each message; between neighbours there is nothing to save.
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #clients = new Set<Client>();
  readonly #watch: NodeJS.Timeout;
  #closing = false;

  constructor(services: SessionServices, options: SyncServerOptions = {}) {
    this.#services = services;
    this.#times = { ...SYNC_TIMES, ...options.times };
    this.#outboxLimits = { ...OUTBOX_LIMITS, ...options.outboxLimits };
    this.#watch = setInterval(() => this.#lookAtClients(), this.#times.watchMs);
    this.#watch.unref();
  }

  /** Connected sockets. */
  get size(): number {
    return this.#clients.size;
  }

  /** @returns false when the address is not the sync endpoint: nothing was done then */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const pathname = URL.parse(request.url ?? "/", "http://localhost")?.pathname ?? "/";
    const path = parseSyncPath(pathname);
    if (path === null) return false;
    if (this.#closing) {
      socket.destroy();
      return true;
    }
    this.#acceptor.handleUpgrade(request, socket, head, (webSocket) => {
      this.#attach(webSocket, socket, request, path.version);
    });
    return true;
  }

  /** Tells every client that the server restarts; they reconnect and send what is unanswered again. */
  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#watch);
    const clients = [...this.#clients];
    const gone = clients.map(({ socket }) => closed(socket));
    for (const { socket } of clients) socket.close(1012, "ServerRestart");
    const deadline = setTimeout(() => {
      for (const { socket } of clients) socket.terminate();
    }, this.#times.closeWithinMs);
    await Promise.all(gone);
    clearTimeout(deadline);
  }

  #attach(
    socket: WebSocket,
    stream: Duplex,
    request: IncomingMessage,
    version: string | null,
  ): void {
    const gate = new ReadGate(socket);
    const outbox = new Outbox(socket, stream, gate, this.#outboxLimits, () =>
      session.noteDrained(),
    );
    const session = new Session(this.#services, {
      send: (text) => outbox.send(text),
      sendTransition: (parts) => outbox.sendTransition(parts),
      get isCongested() {
        return outbox.isCongested;
      },
      pauseReading: (reason) => gate.pause(reason),
      resumeReading: (reason) => gate.resume(reason),
      close: (code, reason) => {
        // A paused socket would never read the other side's closing frame.
        socket.resume();
        if (code === undefined) socket.close();
        else socket.close(code, reason);
      },
      understandsChunks: understandsChunks(version, request.headers),
      ip: request.socket.remoteAddress,
      userAgent: request.headers["user-agent"],
    });
    const client: Client = { socket, session, outbox, gate, lastHeardMs: Date.now() };
    this.#clients.add(client);

    socket.on("message", (data: RawData, isBinary: boolean) => {
      client.lastHeardMs = Date.now();
      // `ws` gives text frames as one Buffer unless told otherwise.
      if (isBinary || !Buffer.isBuffer(data)) session.refuse("Binary messages are not understood.");
      else session.receive(data.toString("utf8"));
    });
    socket.on("pong", () => {
      client.lastHeardMs = Date.now();
    });
    socket.on("close", () => {
      this.#clients.delete(client);
      session.end();
    });
    // A broken frame or connection: `close` follows, and the client tries again.
    socket.on("error", () => undefined);
  }

  #lookAtClients(): void {
    const nowMs = Date.now();
    const { pingAfterMs, deadAfterMs, stuckAfterMs } = this.#times;
    for (const { socket, outbox, gate, ...client } of this.#clients) {
      if (outbox.stuckForMs(nowMs) > stuckAfterMs) {
        socket.terminate();
        continue;
      }
      // While we do not read we cannot hear.
      if (!gate.isPaused && nowMs - client.lastHeardMs > deadAfterMs) {
        socket.terminate();
        continue;
      }
      if (outbox.isCongested) continue;
      if (nowMs - outbox.lastSentMs >= pingAfterMs) outbox.send(PING);
      // A client that says nothing on its own answers a ping frame by itself.
      if (nowMs - client.lastHeardMs >= pingAfterMs) socket.ping();
    }
  }
}

function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}
