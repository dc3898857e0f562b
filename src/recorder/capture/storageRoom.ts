/** How much room this browser still gives, in words that help. */
import type { Problem } from "../outbox/ledger.ts";
import { roomUpTo } from "./roomProbe.ts";

/** About an hour of recording, so that there is time to make room. */
const NEARLY_FULL_BYTES = 15_000_000;

/** Asks the browser not to throw the recordings away when the disk gets full. Some ask the person; no answer is fine. */
export async function askToKeepStorage(): Promise<void> {
  // Typed as always there; missing in insecure contexts and old browsers.
  const storage = navigator.storage as StorageManager | undefined;
  await storage?.persist?.().catch(() => false);
}

export async function storageProblem(): Promise<Problem | undefined> {
  const rooms = await Promise.all([roomByEstimate(), roomUpTo(NEARLY_FULL_BYTES + 1)]);
  const leftBytes = Math.min(...rooms.filter((room) => room !== undefined));
  if (leftBytes > NEARLY_FULL_BYTES) return undefined;
  return {
    code: "storage_nearly_full",
    message: `This device has room for only about ${minutesOfRecording(leftBytes)} more minutes of recording. Free some space, or go online so that finished parts can leave.`,
  };
}

async function roomByEstimate(): Promise<number | undefined> {
  // Typed as always there; missing in insecure contexts and old browsers.
  const storage = navigator.storage as StorageManager | undefined;
  const estimate = await storage?.estimate?.().catch(() => undefined);
  if (estimate?.quota === undefined || estimate.usage === undefined) return undefined;
  return estimate.quota - estimate.usage;
}

/** At 32 kbit/s. */
function minutesOfRecording(bytes: number): number {
  return Math.max(0, Math.floor(bytes / 4_000 / 60));
}

/** True when a write failed because there is no room. */
export function isQuotaError(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
