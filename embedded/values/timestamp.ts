// Commit timestamps (u64 nanoseconds) as the sync protocol writes them: base64 of 8 little-endian bytes.

/** @param ts nanoseconds since the epoch, 0 to 2^64 - 1 */
export function encodeTs(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString("base64");
}

/** @throws when `encoded` is not the base64 of exactly 8 bytes */
export function decodeTs(encoded: string): bigint {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== 8 || bytes.toString("base64") !== encoded) {
    throw new Error(`Not a timestamp: ${JSON.stringify(encoded)}`);
  }
  return bytes.readBigUInt64LE();
}
