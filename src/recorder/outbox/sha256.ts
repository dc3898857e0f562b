/** The fingerprint by which the server recognises a piece that it already has. */

/** @returns the SHA-256 of the bytes in lowercase hexadecimal */
export async function sha256Hex(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
