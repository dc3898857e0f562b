// Counts what a Convex client gets over its WebSocket: how many updates of which query, and how many bytes each took.

export type Traffic = { updates: number; bytes: number };

type Modification = { type: string; queryId: number; value?: unknown };
type ServerMessage = { type: string; modifications?: Modification[] };
type ClientMessage = {
  type: string;
  modifications?: { type: string; queryId: number; udfPath?: string }[];
};

export class Wire {
  /** For the client's `webSocketConstructor`. */
  readonly socket: typeof WebSocket;
  /** Of all messages of the server. */
  receivedBytes = 0;
  readonly #byQuery = new Map<string, Traffic>();
  readonly #names = new Map<number, string>();
  readonly #onValue: (name: string, value: unknown) => void;

  /** @param onValue hears of every result that arrives, with its query's name such as `lectures:list` */
  constructor(onValue: (name: string, value: unknown) => void = () => {}) {
    this.#onValue = onValue;
    const received = (data: unknown) => this.#received(data);
    const sent = (data: unknown) => this.#sent(data);
    this.socket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        this.addEventListener("message", ({ data }) => received(data));
      }
      override send(data: Parameters<WebSocket["send"]>[0]): void {
        sent(data);
        super.send(data);
      }
    };
  }

  of(name: string): Traffic {
    return this.#byQuery.get(name) ?? { updates: 0, bytes: 0 };
  }

  /** Every query's traffic by name. */
  all(): [name: string, traffic: Traffic][] {
    return [...this.#byQuery];
  }

  #sent(data: unknown): void {
    if (typeof data !== "string") return;
    const { modifications } = JSON.parse(data) as ClientMessage; // as the client wrote it
    for (const { queryId, udfPath } of modifications ?? []) {
      if (udfPath !== undefined) this.#names.set(queryId, udfPath.replace(/\.js(?=:)/, ""));
    }
  }

  #received(data: unknown): void {
    if (typeof data !== "string") throw new Error("The server sent something that is not text.");
    this.receivedBytes += Buffer.byteLength(data);
    const { modifications } = JSON.parse(data) as ServerMessage; // as the client reads it
    for (const modification of modifications ?? []) {
      if (modification.type !== "QueryUpdated") continue;
      const name = this.#names.get(modification.queryId) ?? "unknown";
      const { updates, bytes } = this.of(name);
      const size = Buffer.byteLength(JSON.stringify(modification));
      this.#byQuery.set(name, { updates: updates + 1, bytes: bytes + size });
      this.#onValue(name, modification.value);
    }
  }
}
