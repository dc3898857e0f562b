// How a lecture comes in: pieces of audio or chunks of text, in any order, any number of times.

import {
  MAX_CHUNK_BYTES,
  MAX_CHUNK_DURATION_MS,
  MAX_CHUNKS,
  MAX_LECTURE_DURATION_MS,
} from "../../domain/limits.ts";
import { LOUDEST_DB, SILENCE_DB, type Sound } from "../../domain/sound.ts";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { recordEvent } from "./events.ts";
import { goOn } from "./goOn.ts";
import { restartJob } from "./jobControl.ts";
import { updateJob } from "./jobState.ts";
import { dropWritingLease } from "./leases.ts";
import { removeLecture } from "./lectures.ts";
import { checkInteger, checkNumber, refuse, type Refusal } from "./refusal.ts";
import { normalizedSha256 } from "./secrets.ts";
import { wake } from "./wake.ts";
import { rewindWriting } from "./writing.ts";

export { missingIndices } from "./contiguity.ts";
export { addTextChunks } from "./textIntake.ts";

export type AudioPiece = Pick<
  Doc<"audioChunks">,
  | "index"
  | "session"
  | "startMs"
  | "durationMs"
  | "overlapMs"
  | "storageId"
  | "sizeBytes"
  | "mimeType"
  | "sha256"
  | "sound"
>;

/** Stores one piece and wakes the job. The same piece again changes nothing. */
export async function addAudioChunk(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  job: Doc<"jobs">,
  piece: AudioPiece,
): Promise<"stored" | "already_stored"> {
  if (lecture.source !== "recording" && lecture.source !== "file") {
    refuse("conflict_source", "This lecture is made from text; audio can't be added to it.");
  }
  checkPiece(piece);
  const existing = await pieceAt(ctx, lecture._id, piece.index);
  if (existing) return await takeAgain(ctx, existing, piece);
  await refuseForeignFile(ctx, piece.storageId);
  await checkFile(ctx, piece);

  const before = piece.index === 0 || (await pieceAt(ctx, lecture._id, piece.index - 1)) !== null;
  const after = await pieceAt(ctx, lecture._id, piece.index + 1);
  if (after?.followsGap) await ctx.db.patch("audioChunks", after._id, { followsGap: false });
  await ctx.db.insert("audioChunks", {
    lectureId: lecture._id,
    ...piece,
    state: "ready",
    isSettled: false,
    followsGap: !before,
    ...{ attempts: 0, refusals: 0, losses: 0, notBefore: 0 },
  });

  const open = await openFor(ctx, job, piece.startMs);
  const now = Date.now();
  await updateJob(ctx, open, {
    counts: { ...open.counts, chunks: open.counts.chunks + 1 },
    receivedMs: open.receivedMs + piece.durationMs - piece.overlapMs,
    endMs: Math.max(open.endMs, piece.startMs + piece.durationMs),
    nextSession: Math.max(open.nextSession, piece.session + 1),
    startedAt: open.startedAt ?? now,
    lastReceivedAt: now,
  });
  await wake(ctx, lecture._id, "transcribe");
  return "stored";
}

function checkPiece(piece: AudioPiece): void {
  checkInteger("index", piece.index, 0, MAX_CHUNKS - 1);
  checkInteger("session", piece.session, 0, MAX_CHUNKS);
  checkNumber("durationMs", piece.durationMs, 1, MAX_CHUNK_DURATION_MS);
  checkNumber("startMs", piece.startMs, 0, MAX_LECTURE_DURATION_MS - piece.durationMs);
  checkNumber("overlapMs", piece.overlapMs, 0, piece.durationMs);
  if (piece.sizeBytes > MAX_CHUNK_BYTES) {
    refuse("too_large", "This piece of audio is larger than 24 MB. Cut it into shorter pieces.");
  }
  checkInteger("sizeBytes", piece.sizeBytes, 1, MAX_CHUNK_BYTES);
  if (!/^[0-9a-f]{64}$/u.test(piece.sha256)) {
    refuse("invalid_sha256", "sha256 must be 64 lowercase hexadecimal digits.");
  }
  if (piece.mimeType.length > 100 || !/^(?:audio|video)\/[\w.+-]+/u.test(piece.mimeType)) {
    refuse("invalid_mimeType", "This is not a piece of audio.");
  }
  if (piece.sound) checkSound(piece.sound);
}

function checkSound({ measuredMs, audibleMs, peakDb }: Sound): void {
  checkNumber("measuredMs", measuredMs, 0, 2 * MAX_CHUNK_DURATION_MS);
  checkNumber("audibleMs", audibleMs, 0, measuredMs);
  checkNumber("peakDb", peakDb, SILENCE_DB, LOUDEST_DB);
}

async function pieceAt(
  ctx: MutationCtx,
  lectureId: Id<"lectures">,
  index: number,
): Promise<Doc<"audioChunks"> | null> {
  return await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lectureId).eq("index", index))
    .unique();
}

