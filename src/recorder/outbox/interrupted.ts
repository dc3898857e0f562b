/** What a person may decide about a recording that was cut off: end it there, or throw it away. (Going on is the recorder's.) */
import { measureDuration } from "./measureDuration.ts";
import type { Outbox } from "./outbox.ts";
import { closeOpenPieces } from "./recovery.ts";
import { tryRecordingLock } from "./recordingLock.ts";

/** Shorter than this is no recording but a slip of the finger. */
const SHORTEST_MS = 300;

/** True when a lecture holds anything that could be heard. */
export async function holdsAudio(outbox: Outbox, clientKey: string): Promise<boolean> {
  const ledger = await outbox.ledger(clientKey);
  return (
    ledger?.pieces.some((piece) => piece.sizeBytes > 0 && piece.durationMs >= SHORTEST_MS) ?? false
  );
}

/** Everything that was recorded is sent and becomes notes. Returns false when another tab is recording it. */
export async function finishInterrupted(outbox: Outbox, clientKey: string): Promise<boolean> {
  return withLock(clientKey, async () => {
    await closeOpenPieces(outbox, clientKey, measureDuration);
    if (await holdsAudio(outbox, clientKey)) {
      await outbox.updateLecture(clientKey, { intake: "complete" });
    } else await outbox.discard(clientKey);
  });
}

/** Returns false when another tab is recording it. */
export async function discardInterrupted(outbox: Outbox, clientKey: string): Promise<boolean> {
  return withLock(clientKey, () => outbox.discard(clientKey));
}

async function withLock(clientKey: string, work: () => Promise<void>): Promise<boolean> {
  const release = await tryRecordingLock(clientKey);
  if (!release) return false;
  try {
    await work();
    return true;
  } finally {
    release();
  }
}
