/**
 * Whose recordings this device makes. The last known account is remembered, so that a lecture recorded with no server
 * in reach goes to the person who recorded it and not to whoever signs in next.
 */

const STORAGE_KEY = "lectern.userId";

let current: string | undefined;
const listeners = new Set<() => void>();

/** The account that is signed in now; undefined while nobody is. */
export function signedInUserId(): string | undefined {
  return current;
}

export function setSignedInUserId(userId: string | undefined): void {
  if (current === userId) return;
  current = userId;
  try {
    if (userId !== undefined) localStorage.setItem(STORAGE_KEY, userId);
  } catch {
    // Storage may be forbidden: then a lecture recorded offline belongs to whoever signs in next here.
  }
  for (const listener of listeners) listener();
}

export function onSignedInUser(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The owner of what is recorded now: who is signed in, or was last. Undefined on a device where nobody has been yet. */
export function ownerOfNewLectures(): string | undefined {
  if (current !== undefined) return current;
  try {
    return localStorage.getItem(STORAGE_KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
