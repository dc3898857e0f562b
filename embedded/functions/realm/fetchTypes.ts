// Headers, Blob, File and FormData for a realm. What needs the network or streams exists by name and says what to do.

class Headers {
  readonly #lists = new Map<string, string[]>();
  constructor(init?: unknown) {
    if (typeof init !== "object" || init === null) return;
    const isIterable = Symbol.iterator in init;
    const pairs = isIterable ? (init as Iterable<[unknown, unknown]>) : Object.entries(init);
    for (const [name, value] of pairs) this.append(String(name), String(value));
  }
  append(name: string, value: string) {
    const key = headerName(name);
    this.#lists.set(key, [...(this.#lists.get(key) ?? []), String(value).trim()]);
  }
  set(name: string, value: string) {
    this.#lists.set(headerName(name), [String(value).trim()]);
  }
  get(name: string) {
    return this.#lists.get(headerName(name))?.join(", ") ?? null;
  }
  has(name: string) {
    return this.#lists.has(headerName(name));
  }
  delete(name: string) {
    this.#lists.delete(headerName(name));
  }
  getSetCookie() {
    return [...(this.#lists.get("set-cookie") ?? [])];
  }
  forEach(callback: (value: string, name: string, headers: Headers) => void) {
    for (const [name, value] of this) callback(value, name, this);
  }
  *entries(): Generator<[string, string]> {
    for (const name of [...this.#lists.keys()].sort()) {
      const values = this.#lists.get(name) ?? [];
      // Cookies cannot be joined by commas.
      if (name === "set-cookie") for (const value of values) yield [name, value];
      else yield [name, values.join(", ")];
    }
  }
  *keys() {
    for (const [name] of this.entries()) yield name;
  }
  *values() {
    for (const [, value] of this.entries()) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }
}

function headerName(name: string): string {
  const text = String(name);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) {
    throw new TypeError(`${JSON.stringify(text)} is not a valid header name.`);
  }
  return text.toLowerCase();
}

type Encoder = { encode(text: string): Uint8Array };
type Decoder = { decode(bytes: Uint8Array): string };

export function createFetchTypes(text: { encoder: Encoder; decoder: Decoder }) {
  class Blob {
    #bytes: Uint8Array;
    readonly type: string;
    constructor(parts: Iterable<unknown> = [], options: { type?: string } = {}) {
      const chunks = [...parts].map((part) => {
        if (part instanceof Blob) return part.#bytes;
        if (part instanceof ArrayBuffer) return new Uint8Array(part);
        if (ArrayBuffer.isView(part)) {
          return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
        }
        return text.encoder.encode(String(part));
      });
      this.#bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
      let offset = 0;
      for (const chunk of chunks) {
        this.#bytes.set(chunk, offset);
        offset += chunk.length;
      }
      this.type = String(options.type ?? "").toLowerCase();
    }
    get size() {
      return this.#bytes.length;
    }
    async text() {
      return text.decoder.decode(this.#bytes);
    }
    async arrayBuffer() {
      return this.#bytes.slice().buffer;
    }
    async bytes() {
      return this.#bytes.slice();
    }
    slice(from?: number, to?: number, type = "") {
      return new Blob([this.#bytes.slice(from, to)], { type });
    }
    stream(): never {
      throw unavailable("Blob.stream");
    }
  }

  class File extends Blob {
    readonly name: string;
    readonly lastModified: number;
    constructor(
      parts: Iterable<unknown>,
      name: string,
      options: { type?: string; lastModified?: number } = {},
    ) {
      super(parts, options);
      this.name = String(name);
      this.lastModified = options.lastModified ?? Date.now();
    }
  }

  class FormData {
    #entries: [string, unknown][] = [];
    append(name: string, value: unknown) {
      this.#entries.push([String(name), value instanceof Blob ? value : String(value)]);
    }
    set(name: string, value: unknown) {
      this.delete(name);
      this.append(name, value);
    }
    get(name: string) {
      return this.#entries.find((entry) => entry[0] === name)?.[1] ?? null;
    }
    getAll(name: string) {
      return this.#entries.filter((entry) => entry[0] === name).map((entry) => entry[1]);
    }
    has(name: string) {
      return this.#entries.some((entry) => entry[0] === name);
    }
    delete(name: string) {
      this.#entries = this.#entries.filter((entry) => entry[0] !== name);
    }
    *entries() {
      yield* this.#entries;
    }
    *keys() {
      for (const [name] of this.#entries) yield name;
    }
    *values() {
      for (const [, value] of this.#entries) yield value;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
  }

  return { Headers, Blob, File, FormData, ...unavailableClasses() };
}

/** Classes that modules may name or extend when they are loaded, and that only actions can make objects of. */
function unavailableClasses(): Record<string, unknown> {
  const names = ["Request", "Response", "ReadableStream", "WritableStream", "TransformStream"];
  names.push("ReadableStreamDefaultReader", "CompressionStream", "DecompressionStream");
  names.push("TextEncoderStream", "TextDecoderStream", "MessageChannel", "WebSocket");
  const classes: Record<string, unknown> = {};
  for (const name of names) {
    const unusable = class {
      constructor() {
        throw unavailable(name);
      }
    };
    Object.defineProperty(unusable, "name", { value: name });
    classes[name] = unusable;
  }
  return classes;
}

function unavailable(name: string): Error {
  return new Error(
    `Can't use ${name} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
  );
}
