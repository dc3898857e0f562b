// URL and URLSearchParams for a realm. Parsing is the worker's; the objects belong to the realm.
import type { HostBridge } from "./host.ts";

type Parts = Record<
  | "href"
  | "origin"
  | "protocol"
  | "username"
  | "password"
  | "host"
  | "hostname"
  | "port"
  | "pathname"
  | "search"
  | "hash",
  string
>;

export function createUrlClasses(host: HostBridge) {
  const parse = (url: unknown, base: unknown): Parts | null => {
    const json = host.parseUrl(String(url), base === undefined ? undefined : `${base as string}`);
    // Made by the worker from a URL of its own.
    return json === null ? null : (JSON.parse(json) as Parts);
  };

  class URLSearchParams {
    #pairs: [string, string][] = [];
    /** Tells the URL whose query this is. */
    #changed: () => void = () => undefined;

    constructor(init: unknown = "") {
      if (typeof init === "object" && init !== null) {
        const isIterable = Symbol.iterator in init;
        const pairs = isIterable ? (init as Iterable<[unknown, unknown]>) : Object.entries(init);
        for (const [name, value] of pairs) this.#pairs.push([String(name), String(value)]);
      } else {
        this.#pairs = parseQuery(String(init));
      }
    }

    static follow(search: string, changed: (text: string) => void): URLSearchParams {
      const params = new URLSearchParams(search);
      params.#changed = () => changed(params.toString());
      return params;
    }
    static reset(params: URLSearchParams, search: string): void {
      params.#pairs = parseQuery(search);
    }

    get size() {
      return this.#pairs.length;
    }
    append(name: string, value: string) {
      this.#pairs.push([String(name), String(value)]);
      this.#changed();
    }
    delete(name: string, value?: string) {
      this.#pairs = this.#pairs.filter(
        (pair) => pair[0] !== name || (value !== undefined && pair[1] !== value),
      );
      this.#changed();
    }
    get(name: string) {
      return this.#pairs.find((pair) => pair[0] === name)?.[1] ?? null;
    }
    getAll(name: string) {
      return this.#pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
    }
    has(name: string, value?: string) {
      return this.#pairs.some(
        (pair) => pair[0] === name && (value === undefined || pair[1] === value),
      );
    }
    set(name: string, value: string) {
      const first = this.#pairs.findIndex((pair) => pair[0] === name);
      if (first === -1) {
        this.append(name, value);
        return;
      }
      this.#pairs = this.#pairs.filter((pair, place) => place <= first || pair[0] !== name);
      this.#pairs[first] = [String(name), String(value)];
      this.#changed();
    }
    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      this.#changed();
    }
    forEach(callback: (value: string, name: string, params: URLSearchParams) => void) {
      for (const [name, value] of this.#pairs) callback(value, name, this);
    }
    *entries() {
      for (const [name, value] of this.#pairs) yield [name, value] as [string, string];
    }
    *keys() {
      for (const [name] of this.#pairs) yield name;
    }
    *values() {
      for (const [, value] of this.#pairs) yield value;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
    toString() {
      return this.#pairs.map(([name, value]) => `${escape(name)}=${escape(value)}`).join("&");
    }
  }

  class URL {
    #parts: Parts;
    readonly #params: URLSearchParams;

    constructor(url: unknown, base?: unknown) {
      const parts = parse(url, base);
      if (parts === null) throw new TypeError(`Invalid URL: ${JSON.stringify(String(url))}`);
      this.#parts = parts;
      this.#params = URLSearchParams.follow(parts.search, (text) => {
        this.#parts = JSON.parse(host.setUrlPart(this.#parts.href, "search", text)) as Parts;
      });
    }
    static canParse(url: unknown, base?: unknown) {
      return parse(url, base) !== null;
    }
    static parse(url: unknown, base?: unknown) {
      return URL.canParse(url, base) ? new URL(url, base) : null;
    }
    static read(this: void, url: URL, part: keyof Parts): string {
      return url.#parts[part];
    }
    static write(this: void, url: URL, part: keyof Parts, value: unknown): void {
      url.#parts = JSON.parse(host.setUrlPart(url.#parts.href, part, String(value))) as Parts;
      URLSearchParams.reset(url.#params, url.#parts.search);
    }
    get searchParams() {
      return this.#params;
    }
    toString() {
      return this.#parts.href;
    }
    toJSON() {
      return this.#parts.href;
    }
  }
  const { read, write } = URL;
  const parts: (keyof Parts)[] = ["href", "protocol", "username", "password", "host", "hostname"];
  for (const part of [...parts, "port", "pathname", "search", "hash"] as (keyof Parts)[]) {
    Object.defineProperty(URL.prototype, part, {
      get(this: URL) {
        return read(this, part);
      },
      set(this: URL, value: unknown) {
        write(this, part, value);
      },
      enumerable: true,
      configurable: true,
    });
  }
  Object.defineProperty(URL.prototype, "origin", {
    get(this: URL) {
      return read(this, "origin");
    },
    enumerable: true,
    configurable: true,
  });
  for (const name of ["read", "write"]) Reflect.deleteProperty(URL, name);
  const PublicParams = URLSearchParams;
  return { URL, URLSearchParams: PublicParams };
}

function parseQuery(text: string): [string, string][] {
  const query = text.startsWith("?") ? text.slice(1) : text;
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      const name = equals === -1 ? part : part.slice(0, equals);
      return [unescape(name), unescape(equals === -1 ? "" : part.slice(equals + 1))];
    });
}

/** As forms encode: a plus for a space, and everything but letters, digits and `*-._` in percent. */
function escape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function unescape(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A stray percent sign stays as it is; whole escapes around it are still decoded.
    return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
      try {
        return decodeURIComponent(escapes);
      } catch {
        return "\uFFFD";
      }
    });
  }
}
