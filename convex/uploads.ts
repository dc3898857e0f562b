// How a lecture comes in: pieces of audio by upload URL, or chunks of text, until finish.

import { v } from "convex/values";
import { MAX_CHUNKS } from "../domain/limits.ts";
import { mutation, query } from "./_generated/server.js";
import { requireLecture, requireOwner } from "./model/access.ts";
import { addAudioChunk, addTextChunks, finishIntake, missingIndices } from "./model/intake.ts";
import { checkInteger, refusalValidator } from "./model/refusal.ts";
import { soundValidator } from "./model/validators.ts";

/** Where to send the bytes of one piece; good for a short time. */
export const generateUploadUrl = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.string(),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    return await ctx.storage.generateUploadUrl();
  },
});

/** Registers an uploaded piece and wakes the job in the same transaction. Idempotent. */
export const addChunk = mutation({
  args: {
    lectureId: v.id("lectures"),
    index: v.number(),
    session: v.number(),
    startMs: v.number(),
    durationMs: v.number(),
    overlapMs: v.number(),
    storageId: v.id("_storage"),
    sizeBytes: v.number(),
    mimeType: v.string(),
    sha256: v.string(),
    sound: v.optional(soundValidator),
  },
  returns: v.union(v.literal("stored"), v.literal("already_stored")),
  handler: async (ctx, { lectureId, ...piece }) => {
    const { lecture, job } = await requireLecture(ctx, lectureId);
    return await addAudioChunk(ctx, lecture, job, piece);
  },
});

/** Registers chunks of captions or text, at most 16 at a time. Idempotent by index. */
export const addTranscriptChunks = mutation({
  args: {
    lectureId: v.id("lectures"),
    firstIndex: v.number(),
    chunks: v.array(
      v.object({
        startMs: v.number(),
        endMs: v.number(),
        segments: v.array(v.object({ startMs: v.number(), endMs: v.number(), text: v.string() })),
      }),
    ),
  },
  returns: v.union(v.null(), refusalValidator),
  handler: async (ctx, { lectureId, firstIndex, chunks }) => {
    const { lecture, job } = await requireLecture(ctx, lectureId);
    return await addTextChunks(ctx, lecture, job, firstIndex, chunks);
  },
});

/** Says that no more pieces come. Idempotent. */
export const finish = mutation({
  args: { lectureId: v.id("lectures"), chunkCount: v.number(), durationMs: v.number() },
  returns: v.union(v.null(), refusalValidator),
  handler: async (ctx, { lectureId, chunkCount, durationMs }) => {
    const { job } = await requireLecture(ctx, lectureId);
    return await finishIntake(ctx, job, { chunkCount, durationMs });
  },
});

/** The pieces below the highest known one that are not here; at most 500. */
export const missing = query({
  args: { lectureId: v.id("lectures"), fromIndex: v.number() },
  returns: v.array(v.number()),
  handler: async (ctx, { lectureId, fromIndex }) => {
    await requireOwner(ctx, lectureId);
    checkInteger("fromIndex", fromIndex, 0, MAX_CHUNKS);
    return await missingIndices(ctx, lectureId, fromIndex);
  },
});
