// Pagination cursors: a place in one query's results, sealed so that clients learn nothing of the index keys.
import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";
import { DatabaseError } from "../errors.ts";
import type { QueryJSON } from "../types.ts";
import type { Position } from "./source.ts";

const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const FINGERPRINT_LENGTH = 8;
const KIND_END = 0;
const KIND_KEY = 1;
const KIND_RANK = 2;

/**
 * Seals and opens cursors with the key of this database. The nonce is derived from the content, so equal
 * places give equal cursors: results that did not change stay equal as values.
 */
export class CursorSeal {
  readonly #key: Uint8Array;

  /** @param key 32 secret bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(fingerprint: Uint8Array, position: Position): string {
    const plain = Buffer.concat([fingerprint, encodePosition(position)]);
    const nonce = createHmac("sha256", this.#key).update(plain).digest().subarray(0, NONCE_LENGTH);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64url");
  }

  /** @throws DatabaseError "InvalidCursor" for anything but a cursor of this query in this database */
  open(fingerprint: Uint8Array, cursor: string): Position {
    const plain = this.#unseal(cursor);
    if (plain === null) throw invalidCursor("The cursor cannot be read.");
    if (Buffer.compare(plain.subarray(0, FINGERPRINT_LENGTH), fingerprint) !== 0) {
      throw invalidCursor(
        "Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
      );
    }
    return decodePosition(plain.subarray(FINGERPRINT_LENGTH));
  }

  #unseal(cursor: string): Buffer | null {
    const bytes = Buffer.from(cursor, "base64url");
    if (bytes.length < NONCE_LENGTH + TAG_LENGTH + FINGERPRINT_LENGTH + 1) return null;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, NONCE_LENGTH));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_LENGTH));
    try {
      const sealed = bytes.subarray(NONCE_LENGTH, bytes.length - TAG_LENGTH);
      return Buffer.concat([decipher.update(sealed), decipher.final()]);
    } catch {
      return null; // not made here, or tampered with
    }
  }
}

/** What a cursor is bound to: the query itself and the fields of the index it goes through. */
export function queryFingerprint(query: QueryJSON, fields: readonly string[]): Uint8Array {
  return createHash("sha256")
    .update(JSON.stringify([query.source, query.operators, fields]))
    .digest()
    .subarray(0, FINGERPRINT_LENGTH);
}

export function invalidCursor(detail: string): DatabaseError {
  return new DatabaseError("InvalidCursor", `InvalidCursor: ${detail}`, {
    data: { isConvexSystemError: true, paginationError: "InvalidCursor" },
  });
}

function encodePosition(position: Position): Uint8Array {
  switch (position.kind) {
    case "end":
      return Uint8Array.of(KIND_END);
    case "key":
      return Buffer.concat([Uint8Array.of(KIND_KEY), position.key]);
    case "rank": {
      const bytes = Buffer.alloc(5);
      bytes[0] = KIND_RANK;
      bytes.writeUInt32BE(position.rank, 1);
      return bytes;
    }
    default:
      position satisfies never;
      throw new Error("Unknown position");
  }
}

function decodePosition(bytes: Buffer): Position {
  switch (bytes[0]) {
    case KIND_END:
      return { kind: "end" };
    case KIND_KEY:
      return { kind: "key", key: new Uint8Array(bytes.subarray(1)) };
    case KIND_RANK:
      return { kind: "rank", rank: bytes.readUInt32BE(1) };
    default:
      throw invalidCursor("The cursor is of an unknown kind.");
  }
}
