// What this device remembers of who was signed in, so that a lost session is not silently replaced by an empty library.

const ACCOUNT_KEY = "lectern.account";
const TRANSFER_KEY = "lectern.transfer";

export type RememberedAccount = { kind: "anonymous" } | { kind: "password"; email: string };

export function rememberedAccount(): RememberedAccount | undefined {
  return parseRememberedAccount(read(ACCOUNT_KEY));
}

export function parseRememberedAccount(stored: string | null): RememberedAccount | undefined {
  if (stored === null) return undefined;
  if (stored === "anonymous") return { kind: "anonymous" };
  return stored.startsWith("password:")
    ? { kind: "password", email: stored.slice("password:".length) }
    : undefined;
}

export function rememberAccount(account: RememberedAccount): void {
  write(ACCOUNT_KEY, account.kind === "anonymous" ? "anonymous" : `password:${account.email}`);
}

export function forgetAccount(): void {
  write(ACCOUNT_KEY, null);
}

/** A transfer of an anonymous account's lectures to the one that is signed in next. */
export type PendingTransfer = { secret: string; fromUserId: string };

/** The transfer that has been started and not finished: kept until the new account has the lectures. */
export function pendingTransfer(): PendingTransfer | undefined {
  return parsePendingTransfer(read(TRANSFER_KEY));
}

export function parsePendingTransfer(stored: string | null): PendingTransfer | undefined {
  const [fromUserId, secret] = stored?.split(" ") ?? [];
  return fromUserId && secret ? { fromUserId, secret } : undefined;
}

export function keepTransfer(transfer: PendingTransfer | undefined): void {
  write(TRANSFER_KEY, transfer ? `${transfer.fromUserId} ${transfer.secret}` : null);
}

// Storage may be forbidden (private windows, strict settings): then nothing is remembered, and all else works.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // See read().
  }
}
