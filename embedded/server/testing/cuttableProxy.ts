// A TCP relay in front of a server whose connections a test can cut, also in the middle of an answer.
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

export class CuttableProxy {
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>();
  #bytesUntilCut = Number.POSITIVE_INFINITY;
  #onCut: () => void = () => undefined;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      const pair = { client, upstream };
      this.#pairs.add(pair);
      const end = (): void => {
        this.#pairs.delete(pair);
        client.destroy();
        upstream.destroy();
      };
      for (const socket of [client, upstream]) socket.on("error", end).on("close", end);
      client.pipe(upstream);
      upstream.on("data", (bytes: Buffer) => {
        client.write(bytes.subarray(0, Math.min(bytes.length, this.#bytesUntilCut)));
        this.#bytesUntilCut -= bytes.length;
        if (this.#bytesUntilCut <= 0) this.cut();
      });
    });
  }

  static async start(targetUrl: string): Promise<CuttableProxy> {
    const proxy = new CuttableProxy(new URL(targetUrl));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("The proxy is closed.");
    return `http://127.0.0.1:${String(address.port)}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Ends every connection at once, as a lost network does. */
  cut(): void {
    this.#bytesUntilCut = Number.POSITIVE_INFINITY;
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    this.#onCut();
  }

  /** Resolves once the server has answered so many more bytes and every connection was cut. */
  async cutAfterBytes(bytes: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onCut = resolve;
      this.#bytesUntilCut = bytes;
    });
    this.#onCut = () => undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }
}
