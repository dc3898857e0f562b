// The lectures of a person: list, details, search, and what can be done with one.

import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import { getAuthUserId } from "@convex-dev/auth/server";
import { MAX_LECTURE_DURATION_MS, MAX_MARK_NOTE_LENGTH, MAX_MARKS } from "../domain/limits.ts";
import { writerNameValidator } from "./ai/validators.ts";
import { mutation, query } from "./_generated/server.js";
import {
  isOwner,
  jobOf,
  requireLecture,
  requireOwner,
  requireUser,
  requireUserId,
} from "./model/access.ts";
import { reopenForRecording } from "./model/intake.ts";
import { createLecture, removeLecture, updateLectureDetails } from "./model/lectures.ts";
import { checkNumber, readText, refuse } from "./model/refusal.ts";
import { searchHitValidator, searchLectures } from "./model/search.ts";
import { cancelJob, retryJob } from "./model/jobControl.ts";
import {
  lectureStateValidator,
  problemValidator,
  sourceValidator,
  stageValidator,
} from "./model/validators.ts";
import type { Doc } from "./_generated/dataModel.js";

const summaryFields = {
  _id: v.id("lectures"),
  title: v.string(),
  course: v.optional(v.string()),
  source: sourceValidator,
  recordedAt: v.number(),
  durationMs: v.number(),
  state: lectureStateValidator,
  stage: stageValidator,
  progress: v.number(),
  problem: v.optional(problemValidator),
};

function summaryOf(lecture: Doc<"lectures">) {
  const { _id, title, course, source, recordedAt, durationMs } = lecture;
  const { state, stage, progress, problem } = lecture;
  return { _id, title, course, source, recordedAt, durationMs, state, stage, progress, problem };
}

/** The library: newest recording first. */
export const list = query({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(v.object(summaryFields)),
  handler: async (ctx, { paginationOpts }) => {
    const ownerId = await requireUserId(ctx);
    const result = await ctx.db
      .query("lectures")
      .withIndex("by_owner_and_recordedAt", (q) => q.eq("ownerId", ownerId).eq("deleting", false))
      .order("desc")
      .paginate(paginationOpts);
    return { ...result, page: result.page.map(summaryOf) };
  },
});

/** One lecture; null for an id that is malformed, unknown, deleted or another person's. */
export const get = query({
  args: { lectureId: v.string() },
  returns: v.union(
    v.null(),
    v.object({
      ...summaryFields,
      jobId: v.id("jobs"),
      createdAt: v.number(),
      language: v.optional(v.string()),
      fileName: v.optional(v.string()),
      clientKey: v.string(),
      isReceiving: v.boolean(),
      audioPieceCount: v.number(),
      transcriptChunkCount: v.number(),
      titleIsGiven: v.boolean(),
      warning: v.optional(v.string()),
      hasNotes: v.boolean(),
      writer: v.optional(writerNameValidator),
    }),
  ),
  handler: async (ctx, args) => {
    const userId = await getAuthUserId(ctx);
    const lectureId = ctx.db.normalizeId("lectures", args.lectureId);
    if (!userId || !lectureId || !(await isOwner(ctx, lectureId, userId))) return null;
    const lecture = await ctx.db.get("lectures", lectureId);
    const job = await jobOf(ctx, lectureId);
    if (!lecture || !job) return null;
    const isAudio = lecture.source === "recording" || lecture.source === "file";
    return {
      ...summaryOf(lecture),
      durationMs: job.endMs,
      jobId: job._id,
      createdAt: lecture._creationTime,
      language: lecture.language,
      fileName: lecture.fileName,
      clientKey: lecture.clientKey,
      isReceiving: job.intake === "open",
      audioPieceCount: isAudio ? job.counts.chunks : 0,
      transcriptChunkCount: job.settledEnd,
      titleIsGiven: lecture.givenTitle !== undefined,
      warning: job.warning,
      hasNotes: job.writer !== undefined,
      writer: job.writer,
    };
  },
});

/** The moments that were marked while listening, in the lecture's order. */
export const marks = query({
  args: { lectureId: v.id("lectures") },
  returns: v.array(
    v.object({ clientKey: v.string(), atMs: v.number(), note: v.optional(v.string()) }),
  ),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    const found = await ctx.db
      .query("marks")
      .withIndex("by_lecture_and_atMs", (q) => q.eq("lectureId", lectureId))
      .take(MAX_MARKS);
    return found.map(({ clientKey, atMs, note }) => ({ clientKey, atMs, note }));
  },
});

