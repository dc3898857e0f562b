// Notes as they stand and as they once were: nothing that was written or changed is lost.

import type { NotesContent } from "../../domain/notes.ts";
import { problemsOfNotes } from "../../domain/notes.ts";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { lengthLimitOf, parseEditPath, textAt, withTextAt } from "./editPath.ts";
import { keepEdits } from "./keepEdits.ts";
import { shownTitle } from "./lectures.ts";
import { readText, refuse } from "./refusal.ts";
import { searchTextOf } from "./search.ts";
import type { VersionReason } from "./validators.ts";

/** Old versions that are kept; the oldest goes when there are more. */
const MAX_OLD_VERSIONS = 49;
/** Changes by hand that follow one another this closely are one version. */
const ONE_SITTING_MS = 10 * 60_000;

export async function notesOf(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
): Promise<Doc<"notes"> | null> {
  return await ctx.db
    .query("notes")
    .withIndex("by_lecture", (q) => q.eq("lectureId", lectureId))
    .unique();
}

type Written = Pick<Doc<"notes">, "writer" | "fallbackReason" | "missing"> & {
  content: NotesContent;
};

/** Stores notes that a writer has made; what a person changed in the old ones is kept if asked. */
export async function saveWrittenNotes(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  written: Written,
  options: { keepEdits: boolean },
): Promise<void> {
  const old = await notesOf(ctx, lecture._id);
  const kept =
    old && options.keepEdits
      ? keepEdits({ content: contentOf(old), editedPaths: old.editedPaths }, written.content)
      : { content: written.content, editedPaths: [] };
  const { writer, fallbackReason, missing } = written;
  await replaceNotes(ctx, lecture, old, {
    ...kept,
    ...{ writer, fallbackReason, missing },
    reason: old ? "regenerated" : "written",
  });
}

/** Changes one part by hand. */
export async function saveEdit(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  pathText: string,
  text: string,
): Promise<void> {
  const notes = await notesOf(ctx, lecture._id);
  const path = parseEditPath(pathText);
  const present = notes && path && textAt(notes, path);
  if (!notes || !path || present === undefined) {
    return refuse("not_found", "This part of the notes is not there any more.");
  }
  const edited = readText("text", text, lengthLimitOf(path));
  if (edited === undefined) return refuse("invalid_text", "This part can't be empty.");
  if (edited === present) return;
  await replaceNotes(ctx, lecture, notes, {
    content: withTextAt(contentOf(notes), path, edited),
    editedPaths: [...new Set([...notes.editedPaths, pathText])],
    writer: notes.writer,
    fallbackReason: notes.fallbackReason,
    missing: notes.missing,
    reason: "edited",
  });
  // A title given on the lecture's page is the lecture's; here the person gives one as well.
  if (path.part === "title") {
    await ctx.db.patch("lectures", lecture._id, { givenTitle: edited, title: edited });
  }
}

/** Makes an old version the newest. */
export async function restoreVersion(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  version: number,
): Promise<void> {
  const notes = await notesOf(ctx, lecture._id);
  if (notes?.version === version) return;
  const old = await ctx.db
    .query("noteVersions")
    .withIndex("by_lecture_and_version", (q) =>
      q.eq("lectureId", lecture._id).eq("version", version),
    )
    .unique();
  if (!old) return refuse("not_found", "This version is not there any more.");
  const { editedPaths, writer, fallbackReason, missing } = old;
  await replaceNotes(ctx, lecture, notes, {
    content: contentOf(old),
    ...{ editedPaths, writer, fallbackReason, missing },
    reason: "restored",
  });
}

/** The present and the old versions, newest first. */
export async function versionsOf(
  ctx: QueryCtx,
  lectureId: Id<"lectures">,
): Promise<(Pick<Doc<"notes">, "version" | "reason" | "writer"> & { createdAt: number })[]> {
  const present = await notesOf(ctx, lectureId);
  if (!present) return [];
  const old = await ctx.db
    .query("noteVersions")
    .withIndex("by_lecture_and_version", (q) => q.eq("lectureId", lectureId))
    .order("desc")
    .take(MAX_OLD_VERSIONS);
  return [present, ...old].map(({ version, changedAt, reason, writer }) => ({
    ...{ version, reason, writer },
    createdAt: changedAt,
  }));
}

export function contentOf(notes: NotesContent): NotesContent {
  const { title, summary, sections, keyTakeaways, definitions } = notes;
  return { title, summary, sections, keyTakeaways, definitions };
}

type NextNotes = Written & { editedPaths: string[]; reason: VersionReason };

async function replaceNotes(
  ctx: MutationCtx,
  lecture: Doc<"lectures">,
  old: Doc<"notes"> | null,
  next: NextNotes,
): Promise<void> {
  const { content, ...rest } = next;
  if (content.title.trim() === "") {
    throw new Error(`Notes without a title: ${problemsOfNotes(content).join(" ")}`);
  }
  const now = Date.now();
  const isSameSitting =
    old?.reason === "edited" && next.reason === "edited" && now - old.changedAt < ONE_SITTING_MS;
  if (old && !isSameSitting) await archive(ctx, old);
  const notes = {
    lectureId: lecture._id,
    ownerId: lecture.ownerId,
    ...content,
    ...rest,
    version: old ? old.version + (isSameSitting ? 0 : 1) : 1,
    changedAt: now,
    searchText: searchTextOf(wordsOf(content)),
  };
  if (old) await ctx.db.replace("notes", old._id, notes);
  else await ctx.db.insert("notes", notes);
  const title = shownTitle(lecture, content.title);
  if (title !== lecture.title) await ctx.db.patch("lectures", lecture._id, { title });
}

async function archive(ctx: MutationCtx, old: Doc<"notes">): Promise<void> {
  const { _id, _creationTime, ownerId: _owner, searchText: _text, ...version } = old;
  await ctx.db.insert("noteVersions", version);
  const beyond = await ctx.db
    .query("noteVersions")
    .withIndex("by_lecture_and_version", (q) =>
      q.eq("lectureId", old.lectureId).lte("version", old.version - MAX_OLD_VERSIONS),
    )
    .take(10);
  for (const version of beyond) await ctx.db.delete("noteVersions", version._id);
}

function wordsOf(notes: NotesContent): string[] {
  return [
    notes.title,
    notes.summary,
    ...notes.sections.flatMap(({ heading, points }) => [heading, ...points.map((p) => p.text)]),
    ...notes.keyTakeaways.map((takeaway) => takeaway.text),
    ...notes.definitions.flatMap(({ term, meaning }) => [term, meaning]),
  ];
}
