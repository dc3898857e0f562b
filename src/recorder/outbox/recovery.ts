/** Puts in order what a page left half written when it died: its last piece has bytes on the disk but no end yet. */
import type { LectureLedger, Piece } from "./ledger.ts";
import type { Outbox } from "./outbox.ts";
import { tryRecordingLock } from "./recordingLock.ts";

/** How long some recorded bytes last, in milliseconds; undefined when that can't be told from them. */
export type MeasureDuration = (bytes: Blob) => Promise<number | undefined>;

/** A slice holds this much when nothing better is known. */
const SLICE_MS = 1_000;

/** Looks after every lecture that no living page is making. Safe to run in several tabs. */
export async function recoverAll(outbox: Outbox, measure: MeasureDuration): Promise<void> {
  for (const { clientKey, source } of await outbox.lectures()) {
    if (source !== "recording") continue;
    const release = await tryRecordingLock(clientKey);
    if (!release) continue;
    try {
      await closeOpenPieces(outbox, clientKey, measure);
      await discardWhenEmpty(outbox, clientKey);
    } finally {
      release();
    }
  }
}

/** The page died before the first second was kept: there is nothing to decide about. */
async function discardWhenEmpty(outbox: Outbox, clientKey: string): Promise<void> {
  const ledger = await outbox.ledger(clientKey);
  if (ledger?.lecture.intake !== "open" || ledger.pieces.length > 0) return;
  await outbox.discard(clientKey);
}

/** Ends the pieces of one lecture that were still being filled. The caller holds its recording lock. */
export async function closeOpenPieces(
  outbox: Outbox,
  clientKey: string,
  measure: MeasureDuration,
): Promise<void> {
  const ledger = await outbox.ledger(clientKey);
  if (!ledger) return;
  const open = ledger.pieces.filter((piece) => piece.status === "filling");
  for (const piece of open.sort((a, b) => a.index - b.index)) {
    if (piece.sizeBytes === 0) await outbox.removePiece(clientKey, piece.index);
    else await closePiece(outbox, piece, measure);
  }
}

async function closePiece(outbox: Outbox, piece: Piece, measure: MeasureDuration): Promise<void> {
  const { clientKey, index, mimeType, sliceCount } = piece;
  const bytes = await outbox.bytes(clientKey, index, mimeType);
  const measuredMs = await measure(bytes);
  const durationMs = measuredMs || sliceCount * SLICE_MS;
  const now = await outbox.ledger(clientKey);
  const overlapMs = now ? overlapWithPieceBefore(now, piece) : 0;
  await outbox.updatePiece(clientKey, index, { status: "waiting", durationMs, overlapMs });
}

/** How much of a piece's beginning is also at the end of the one before: the page may have died in a handover. */
function overlapWithPieceBefore({ pieces }: LectureLedger, { index, session, startMs }: Piece) {
  const before = pieces.find((piece) => piece.index === index - 1 && piece.session === session);
  return before ? Math.max(0, before.startMs + before.durationMs - startMs) : 0;
}
