// TextEncoder, TextDecoder, atob and btoa for a realm; the bytes they return belong to the realm.
import type { HostBridge } from "./host.ts";

export function createEncoding(host: HostBridge) {
  class TextEncoder {
    get encoding() {
      return "utf-8";
    }
    encode(input = ""): Uint8Array {
      const text = String(input);
      const bytes = new Uint8Array(host.utf8Length(text));
      host.encodeUtf8(text, bytes);
      return bytes;
    }
    encodeInto(source: string, destination: Uint8Array): { read: number; written: number } {
      // Whole characters only: cut the text until it fits.
      let read = 0;
      let written = 0;
      for (const character of String(source)) {
        const size = host.utf8Length(character);
        if (written + size > destination.length) break;
        written += host.encodeUtf8(character, destination.subarray(written, written + size));
        read += character.length;
      }
      return { read, written };
    }
  }

  class TextDecoder {
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    #rest: Uint8Array = new Uint8Array(0);
    constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      const encoding = host.isEncoding(String(label));
      if (encoding === null) throw new RangeError(`The encoding label "${label}" is not known.`);
      this.encoding = encoding;
      this.fatal = options.fatal === true;
      this.ignoreBOM = options.ignoreBOM === true;
    }
    decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
      let bytes = input === undefined ? new Uint8Array(0) : viewOf(input);
      if (this.#rest.length > 0) {
        const joined = new Uint8Array(this.#rest.length + bytes.length);
        joined.set(this.#rest);
        joined.set(bytes, this.#rest.length);
        bytes = joined;
        this.#rest = new Uint8Array(0);
      }
      if (options.stream === true && this.encoding === "utf-8") {
        const complete = completeUtf8Length(bytes);
        this.#rest = bytes.slice(complete);
        bytes = bytes.subarray(0, complete);
      }
      const text = host.decodeText(bytes, this.encoding, this.fatal, this.ignoreBOM);
      if (text === null) throw new TypeError(`The encoded data was not valid ${this.encoding}.`);
      return text;
    }
  }

  return {
    TextEncoder,
    TextDecoder,
    btoa(input: unknown): string {
      const encoded = host.toBase64(String(input));
      if (encoded === null) throw new TypeError("btoa: the string holds characters above U+00FF.");
      return encoded;
    },
    atob(input: unknown): string {
      const decoded = host.fromBase64(String(input));
      if (decoded === null) throw new TypeError("atob: the string is not valid base64.");
      return decoded;
    },
  };
}

export function viewOf(input: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(input)
    ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    : new Uint8Array(input);
}

/** How many leading bytes do not end in the middle of a UTF-8 sequence. */
function completeUtf8Length(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
