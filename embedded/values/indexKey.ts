// Index keys as bytes: plain byte order of the keys is Convex's order of the values (CONVEX-RUNTIME 4.2).
import type { Value } from "convex/values";
import { isCommitTsPlaceholder } from "./json.ts";

// Tags leave 0x00 below and 0xFF above every value: 0x00 ends containers and strings, 0xFF escapes.
const TAG_UNDEFINED = 0x01;
const TAG_NULL = 0x03;
const TAG_INT64 = 0x04;
const TAG_FLOAT64 = 0x0d;
const TAG_FALSE = 0x0e;
const TAG_TRUE = 0x0f;
const TAG_STRING = 0x10;
const TAG_BYTES = 0x11;
const TAG_ARRAY = 0x12;
const TAG_OBJECT = 0x15;
const END = 0x00;
const ESCAPED_ZERO = 0xff;

const MAX_INT64 = (1n << 63n) - 1n;
const SIGN_BIT = 1n << 63n;

// One scratch buffer for all encodings: keys are short and encoding is synchronous.
let scratch = Buffer.alloc(4096);
/** The same bytes, of which pieces are copied without making a Buffer. */
let scratchBytes = new Uint8Array(scratch.buffer, scratch.byteOffset, scratch.length);
let length = 0;

/**
 * Encodes values one after another. A key of the first n values is a byte prefix of the key of more,
 * so all keys that start with given values lie in `[encodeIndexKey(values), keyAfterValues(values))`.
 *
 * @param suffix raw bytes to append, for example a document's internal id
 */
export function encodeIndexKey(
  values: readonly (Value | undefined)[],
  suffix?: Uint8Array,
): Uint8Array {
  length = 0;
  for (const value of values) writeValue(value);
  if (suffix !== undefined) {
    reserve(suffix.length);
    scratch.set(suffix, length);
    length += suffix.length;
  }
  return scratchBytes.slice(0, length);
}

/** The smallest key above `key` itself (unlike `successorOfPrefix`, longer keys that start with it are above). */
export function successorOfKey(key: Uint8Array): Uint8Array {
  const successor = new Uint8Array(key.length + 1);
  successor.set(key);
  return successor;
}

/**
 * The smallest key above all keys of lists that begin with `values` and go on with another value (or, after a number,
 * with raw bytes). Not simply above all keys with these first bytes: the key of "" is a prefix of that of "\u0000".
 */
export function keyAfterValues(values: readonly (Value | undefined)[]): Uint8Array | null {
  const key = encodeIndexKey(values);
  const last = values.at(-1);
  const endsInTerminator = typeof last === "string" || (typeof last === "object" && last !== null);
  if (!endsInTerminator) return successorOfPrefix(key);
  const bound = new Uint8Array(key.length + 1);
  bound.set(key);
  // Above every tag; no value begins with it.
  bound[key.length] = ESCAPED_ZERO;
  return bound;
}

/** The smallest key above every key that starts with `prefix`; null when there is none (no upper end). */
export function successorOfPrefix(prefix: Uint8Array): Uint8Array | null {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  if (end === 0) return null;
  const successor = prefix.slice(0, end);
  successor[end - 1] = (successor[end - 1] ?? 0) + 1;
  return successor;
}

/** Byte order, the order SQLite gives BLOB keys. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

function reserve(count: number): void {
  if (length + count <= scratch.length) return;
  const larger = Buffer.alloc(Math.max(scratch.length * 2, length + count));
  scratch.copy(larger, 0, 0, length);
  scratch = larger;
  scratchBytes = new Uint8Array(scratch.buffer, scratch.byteOffset, scratch.length);
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[length++] = byte;
}

function writeValue(value: Value | undefined): void {
  if (value === undefined) return writeByte(TAG_UNDEFINED);
  if (value === null) return writeByte(TAG_NULL);
  switch (typeof value) {
    case "bigint":
      return writeInt64(value);
    case "number":
      return writeFloat64(value);
    case "boolean":
      return writeByte(value ? TAG_TRUE : TAG_FALSE);
    case "string":
      return writeString(value);
    default:
  }
  if (value instanceof ArrayBuffer) return writeBytes(new Uint8Array(value));
  if (Array.isArray(value)) return writeArray(value);
  if (isCommitTsPlaceholder(value)) return writeInt64(MAX_INT64);
  return writeObject(value as Record<string, Value | undefined>);
}

function writeInt64(value: bigint): void {
  reserve(9);
  scratch[length] = TAG_INT64;
  scratch.writeBigUInt64BE(BigInt.asUintN(64, value + SIGN_BIT), length + 1);
  length += 9;
}

function writeFloat64(value: number): void {
  reserve(9);
  scratch[length] = TAG_FLOAT64;
  // A literal NaN: the bits of a NaN from elsewhere may differ.
  scratch.writeDoubleBE(Number.isNaN(value) ? NaN : value, length + 1);
  const first = scratch[length + 1] ?? 0;
  if (first & 0x80) {
    for (let i = length + 1; i < length + 9; i++) scratch[i] = ~(scratch[i] ?? 0) & 0xff;
  } else {
    scratch[length + 1] = first | 0x80;
  }
  length += 9;
}

function writeString(value: string): void {
  writeByte(TAG_STRING);
  if (value.includes("\u0000")) return writeEscaped(Buffer.from(value, "utf8"));
  reserve(value.length * 3 + 1);
  length += scratch.write(value, length, "utf8");
  writeByte(END);
}

function writeBytes(bytes: Uint8Array): void {
  writeByte(TAG_BYTES);
  writeEscaped(bytes);
}

function writeEscaped(bytes: Uint8Array): void {
  reserve(bytes.length * 2 + 1);
  for (const byte of bytes) {
    scratch[length++] = byte;
    if (byte === END) scratch[length++] = ESCAPED_ZERO;
  }
  scratch[length++] = END;
}

function writeArray(items: readonly Value[]): void {
  writeByte(TAG_ARRAY);
  for (const item of items) writeValue(item);
  writeByte(END);
}

function writeObject(object: Record<string, Value | undefined>): void {
  writeByte(TAG_OBJECT);
  for (const name of Object.keys(object).sort()) {
    if (object[name] === undefined) continue;
    writeString(name);
    writeValue(object[name]);
  }
  writeByte(END);
}
