// The largest arguments and results that a function may have, and a quick way to see that they are far smaller.

/** By Convex's own count (CONVEX-RUNTIME 4.1), for arguments and results alike. */
export const MAX_VALUE_BYTES = 16 << 20;

/** A number takes 9 bytes by Convex's count and at least 2 characters as JSON; nothing grows more. */
export function mayExceedLimit(json: string): boolean {
  return json.length * 5 > MAX_VALUE_BYTES;
}
