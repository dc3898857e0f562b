// The worker's side of what a realm may ask for apart from syscalls: text, base64, URLs, random bytes, Web Crypto.
import { AsyncLocalStorage } from "node:async_hooks";
import { createCipheriv } from "node:crypto";
import type { HostBridge } from "./realm/host.ts";
import type { RealmIntrinsics } from "./realmHost.ts";
import { SubtleBridge } from "./subtleBridge.ts";

export type Pending = { begin(): void; end(): void };

export type PlatformBridge = Omit<HostBridge, "syscall" | "asyncSyscall" | "log">;

/**
 * @param seedOf the 32 secret bytes of the run in progress, from which its random bytes come
 * @param pending told around work that settles in a later turn
 */
export function createPlatformBridge(
  intrinsics: RealmIntrinsics,
  seedOf: () => { key: Uint8Array; position: number },
  pending: Pending,
): PlatformBridge {
  const subtle = new SubtleBridge(intrinsics);
  return {
    fillRandom(target) {
      const seed = seedOf();
      const bytes = keystream(seed.key, seed.position, target.byteLength);
      seed.position += 1;
      target.set(bytes);
    },
    utf8Length: (text) => Buffer.byteLength(text),
    encodeUtf8: (text, target) => new TextEncoder().encodeInto(text, target).written,
    decodeText(bytes, encoding, fatal, ignoreBOM) {
      try {
        return new TextDecoder(encoding, { fatal, ignoreBOM }).decode(bytes);
      } catch {
        return null;
      }
    },
    isEncoding(label) {
      try {
        return new TextDecoder(label).encoding;
      } catch {
        return null;
      }
    },
    toBase64: (binary) => orNull(() => btoa(binary)),
    fromBase64: (base64) => orNull(() => atob(base64)),
    parseUrl: (url, base) => orNull(() => urlParts(new URL(url, base))),
    setUrlPart(href, part, value) {
      const url = new URL(href);
      if (SETTABLE.has(part)) Reflect.set(url, part, value);
      return urlParts(url);
    },
    asyncStorage() {
      const storage = new AsyncLocalStorage<unknown>();
      return {
        run: (store, callback) => storage.run(store, callback),
        enter: (store) => storage.enterWith(store),
        get: () => storage.getStore(),
      };
    },
    beginPending: () => pending.begin(),
    endPending: () => pending.end(),
    subtle(operation, args, resolve, reject) {
      pending.begin();
      subtle
        .run(operation, args)
        .then(resolve, (error: unknown) => {
          if (error instanceof Error) reject(error.name, error.message);
          else reject("OperationError", "The operation failed.");
        })
        .finally(() => pending.end());
    },
  };
}

const SETTABLE = new Set([
  "href",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
]);

function urlParts(url: URL): string {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search } =
    url;
  return JSON.stringify({
    ...{ href, origin, protocol, username, password, host, hostname, port, pathname, search },
    hash: url.hash,
  });
}

/** ChaCha20 under the run's seed: as unpredictable as the seed, the same for the same seed. */
function keystream(key: Uint8Array, position: number, length: number): Uint8Array {
  const nonce = Buffer.alloc(16);
  nonce.writeUInt32LE(position >>> 0, 8);
  return createCipheriv("chacha20", key, nonce).update(Buffer.alloc(length));
}

function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
