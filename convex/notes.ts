// The notes of a lecture: as they are written, as they stand, as a person changes them.

import { v } from "convex/values";
import { notesContentFields, sectionValidator, writerNameValidator } from "./ai/validators.ts";
import { mutation, query } from "./_generated/server.js";
import { requireLecture, requireOwner } from "./model/access.ts";
import { notesOf, restoreVersion, saveEdit, versionsOf } from "./model/notesVersions.ts";
import { regenerateNotes } from "./model/jobControl.ts";
import { versionReasonValidator } from "./model/validators.ts";

/** More windows than a day of lecture can have. */
const MAX_DRAFTS = 300;

/** The finished notes, or null while there are none. */
export const get = query({
  args: { lectureId: v.id("lectures") },
  returns: v.union(
    v.null(),
    v.object({
      ...notesContentFields,
      version: v.number(),
      writer: writerNameValidator,
      fallbackReason: v.optional(v.string()),
      editedPaths: v.array(v.string()),
      createdAt: v.number(),
      missing: v.optional(v.string()),
    }),
  ),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    const notes = await notesOf(ctx, lectureId);
    if (!notes) return null;
    const { title, summary, sections, keyTakeaways, definitions } = notes;
    const { version, writer, fallbackReason, editedPaths, changedAt, missing } = notes;
    return {
      ...{ title, summary, sections, keyTakeaways, definitions },
      ...{ version, writer, fallbackReason, editedPaths, createdAt: changedAt, missing },
    };
  },
});

/** The sections that are written so far; empty once there are notes. */
export const drafts = query({
  args: { lectureId: v.id("lectures") },
  returns: v.array(
    v.object({
      windowIndex: v.number(),
      startMs: v.number(),
      endMs: v.number(),
      sections: v.array(sectionValidator),
      writer: writerNameValidator,
    }),
  ),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    if (await notesOf(ctx, lectureId)) return [];
    const found = await ctx.db
      .query("sectionDrafts")
      .withIndex("by_lecture_and_windowIndex", (q) => q.eq("lectureId", lectureId))
      .take(MAX_DRAFTS);
    return found.map(({ windowIndex, startMs, endMs, sections, writer }) => ({
      ...{ windowIndex, startMs, endMs, sections, writer },
    }));
  },
});

/** Changes one part of the notes; see model/editPath.ts for the paths. */
export const editPart = mutation({
  args: { lectureId: v.id("lectures"), path: v.string(), text: v.string() },
  returns: v.null(),
  handler: async (ctx, { lectureId, path, text }) => {
    const { lecture } = await requireLecture(ctx, lectureId);
    await saveEdit(ctx, lecture, path, text);
    return null;
  },
});

/** The notes as they stand and as they once were, newest first; at most 50. */
export const versions = query({
  args: { lectureId: v.id("lectures") },
  returns: v.array(
    v.object({
      version: v.number(),
      createdAt: v.number(),
      reason: versionReasonValidator,
      writer: writerNameValidator,
    }),
  ),
  handler: async (ctx, { lectureId }) => {
    await requireOwner(ctx, lectureId);
    return await versionsOf(ctx, lectureId);
  },
});

/** Makes an old version the newest one; the present one stays as a version. */
export const restore = mutation({
  args: { lectureId: v.id("lectures"), version: v.number() },
  returns: v.null(),
  handler: async (ctx, { lectureId, version }) => {
    const { lecture } = await requireLecture(ctx, lectureId);
    await restoreVersion(ctx, lecture, version);
    return null;
  },
});

/** Writes the notes anew from the stored transcript. */
export const regenerate = mutation({
  args: { lectureId: v.id("lectures"), keepEdits: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { lectureId, keepEdits }) => {
    const { job } = await requireLecture(ctx, lectureId);
    await regenerateNotes(ctx, job, keepEdits);
    return null;
  },
});
