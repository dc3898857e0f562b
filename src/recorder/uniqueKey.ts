/** A key that nobody else makes. `crypto.randomUUID` would do, but exists only over https and on this machine. */
export function uniqueKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
