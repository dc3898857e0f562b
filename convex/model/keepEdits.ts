// Puts what a person has changed into notes that were written anew. A person's words are never
// lost: where the new notes have no place for them, they get one at their moment. Pure.

import type { NotesContent, Point, Section } from "../../domain/notes.ts";
import { formatEditPath, parseEditPath, textAt, withTextAt, type EditPath } from "./editPath.ts";

/** New points, takeaways and definitions this near to an edited one are taken to be the same. */
const SAME_MOMENT_MS = 15_000;

export type EditedNotes = { content: NotesContent; editedPaths: string[] };

/**
 * @param old the notes as the person left them
 * @param fresh the notes as they were written now
 */
export function keepEdits(old: EditedNotes, fresh: NotesContent): EditedNotes {
  // Paths count positions, and keeping a point may move others: so paths are found by what they
  // point at, at the end.
  let kept = structuredClone(fresh);
  const places: Place[] = [];
  for (const text of old.editedPaths) {
    const path = parseEditPath(text);
    const edited = path && textAt(old.content, path);
    if (path === undefined || edited === undefined) continue;
    const result = keepOne(old.content, kept, path, edited);
    kept = result.content;
    for (const place of places) shift(place, result.inserted);
    places.push({ path: result.path });
  }
  const editedPaths = [...new Set(places.map(({ path }) => formatEditPath(path)))];
  return { content: kept, editedPaths };
}

type Place = { path: EditPath };
/** Where a part was put in, so that paths behind it move on by one. */
type Inserted =
  | { part: "section" | "takeaway" | "definition"; at: number }
  | { part: "point"; section: number; at: number };
type Kept = { content: NotesContent; path: EditPath; inserted?: Inserted };

function keepOne(old: NotesContent, content: NotesContent, path: EditPath, text: string): Kept {
  switch (path.part) {
    case "title":
    case "summary":
      return { content: withTextAt(content, path, text), path };
    case "heading":
      return keepHeading(old, content, path.section, text);
    case "point":
      return keepPoint(old, content, path, text);
    case "takeaway":
      return keepTakeaway(old, content, path.index, text);
    case "term":
    case "meaning":
      return keepDefinition(old, content, path);
    default:
      return path satisfies never;
  }
}

function keepHeading(old: NotesContent, content: NotesContent, index: number, text: string): Kept {
  const section = old.sections[index];
  const match = section ? bestOverlap(content.sections, section) : -1;
  if (section && match < 0) return insertSection(content, { ...section, heading: text });
  const path: EditPath = { part: "heading", section: match };
  return { content: withTextAt(content, path, text), path };
}

function insertSection(content: NotesContent, section: Section): Kept {
  const at = placeFor(content.sections, section.startMs);
  const sections = content.sections.toSpliced(at, 0, section);
  return {
    content: { ...content, sections },
    path: { part: "heading", section: at },
    inserted: { part: "section", at },
  };
}

function keepPoint(
  old: NotesContent,
  content: NotesContent,
  path: { section: number; point: number },
  text: string,
): Kept {
  const section = old.sections[path.section];
  const point = section?.points[path.point];
  if (!section || !point) throw new Error("An edited point must be in the old notes.");
  const match = sectionAt(content.sections, point.startMs);
  const target = content.sections[match];
  if (!target) {
    const alone = insertSection(content, { ...section, points: [{ ...point, text }] });
    const at = alone.path.part === "heading" ? alone.path.section : 0;
    return { ...alone, path: { part: "point", section: at, point: 0 } };
  }
  const near = nearest(target.points, point.startMs);
  if (near >= 0) {
    const at: EditPath = { part: "point", section: match, point: near };
    return { content: withTextAt(content, at, text), path: at };
  }
  const at = placeFor(target.points, point.startMs);
  const kept: Point = { text, startMs: clamp(point.startMs, target.startMs, target.endMs) };
  const sections = content.sections.with(match, {
    ...target,
    points: target.points.toSpliced(at, 0, kept),
  });
  return {
    content: { ...content, sections },
    path: { part: "point", section: match, point: at },
    inserted: { part: "point", section: match, at },
  };
}

function keepTakeaway(old: NotesContent, content: NotesContent, index: number, text: string): Kept {
  const startMs = old.keyTakeaways[index]?.startMs ?? 0;
  const near = nearest(content.keyTakeaways, startMs);
  if (near >= 0) {
    const path: EditPath = { part: "takeaway", index: near };
    return { content: withTextAt(content, path, text), path };
  }
  const keyTakeaways = [...content.keyTakeaways, { text, startMs }];
  return {
    content: { ...content, keyTakeaways },
    path: { part: "takeaway", index: keyTakeaways.length - 1 },
  };
}

/** Term and meaning belong together: the person's pair replaces the new one of the same term. */
function keepDefinition(
  old: NotesContent,
  content: NotesContent,
  { part, index }: { part: "term" | "meaning"; index: number },
): Kept {
  const own = old.definitions[index];
  if (!own) throw new Error("An edited definition must be in the old notes.");
  const same = content.definitions.findIndex(
    ({ term }) => term.trim().toLowerCase() === own.term.trim().toLowerCase(),
  );
  const match = same >= 0 ? same : nearest(content.definitions, own.startMs);
  if (match >= 0) {
    const definitions = content.definitions.with(match, own);
    return { content: { ...content, definitions }, path: { part, index: match } };
  }
  const definitions = [...content.definitions, own];
  return {
    content: { ...content, definitions },
    path: { part, index: definitions.length - 1 },
  };
}

function shift(place: Place, inserted: Inserted | undefined): void {
  const { path } = place;
  if (!inserted) return;
  if (inserted.part === "section" && (path.part === "heading" || path.part === "point")) {
    if (path.section >= inserted.at) place.path = { ...path, section: path.section + 1 };
  }
  if (inserted.part === "point" && path.part === "point" && path.section === inserted.section) {
    if (path.point >= inserted.at) place.path = { ...path, point: path.point + 1 };
  }
}

function bestOverlap(sections: Section[], range: { startMs: number; endMs: number }): number {
  let best = -1;
  let most = 0;
  sections.forEach((section, index) => {
    const shared = Math.min(section.endMs, range.endMs) - Math.max(section.startMs, range.startMs);
    if (shared > most) [best, most] = [index, shared];
  });
  return best;
}

function sectionAt(sections: Section[], atMs: number): number {
  return sections.findIndex((section) => section.startMs <= atMs && atMs <= section.endMs);
}

function nearest(parts: { startMs: number }[], atMs: number): number {
  let best = -1;
  let distance = SAME_MOMENT_MS;
  parts.forEach((part, index) => {
    const away = Math.abs(part.startMs - atMs);
    if (away <= distance) [best, distance] = [index, away];
  });
  return best;
}

function placeFor(parts: { startMs: number }[], atMs: number): number {
  const later = parts.findIndex((part) => part.startMs > atMs);
  return later < 0 ? parts.length : later;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
