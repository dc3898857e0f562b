/** Says to other tabs, and to the next start after a crash, whether a recording is still being made somewhere. */

const lockName = (clientKey: string) => `lectern recording ${clientKey}`;

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

/** True while some page of this browser is recording this lecture. */
export async function isBeingRecorded(clientKey: string): Promise<boolean> {
  const state = await webLocks()?.query();
  return state?.held?.some((lock) => lock.name === lockName(clientKey)) ?? false;
}

/** Typed as always there; missing in insecure contexts, where nothing records either. */
function webLocks(): LockManager | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}
