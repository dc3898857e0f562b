// Document ids in Convex's own format (CONVEX-RUNTIME 4.3): base32 of table number, internal id and checksum.

export const INTERNAL_ID_LENGTH = 16;
const FOOTER_LENGTH = 2;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const MAX_TABLE_NUMBER = 0xffffffff;

const digitOf = new Int8Array(128).fill(-1);
for (let digit = 0; digit < ALPHABET.length; digit++) digitOf[ALPHABET.charCodeAt(digit)] = digit;

/**
 * @param tableNumber 1 to 2^32 - 1
 * @param internalId 16 bytes
 */
export function encodeId(tableNumber: number, internalId: Uint8Array): string {
  if (!Number.isInteger(tableNumber) || tableNumber < 1 || tableNumber > MAX_TABLE_NUMBER) {
    throw new RangeError(`Not a table number: ${tableNumber}`);
  }
  if (internalId.length !== INTERNAL_ID_LENGTH) {
    throw new RangeError(`An internal id has 16 bytes, not ${internalId.length}`);
  }
  const bytes: number[] = [];
  let rest = tableNumber;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  for (const byte of internalId) bytes.push(byte);
  const footer = fletcher16(bytes, bytes.length);
  bytes.push(footer & 0xff, footer >> 8);
  return toBase32(bytes);
}

/** @returns null for anything but the one canonical text of an id */
export function decodeId(id: string): { tableNumber: number; internalId: Uint8Array } | null {
  const bytes = fromBase32(id);
  if (bytes === null) return null;
  const idStart = bytes.length - FOOTER_LENGTH - INTERNAL_ID_LENGTH;
  const tableNumber = readLeb128(bytes, idStart);
  if (tableNumber === null) return null;
  const footerStart = bytes.length - FOOTER_LENGTH;
  const footer = fletcher16(bytes, footerStart);
  if (bytes[footerStart] !== (footer & 0xff) || bytes[footerStart + 1] !== footer >> 8) return null;
  return { tableNumber, internalId: bytes.slice(idStart, footerStart) };
}

/** Reads the table number that fills exactly the first `end` bytes, in its shortest form. */
function readLeb128(bytes: Uint8Array, end: number): number | null {
  if (end < 1 || end > 5) return null;
  let value = 0;
  for (let i = end - 1; i >= 0; i--) {
    const byte = bytes[i] ?? 0;
    const isLast = i === end - 1;
    if (byte >= 0x80 === isLast) return null;
    if (isLast && byte === 0) return null;
    value = value * 0x80 + (byte & 0x7f);
  }
  return value <= MAX_TABLE_NUMBER ? value : null;
}

/** The version of the id format, 0, would be XORed in here. */
function fletcher16(bytes: ArrayLike<number>, end: number): number {
  let c0 = 0;
  let c1 = 0;
  for (let i = 0; i < end; i++) {
    c0 = (c0 + (bytes[i] ?? 0)) & 0xff;
    c1 = (c1 + c0) & 0xff;
  }
  return c1 * 256 + c0;
}

function toBase32(bytes: readonly number[]): string {
  let text = "";
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    pendingBits += 8;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      text += ALPHABET[(pending >> pendingBits) & 31];
    }
    pending &= (1 << pendingBits) - 1;
  }
  if (pendingBits > 0) text += ALPHABET[(pending << (5 - pendingBits)) & 31];
  return text;
}

function fromBase32(text: string): Uint8Array | null {
  // 31 characters for the smallest table numbers, 37 for the largest.
  if (text.length < 31 || text.length > 37) return null;
  const byteLength = Math.floor((text.length * 5) / 8);
  if (Math.ceil((byteLength * 8) / 5) !== text.length) return null;
  const bytes = new Uint8Array(byteLength);
  let pending = 0;
  let pendingBits = 0;
  let written = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf[text.charCodeAt(i)] ?? -1;
    if (digit < 0) return null;
    pending = (pending << 5) | digit;
    pendingBits += 5;
    if (pendingBits >= 8) {
      pendingBits -= 8;
      bytes[written++] = (pending >> pendingBits) & 0xff;
      pending &= (1 << pendingBits) - 1;
    }
  }
  return pending === 0 ? bytes : null;
}