/** Full-text search over titles, transcripts and notes of the caller's lectures. */
export const search = query({
  args: { query: v.string() },
  returns: v.array(searchHitValidator),
  handler: async (ctx, args) => await searchLectures(ctx, await requireUserId(ctx), args.query),
});

/** Makes a lecture and its job at once, before any of it is here. Idempotent by client key. */
export const create = mutation({
  args: {
    clientKey: v.string(),
    source: sourceValidator,
    title: v.optional(v.string()),
    course: v.optional(v.string()),
    language: v.optional(v.string()),
    recordedAt: v.number(),
    fileName: v.optional(v.string()),
  },
  returns: v.object({ lectureId: v.id("lectures"), jobId: v.id("jobs") }),
  handler: async (ctx, args) => {
    const user = await requireUser(ctx);
    return await createLecture(ctx, user._id, args);
  },
});

/** Title, course, language. An empty text takes the field away; then the notes' title is shown. */
export const updateDetails = mutation({
  args: {
    lectureId: v.id("lectures"),
    title: v.optional(v.string()),
    course: v.optional(v.string()),
    language: v.optional(v.string()),
  },
  returns: v.null(),
  handler: async (ctx, { lectureId, ...details }) => {
    const { lecture } = await requireLecture(ctx, lectureId);
    await updateLectureDetails(ctx, lecture, details);
    return null;
  },
});

/** Marks a moment; the same client key again changes that mark. */
export const addMark = mutation({
  args: {
    lectureId: v.id("lectures"),
    clientKey: v.string(),
    atMs: v.number(),
    note: v.optional(v.string()),
  },
  returns: v.null(),
  handler: async (ctx, { lectureId, clientKey, atMs, note }) => {
    const { job } = await requireLecture(ctx, lectureId);
    checkNumber("atMs", atMs, 0, MAX_LECTURE_DURATION_MS);
    const mark = { lectureId, clientKey, atMs, note: readText("note", note, MAX_MARK_NOTE_LENGTH) };
    if (!readText("clientKey", clientKey, 100)) refuse("invalid_clientKey", "A mark needs a key.");
    const existing = await ctx.db
      .query("marks")
      .withIndex("by_lecture_and_clientKey", (q) =>
        q.eq("lectureId", lectureId).eq("clientKey", clientKey),
      )
      .unique();
    if (existing) {
      await ctx.db.replace("marks", existing._id, mark);
      return null;
    }
    if (job.marks >= MAX_MARKS) {
      refuse("too_large", `A lecture can have ${MAX_MARKS} marks. Remove one to add another.`);
    }
    await ctx.db.insert("marks", mark);
    await ctx.db.patch("jobs", job._id, { marks: job.marks + 1 });
    return null;
  },
});

export const removeMark = mutation({
  args: { lectureId: v.id("lectures"), clientKey: v.string() },
  returns: v.null(),
  handler: async (ctx, { lectureId, clientKey }) => {
    const { job } = await requireLecture(ctx, lectureId);
    const existing = await ctx.db
      .query("marks")
      .withIndex("by_lecture_and_clientKey", (q) =>
        q.eq("lectureId", lectureId).eq("clientKey", clientKey),
      )
      .unique();
    if (!existing) return null;
    await ctx.db.delete("marks", existing._id);
    await ctx.db.patch("jobs", job._id, { marks: Math.max(0, job.marks - 1) });
    return null;
  },
});

/** Opens a lecture for another recording session: where it starts and which piece comes next. */
export const continueRecording = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.object({ session: v.number(), nextIndex: v.number(), startMs: v.number() }),
  handler: async (ctx, { lectureId }) => {
    const { lecture, job } = await requireLecture(ctx, lectureId);
    return await reopenForRecording(ctx, lecture, job);
  },
});

/** Deletes a lecture: gone from every screen at once, its files and rows in bounded steps. */
export const remove = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    await removeLecture(ctx, lectureId);
    return null;
  },
});

/**
 * Goes on where a failed, paused or canceled job stopped; of a finished one, tries the minutes
 * again that are missing. Anything else stays as it is.
 */
export const retry = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }) => {
    const { job } = await requireLecture(ctx, lectureId);
    await retryJob(ctx, job);
    return null;
  },
});

/** Stops processing. The audio and everything that is finished stay. */
export const cancel = mutation({
  args: { lectureId: v.id("lectures") },
  returns: v.null(),
  handler: async (ctx, { lectureId }) => {
    const { job } = await requireLecture(ctx, lectureId);
    await cancelJob(ctx, job);
    return null;
  },
});
