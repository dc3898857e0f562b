// Web Crypto for realms: keys stay with the worker and are named by number, results are copied into the realm.
import { SUBTLE_OPERATIONS } from "./realm/subtleOperations.ts";
import type { RealmIntrinsics } from "./realmHost.ts";

/** How a key appears in arguments and results: `{ $key: number }` with its public properties. */
type KeyReference = { $key: number };

export class SubtleBridge {
  readonly #intrinsics: RealmIntrinsics;
  readonly #keys = new Map<number, CryptoKey>();
  #nextKey = 1;

  constructor(intrinsics: RealmIntrinsics) {
    this.#intrinsics = intrinsics;
  }

  /** @returns a value of the realm: bytes, a boolean, or parsed JSON that describes keys */
  async run(operation: string, args: unknown[]): Promise<unknown> {
    if (!SUBTLE_OPERATIONS.includes(operation))
      throw new Error(`crypto.subtle.${operation} does not exist.`);
    const subtle = crypto.subtle as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const run = subtle[operation];
    if (run === undefined) throw new Error(`crypto.subtle.${operation} does not exist.`);
    const result = await run.apply(
      crypto.subtle,
      args.map((argument) => this.#inward(argument)),
    );
    return this.#outward(result);
  }

  /** Realm values as they are, except that named keys become the keys themselves (also inside algorithm objects). */
  #inward(argument: unknown): unknown {
    if (isKeyReference(argument)) {
      const key = this.#keys.get(argument.$key);
      if (key === undefined) throw new TypeError("This CryptoKey is not known here.");
      return key;
    }
    if (typeof argument !== "object" || argument === null) return argument;
    if (ArrayBuffer.isView(argument) || isArrayBuffer(argument) || Array.isArray(argument)) {
      return argument;
    }
    return Object.fromEntries(
      Object.entries(argument).map(([name, value]) => [name, this.#inward(value)]),
    );
  }

  #outward(result: unknown): unknown {
    if (result instanceof ArrayBuffer) {
      const copy = new this.#intrinsics.ArrayBuffer(result.byteLength);
      new Uint8Array(copy).set(new Uint8Array(result));
      return copy;
    }
    if (typeof result !== "object" || result === null) return result;
    if (result instanceof CryptoKey)
      return this.#intrinsics.parse(JSON.stringify(this.#keep(result)));
    if ("publicKey" in result && "privateKey" in result) {
      return this.#intrinsics.parse(
        JSON.stringify({
          publicKey: this.#keep(result.publicKey as CryptoKey),
          privateKey: this.#keep(result.privateKey as CryptoKey),
        }),
      );
    }
    // A JSON Web Key.
    return this.#intrinsics.parse(JSON.stringify(result));
  }

  #keep(key: CryptoKey): object {
    const name = this.#nextKey++;
    this.#keys.set(name, key);
    // Keys live as long as their realm at most; a realm that imports a key in each run keeps the newest.
    if (this.#keys.size > MAX_KEYS) this.#keys.delete(this.#keys.keys().next().value ?? name);
    const { type, extractable, usages } = key;
    return { $key: name, type, extractable, usages, algorithm: describeAlgorithm(key.algorithm) };
  }
}

const MAX_KEYS = 10_000;

function describeAlgorithm(algorithm: KeyAlgorithm): object {
  return Object.fromEntries(
    Object.entries(algorithm).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Uint8Array ? { $bytes: [...value] } : value,
    ]),
  );
}

function isKeyReference(value: unknown): value is KeyReference {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { $key?: unknown }).$key === "number"
  );
}

/** True for buffers of other realms too. */
function isArrayBuffer(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
