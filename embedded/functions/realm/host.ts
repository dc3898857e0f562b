// The bridge between a realm (a vm context with pushed code) and the worker around it. Only primitives, values of the
// realm itself and these functions cross it, so pushed code can never reach a constructor of the worker's own realm.

export type HostBridge = {
  /** Answers `+json`, or `-message` to be thrown. */
  syscall(op: string, argsJson: string): string;
  /** Calls exactly one of the callbacks, at once or later. */
  asyncSyscall(
    op: string,
    argsJson: string,
    resolve: (resultJson: string) => void,
    reject: (message: string, dataJson: string | undefined) => void,
  ): void;
  log(level: string, values: unknown[]): void;
  /** Asks for fresh random numbers of the run; the bytes are written into `target`. */
  fillRandom(target: Uint8Array): void;
  utf8Length(text: string): number;
  encodeUtf8(text: string, target: Uint8Array): number;
  decodeText(
    bytes: ArrayBuffer | ArrayBufferView,
    encoding: string,
    fatal: boolean,
    ignoreBom: boolean,
  ): string | null;
  isEncoding(label: string): string | null;
  /** Binary strings and base64, as in `btoa` and `atob`; null when the input is not valid. */
  toBase64(binary: string): string | null;
  fromBase64(base64: string): string | null;
  /** The parts of a URL as JSON, or null when it cannot be parsed. */
  parseUrl(url: string, base: string | undefined): string | null;
  /** The URL after setting one of its parts, as JSON. */
  setUrlPart(href: string, part: string, value: string): string;
  /** A value that follows asynchronous calls, as AsyncLocalStorage keeps it. */
  asyncStorage(): {
    run(store: unknown, callback: () => unknown): unknown;
    enter(store: unknown): void;
    get(): unknown;
  };
  /** Work that settles in a later turn of the event loop holds its run open between these two. */
  beginPending(): void;
  endPending(): void;
  /** Web Crypto by operation name. Keys are kept by the worker and named by number. */
  subtle(
    operation: string,
    args: unknown[],
    resolve: (value: unknown) => void,
    reject: (name: string, message: string) => void,
  ): void;
};

/** What a realm hands back to the worker. */
export type RealmControls = {
  /** Sets the clock and the random numbers of the next run. `nowMs` null: as at import time. */
  begin(nowMs: number, seed: Uint32Array): void;
  /** Whether the run looked at the clock or at random numbers since `begin`. */
  looked(): boolean;
  setEnvironment(json: string): void;
  /** From now on, reading an environment variable that is not set throws an Error with this text. */
  refuseUnsetVariables(text: (name: string) => string): void;
  /** Calls `target[method](...args)` and reports the settled result. */
  invoke(
    target: Record<string, unknown>,
    method: string,
    argsJson: string,
    succeed: (resultJson: unknown) => void,
    fail: (thrown: unknown) => void,
  ): void;
  /** A thrown value as JSON: `{ text, stack, data? }`. */
  describeError(thrown: unknown): string;
};
