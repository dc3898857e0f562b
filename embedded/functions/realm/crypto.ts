// `crypto` for a realm: random numbers come from the run's seed, `subtle` works in the worker on keys named by number.
import { createDomException } from "./events.ts";
import type { HostBridge } from "./host.ts";
import { SUBTLE_OPERATIONS } from "./subtleOperations.ts";

type KeyParts = {
  $key: number;
  type: string;
  extractable: boolean;
  usages: string[];
  algorithm: Record<string, unknown>;
};

export function createCrypto(host: HostBridge, look: () => void) {
  class CryptoKey {
    readonly #parts: KeyParts;
    constructor(parts: KeyParts) {
      if (typeof parts?.$key !== "number") throw new TypeError("Illegal constructor");
      this.#parts = parts;
    }
    static reference(this: void, key: CryptoKey) {
      return { $key: key.#parts.$key };
    }
    get type() {
      return this.#parts.type;
    }
    get extractable() {
      return this.#parts.extractable;
    }
    get algorithm() {
      return reviveBytes(this.#parts.algorithm);
    }
    get usages() {
      return [...this.#parts.usages];
    }
    get [Symbol.toStringTag]() {
      return "CryptoKey";
    }
  }
  const { reference } = CryptoKey;
  Reflect.deleteProperty(CryptoKey, "reference");

  const outward = (argument: unknown): unknown => {
    if (argument instanceof CryptoKey) return reference(argument);
    if (typeof argument !== "object" || argument === null) return argument;
    if (ArrayBuffer.isView(argument) || argument instanceof ArrayBuffer) return argument;
    if (Array.isArray(argument)) return argument;
    // Algorithms may hold keys (`public` of ECDH).
    return Object.fromEntries(
      Object.entries(argument).map(([name, value]) => [name, outward(value)]),
    );
  };
  const inward = (result: unknown): unknown => {
    if (typeof result !== "object" || result === null || result instanceof ArrayBuffer) {
      return result;
    }
    if ("$key" in result) return new CryptoKey(result as KeyParts);
    if ("publicKey" in result && "privateKey" in result) {
      const { publicKey, privateKey } = result;
      return { publicKey: inward(publicKey), privateKey: inward(privateKey) };
    }
    return result;
  };

  class SubtleCrypto {}
  for (const operation of SUBTLE_OPERATIONS) {
    const run = (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        host.subtle(
          operation,
          args.map(outward),
          (value) => resolve(inward(value)),
          (name, message) => reject(createDomException(name, message)),
        );
      });
    Object.defineProperty(SubtleCrypto.prototype, operation, {
      value: run,
      writable: true,
      configurable: true,
    });
  }

  class Crypto {
    readonly subtle = new SubtleCrypto();
    getRandomValues<T extends ArrayBufferView>(target: T): T {
      if (!ArrayBuffer.isView(target)) throw new TypeError("An integer typed array is needed.");
      if (target.byteLength > 65_536) {
        throw createDomException("QuotaExceededError", "At most 65536 bytes can be asked for.");
      }
      look();
      host.fillRandom(new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
      return target;
    }
    randomUUID(): string {
      const bytes = this.getRandomValues(new Uint8Array(16));
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    }
  }
  return { crypto: new Crypto(), Crypto, CryptoKey, SubtleCrypto };
}

/** RSA's public exponent comes as numbers. */
function reviveBytes(algorithm: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(algorithm).map(([name, value]) => {
      const bytes = (value as { $bytes?: number[] } | null)?.$bytes;
      return [name, bytes === undefined ? value : new Uint8Array(bytes)];
    }),
  );
}
