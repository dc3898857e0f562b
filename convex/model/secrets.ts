// Random tokens and the hashes under which secrets are stored.

const TOKEN_BYTES = 24;

/** 192 random bits as text that fits in an address. */
export function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** SHA-256 as lowercase hexadecimal. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hexOf(new Uint8Array(digest));
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A stored file's hash as lowercase hexadecimal; backends give it in hexadecimal or in base64. */
export function normalizedSha256(hash: string): string {
  if (/^[0-9a-f]{64}$/iu.test(hash)) return hash.toLowerCase();
  return hexOf(Uint8Array.from(atob(hash), (character) => character.charCodeAt(0)));
}
