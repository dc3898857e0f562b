// Full-text search over what a person has: titles, transcripts, notes.

import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { isOwner } from "./access.ts";

const MAX_QUERY_LENGTH = 200;
const HITS_OF_A_KIND = 10;
/** Convex indexes long texts, but a document has its limit. */
const MAX_SEARCH_TEXT_LENGTH = 200_000;
const SNIPPET_LENGTH = 160;

export const searchHitValidator = v.object({
  lectureId: v.id("lectures"),
  title: v.string(),
  where: v.union(v.literal("title"), v.literal("transcript"), v.literal("notes")),
  snippet: v.string(),
  startMs: v.optional(v.number()),
});
export type SearchHit = Infer<typeof searchHitValidator>;

/** At most thirty hits: titles, then transcripts, then notes. */
export async function searchLectures(
  ctx: QueryCtx,
  ownerId: Id<"users">,
  text: string,
): Promise<SearchHit[]> {
  const query = text.trim().slice(0, MAX_QUERY_LENGTH);
  if (query === "") return [];
  const titles = await ctx.db
    .query("lectures")
    .withSearchIndex("search_title", (q) =>
      q.search("title", query).eq("ownerId", ownerId).eq("deleting", false),
    )
    .take(HITS_OF_A_KIND);
  const chunks = await ctx.db
    .query("transcriptChunks")
    .withSearchIndex("search_text", (q) => q.search("searchText", query).eq("ownerId", ownerId))
    .take(HITS_OF_A_KIND);
  const notes = await ctx.db
    .query("notes")
    .withSearchIndex("search_text", (q) => q.search("searchText", query).eq("ownerId", ownerId))
    .take(HITS_OF_A_KIND);

  const shownTitles = new Map(titles.map(({ _id, title }) => [_id, title]));
  const titleOf = async (lectureId: Id<"lectures">) => {
    const known = shownTitles.get(lectureId);
    if (known !== undefined) return known;
    // A lecture that was removed or given away a moment ago may still have rows here.
    const lecture = (await isOwner(ctx, lectureId, ownerId))
      ? await ctx.db.get("lectures", lectureId)
      : null;
    if (lecture) shownTitles.set(lectureId, lecture.title);
    return lecture?.title;
  };

  const hits: SearchHit[] = titles.map(({ _id, title }) => ({
    ...{ lectureId: _id, title, where: "title", snippet: title },
  }));
  for (const chunk of chunks) {
    const title = await titleOf(chunk.lectureId);
    if (title !== undefined) hits.push({ ...transcriptHit(chunk, query), title });
  }
  for (const { lectureId, searchText } of notes) {
    const title = await titleOf(lectureId);
    const snippet = snippetOf(searchText, query);
    if (title !== undefined) hits.push({ lectureId, title, where: "notes", snippet });
  }
  return hits;
}

function transcriptHit(chunk: Doc<"transcriptChunks">, query: string): Omit<SearchHit, "title"> {
  const words = wordsOf(query);
  const said = chunk.segments.find((segment) => containsAny(segment.text, words));
  return {
    lectureId: chunk.lectureId,
    where: "transcript",
    snippet: snippetOf(chunk.searchText, query),
    startMs: said?.startMs ?? chunk.startMs,
  };
}

/** The part of a text around the first of the searched words. */
export function snippetOf(text: string, query: string): string {
  const lower = text.toLowerCase();
  const places = wordsOf(query)
    .map((word) => lower.indexOf(word))
    .filter((place) => place >= 0);
  const place = places.length > 0 ? Math.min(...places) : 0;
  let start = Math.max(0, place - SNIPPET_LENGTH / 3);
  if (start > 0) start = text.indexOf(" ", start) + 1 || start;
  const end = Math.min(text.length, start + SNIPPET_LENGTH);
  const whole = text.slice(start, end).trim();
  return `${start > 0 ? "… " : ""}${whole}${end < text.length ? " …" : ""}`;
}

function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/u).filter(Boolean);
}

function containsAny(text: string, words: string[]): boolean {
  const lower = text.toLowerCase();
  return words.some((word) => lower.includes(word));
}

/** What the search index reads of a row. */
export function searchTextOf(texts: string[]): string {
  return texts
    .map((text) => text.trim())
    .filter(Boolean)
    .join(" ")
    .slice(0, MAX_SEARCH_TEXT_LENGTH);
}
