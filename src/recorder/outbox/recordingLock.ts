/** Says to other tabs, and to the next start after a crash, whether a recording is still being made somewhere. */

const LOCK_PREFIX = "lectern recording ";
const lockName = (clientKey: string) => `${LOCK_PREFIX}${clientKey}`;

/** Holds the lock until the returned function is called, or the page dies: then the browser lets go of it. */
export async function holdRecordingLock(clientKey: string): Promise<() => void> {
  const locks = webLocks();
  if (!locks) return () => {};
  return new Promise((resolveHeld) => {
    void locks.request(lockName(clientKey), () => {
      return new Promise<void>((release) => resolveHeld(release));
    });
  });
}

/** The same if no page holds it; undefined when one does. */
export async function tryRecordingLock(clientKey: string): Promise<(() => void) | undefined> {
  const locks = webLocks();
  if (!locks) return () => {};
  return new Promise((resolveHeld) => {
    void locks.request(lockName(clientKey), { ifAvailable: true }, (lock) => {
      if (!lock) return resolveHeld(undefined);
      return new Promise<void>((release) => resolveHeld(release));
    });
  });
}

/** The lectures that some page of this browser is recording or cutting now. */
export async function lecturesBeingMade(): Promise<Set<string>> {
  const state = await webLocks()?.query();
  const names = state?.held?.flatMap(({ name }) => (name ? [name] : [])) ?? [];
  return new Set(
    names
      .filter((name) => name.startsWith(LOCK_PREFIX))
      .map((name) => name.slice(LOCK_PREFIX.length)),
  );
}

/** Typed as always there; missing in insecure contexts, where nothing records either. */
function webLocks(): LockManager | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}
