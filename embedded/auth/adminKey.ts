// The admin key: made at first start, kept in a file that only its owner can read, compared in constant time.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEY_FILE = "admin-key";
/** What stands before the bar in Convex's self-hosted keys; the CLI shows it as the deployment's name. */
export const INSTANCE_NAME = "embedded";

export type AdminKey = {
  readonly value: string;
  /** True for the key, also with a CLI prefix such as `prod:name|`. */
  matches(candidate: string): boolean;
};

/**
 * Reads the key of this data folder, or makes one at first start.
 * @param given a key chosen by whoever starts the server; it replaces the kept one
 */
export function loadAdminKey(dataDir: string, given?: string): AdminKey {
  const path = join(dataDir, KEY_FILE);
  const kept = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  const value = given ?? (kept === "" ? newKey() : kept);
  if (value !== kept) writeFileSync(path, `${value}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return adminKey(value);
}

function newKey(): string {
  return `${INSTANCE_NAME}|${randomBytes(32).toString("hex")}`;
}

/** The CLI may put the deployment's type and name before the secret: only what follows the last bar is compared. */
export function adminKey(value: string): AdminKey {
  const expected = digest(secretPart(value));
  return {
    value,
    matches: (candidate) => timingSafeEqual(digest(secretPart(candidate)), expected),
  };
}

function secretPart(key: string): string {
  return key.slice(key.lastIndexOf("|") + 1).trim();
}

/** Equal lengths for `timingSafeEqual`, whatever was sent. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
