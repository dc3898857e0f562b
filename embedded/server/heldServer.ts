// A port that is open before there is somebody to answer: what comes in meanwhile waits.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { closeServer } from "./listen.ts";
import type { ServerLog } from "./serverLog.ts";

type Serve = (message: IncomingMessage, response: ServerResponse) => Promise<void>;
/** False when the address is not one for upgrades. */
type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

export class HeldServer {
  readonly #log: ServerLog;
  readonly #answering = Promise.withResolvers<{ serve: Serve; upgrade: Upgrade }>();
  #server: Server | null = null;
  #address = "";

  constructor(log: ServerLog) {
    this.#log = log;
  }

  /** `http://host:port` */
  get address(): string {
    return this.#address;
  }

  attach(server: Server, address: string): void {
    this.#server = server;
    this.#address = address;
    server.on("upgrade", (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  take(message: IncomingMessage, response: ServerResponse): void {
    this.#answering.promise
      .then(({ serve }) => serve(message, response))
      .catch((error: unknown) => {
        this.#log.error(`${message.method ?? ""} ${message.url ?? ""} was not answered`, error);
        response.destroy();
      });
  }

  answerWith(serve: Serve, upgrade: Upgrade): void {
    this.#answering.resolve({ serve, upgrade });
  }

  /** Takes nothing new; what is being answered gets so long to finish. */
  async close(withinMs: number): Promise<void> {
    if (this.#server !== null) await closeServer(this.#server, withinMs);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // A client that goes away while it waits is nobody's error.
    const ignore = (): void => undefined;
    socket.on("error", ignore);
    const { upgrade } = await this.#answering.promise;
    if (!upgrade(request, socket, head)) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }
  }
}
