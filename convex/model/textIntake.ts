// Captions and text come in as chunks of transcript; they need no transcribing.

import {
  MAX_CHUNKS,
  MAX_LECTURE_DURATION_MS,
  MAX_SEGMENT_LENGTH,
  MAX_TRANSCRIPT_CHUNKS_PER_CALL,
  MAX_TRANSCRIPT_WORDS,
} from "../../domain/limits.ts";
import { countWords } from "../../domain/words.ts";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { updateJob } from "./jobState.ts";
import { removeLecture } from "./lectures.ts";
import { checkInteger, refuse, type Refusal } from "./refusal.ts";
import { searchTextOf } from "./search.ts";

/** Keeps a stored chunk well below Convex's 1 MiB for a document. */
const MAX_CHUNK_CHARACTERS = 200_000;
const MAX_SEGMENTS = 5000;

type TextSegment = { startMs: number; endMs: number; text: string };
export type TextChunk = { startMs: number; endMs: number; segments: TextSegment[] };

/** Stores chunks of text. One that is there already is left as it is. */
export async function addTextChunks(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  job: Doc<"jobs">,
  firstIndex: number,
  chunks: TextChunk[],
): Promise<null | Refusal> {
  if (lecture.source === "recording" || lecture.source === "file") {
    refuse("conflict_source", "This lecture is made from audio; text can't be added to it.");
  }
  if (chunks.length === 0 || chunks.length > MAX_TRANSCRIPT_CHUNKS_PER_CALL) {
    refuse("invalid_chunks", `Send 1 to ${MAX_TRANSCRIPT_CHUNKS_PER_CALL} chunks at a time.`);
  }
  checkInteger("firstIndex", firstIndex, 0, MAX_CHUNKS - chunks.length);
  for (const chunk of chunks) checkChunk(chunk);

  const here = await ctx.db
    .query("transcriptChunks")
    .withIndex("by_lecture_and_index", (q) =>
      q
        .eq("lectureId", lecture._id)
        .gte("index", firstIndex)
        .lt("index", firstIndex + chunks.length),
    )
    .take(MAX_TRANSCRIPT_CHUNKS_PER_CALL);
  const known = new Set(here.map((chunk) => chunk.index));
  const fresh = chunks
    .map((chunk, at) => ({ ...chunk, index: firstIndex + at }))
    .filter((chunk) => !known.has(chunk.index));
  if (fresh.length === 0) return null;
  if (job.intake === "complete") {
    refuse("conflict_complete", "This lecture is complete; nothing can be added to it.");
  }

  const words = fresh.reduce((sum, chunk) => sum + wordsIn(chunk), job.words);
  if (words > MAX_TRANSCRIPT_WORDS) {
    await removeLecture(ctx, lecture._id);
    return {
      refused: {
        code: "too_large",
        message:
          `This transcript has more than ${MAX_TRANSCRIPT_WORDS.toLocaleString("en")} words. ` +
          "Split it and bring in the parts. Nothing was kept.",
      },
    };
  }
  for (const chunk of fresh) {
    await ctx.db.insert("transcriptChunks", {
      ...chunk,
      lectureId: lecture._id,
      ownerId: lecture.ownerId,
      overlapMs: 0,
      state: "transcribed",
      language: lecture.language,
      searchText: searchTextOf(chunk.segments.map((segment) => segment.text)),
    });
  }
  await countIn(ctx, job, fresh, words);
  return null;
}

function checkChunk(chunk: TextChunk): void {
  const { startMs, endMs, segments } = chunk;
  const isRange = startMs >= 0 && endMs >= startMs && endMs <= MAX_LECTURE_DURATION_MS;
  if (!isRange) refuse("invalid_times", "The times of this text make no sense.");
  let characters = 0;
  let clockMs = startMs;
  for (const segment of segments) {
    const fits = segment.startMs >= clockMs && segment.endMs >= segment.startMs;
    if (!fits || segment.endMs > endMs) {
      refuse("invalid_times", "The times of this text are out of order.");
    }
    if (segment.text.length > MAX_SEGMENT_LENGTH) {
      refuse("invalid_text", `A segment may have at most ${MAX_SEGMENT_LENGTH} characters.`);
    }
    clockMs = segment.startMs;
    characters += segment.text.length;
  }
  if (segments.length > MAX_SEGMENTS || characters > MAX_CHUNK_CHARACTERS) {
    refuse("too_large", "A chunk of text is too long. Cut it into shorter chunks.");
  }
}

function wordsIn(chunk: TextChunk): number {
  return chunk.segments.reduce((sum, segment) => sum + countWords(segment.text), 0);
}

async function countIn(
  ctx: MutationCtx,
  job: Doc<"jobs">,
  fresh: (TextChunk & { index: number })[],
  words: number,
): Promise<void> {
  const now = Date.now();
  const lengthMs = fresh.reduce((sum, chunk) => sum + chunk.endMs - chunk.startMs, 0);
  await updateJob(ctx, job, {
    counts: {
      ...job.counts,
      chunks: job.counts.chunks + fresh.length,
      transcribed: job.counts.transcribed + fresh.length,
    },
    words,
    receivedMs: job.receivedMs + lengthMs,
    settledMs: job.settledMs + lengthMs,
    endMs: fresh.reduce((end, chunk) => Math.max(end, chunk.endMs), job.endMs),
    settledEnd: fresh.reduce((end, chunk) => Math.max(end, chunk.index + 1), job.settledEnd),
    startedAt: job.startedAt ?? now,
    lastReceivedAt: now,
  });
}
