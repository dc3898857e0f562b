// What `crypto.subtle` offers in a realm; each is carried to the worker by its name.
export const SUBTLE_OPERATIONS: readonly string[] = [
  "digest",
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "deriveBits",
  "deriveKey",
  "generateKey",
  "importKey",
  "exportKey",
  "wrapKey",
  "unwrapKey",
];