async function takeAgain(
  ctx: MutationCtx,
  existing: Doc<"audioChunks">,
  piece: AudioPiece,
): Promise<"already_stored"> {
  if (existing.sha256 !== piece.sha256) {
    refuse(
      "conflict_chunk",
      `Another recording is already stored as piece ${piece.index + 1} of this lecture. Nothing was overwritten.`,
    );
  }
  if (existing.storageId === piece.storageId) return "already_stored";
  await refuseForeignFile(ctx, piece.storageId);
  const stored = await ctx.db.system.get("_storage", existing.storageId);
  if (!stored) {
    // The first file is gone; this one takes its place.
    await checkFile(ctx, piece);
    await ctx.db.patch("audioChunks", existing._id, { storageId: piece.storageId });
  } else if (await ctx.db.system.get("_storage", piece.storageId)) {
    await ctx.storage.delete(piece.storageId);
  }
  return "already_stored";
}

/** A file belongs to one piece. Whoever names another's gets neither its text nor its deletion. */
async function refuseForeignFile(ctx: MutationCtx, storageId: Id<"_storage">): Promise<void> {
  const user = await ctx.db
    .query("audioChunks")
    .withIndex("by_storageId", (q) => q.eq("storageId", storageId))
    .first();
  if (user) refuse("conflict_file", "This file already belongs to another piece. Send it again.");
}

/** What is stored must be what the device sent, byte for byte. */
async function checkFile(ctx: MutationCtx, piece: AudioPiece): Promise<void> {
  const file = await ctx.db.system.get("_storage", piece.storageId);
  const isWhole = file?.size === piece.sizeBytes && normalizedSha256(file.sha256) === piece.sha256;
  if (!isWhole) {
    refuse("file_missing", "The audio did not arrive whole. It has to be sent again.");
  }
}

/** The job, ready to take a piece that begins at `startMs` even if it had finished without it. */
async function openFor(ctx: MutationCtx, job: Doc<"jobs">, startMs: number): Promise<Doc<"jobs">> {
  const rewound = startMs < job.writtenToMs ? await rewindWriting(ctx, job, startMs) : job;
  if (rewound.intake === "open") return rewound;
  return await reopen(ctx, rewound);
}

async function reopen(ctx: MutationCtx, job: Doc<"jobs">): Promise<Doc<"jobs">> {
  // Whoever is finishing the lecture right now would finish it too early.
  await dropWritingLease(ctx, job.lectureId);
  // A job that stands still takes the piece and goes on standing, with its reason.
  if (job.status === "paused" || job.status === "canceled") {
    return await updateJob(ctx, job, { intake: "open" }, "reopen");
  }
  const reopened = await restartJob(ctx, job, "reopen", {
    intake: "open",
    rewrite: { keepEdits: true },
  });
  await recordEvent(ctx, reopened, {
    type: "job.reopened",
    detail: "More of the lecture comes in.",
  });
  return reopened;
}

/** Opens a lecture from audio for another recording session after its end. */
export async function reopenForRecording(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  job: Doc<"jobs">,
): Promise<{ session: number; nextIndex: number; startMs: number }> {
  if (lecture.source !== "recording" && lecture.source !== "file") {
    refuse(
      "conflict_source",
      "This lecture is made from text and can't be continued by recording.",
    );
  }
  const last = await ctx.db
    .query("audioChunks")
    .withIndex("by_lecture_and_index", (q) => q.eq("lectureId", lecture._id))
    .order("desc")
    .first();
  const nextIndex = last ? last.index + 1 : 0;
  if (nextIndex >= MAX_CHUNKS || job.endMs >= MAX_LECTURE_DURATION_MS) {
    refuse("too_large", "This lecture is as long as one can be. Start a new one.");
  }
  let open = job;
  if (job.status === "paused" || job.status === "failed" || job.status === "canceled") {
    open = await restartJob(ctx, job, "retry", { intake: "open", rewrite: { keepEdits: true } });
  } else if (job.intake === "complete") {
    open = await reopen(ctx, job);
  }
  const session = open.nextSession;
  await ctx.db.patch("jobs", job._id, { nextSession: session + 1, lastReceivedAt: Date.now() });
  return { session, nextIndex, startMs: job.endMs };
}

/** No more pieces come. A lecture of nothing is removed and refused. */
export async function finishIntake(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  total: { chunkCount: number; durationMs: number },
): Promise<null | Refusal> {
  checkInteger("chunkCount", total.chunkCount, 0, MAX_CHUNKS);
  checkNumber("durationMs", total.durationMs, 0, MAX_LECTURE_DURATION_MS);
  if (job.intake === "complete") return null;
  if (job.counts.chunks === 0 && total.chunkCount === 0) {
    await removeLecture(ctx, job.lectureId);
    return {
      refused: {
        code: "invalid_empty",
        message:
          "Nothing was recorded, so there is nothing to keep. The empty lecture was removed.",
      },
    };
  }
  if (job.counts.chunks < total.chunkCount) {
    const missing = total.chunkCount - job.counts.chunks;
    refuse(
      "conflict_missing_chunks",
      `${missing} of ${total.chunkCount} pieces have not arrived yet. They have to be sent first.`,
    );
  }
  await closeIntake(ctx, job);
  return null;
}

/** Takes note that a lecture is complete, whatever has come of it. */
export async function closeIntake(ctx: MutationCtx, job: Doc<"jobs">): Promise<void> {
  const closed = await updateJob(ctx, job, { intake: "complete" }, "finish");
  await recordEvent(ctx, closed, {
    type: "job.received",
    detail: `Everything has arrived: ${closed.counts.chunks} ${closed.counts.chunks === 1 ? "piece" : "pieces"}.`,
  });
  await goOn(ctx, closed);
}
