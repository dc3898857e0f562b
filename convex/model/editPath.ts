// The parts of notes that a person can change, by path: "title", "summary", "sections.0.heading",
// "sections.0.points.1.text", "keyTakeaways.2.text", "definitions.0.term", "definitions.0.meaning".
// Pure: notes in, notes out.

import { MAX_TITLE_LENGTH, NOTES_LIMITS } from "../../domain/limits.ts";
import type { NotesContent } from "../../domain/notes.ts";

export type EditPath =
  | { part: "title" }
  | { part: "summary" }
  | { part: "heading"; section: number }
  | { part: "point"; section: number; point: number }
  | { part: "takeaway"; index: number }
  | { part: "term"; index: number }
  | { part: "meaning"; index: number };

/** A path read from its text; undefined when it is not one. */
export function parseEditPath(path: string): EditPath | undefined {
  if (path === "title" || path === "summary") return { part: path };
  const point = /^sections\.(\d{1,4})\.points\.(\d{1,4})\.text$/u.exec(path);
  if (point) return { part: "point", section: Number(point[1]), point: Number(point[2]) };
  const other =
    /^(sections|keyTakeaways|definitions)\.(\d{1,4})\.(heading|text|term|meaning)$/u.exec(path);
  const index = Number(other?.[2]);
  switch (`${other?.[1]}.${other?.[3]}`) {
    case "sections.heading":
      return { part: "heading", section: index };
    case "keyTakeaways.text":
      return { part: "takeaway", index };
    case "definitions.term":
      return { part: "term", index };
    case "definitions.meaning":
      return { part: "meaning", index };
    default:
      return undefined;
  }
}

export function formatEditPath(path: EditPath): string {
  switch (path.part) {
    case "title":
    case "summary":
      return path.part;
    case "heading":
      return `sections.${path.section}.heading`;
    case "point":
      return `sections.${path.section}.points.${path.point}.text`;
    case "takeaway":
      return `keyTakeaways.${path.index}.text`;
    case "term":
    case "meaning":
      return `definitions.${path.index}.${path.part}`;
    default:
      return path satisfies never;
  }
}

/** The longest text that a part may have, in characters. */
export function lengthLimitOf(path: EditPath): number {
  switch (path.part) {
    case "title":
      return MAX_TITLE_LENGTH;
    case "summary":
      return NOTES_LIMITS.summaryLength;
    case "heading":
      return NOTES_LIMITS.headingLength;
    case "point":
    case "takeaway":
      return NOTES_LIMITS.pointLength;
    case "term":
      return NOTES_LIMITS.termLength;
    case "meaning":
      return NOTES_LIMITS.meaningLength;
    default:
      return path satisfies never;
  }
}

/** The text at a path, or undefined when the notes have no such part. */
export function textAt(notes: NotesContent, path: EditPath): string | undefined {
  switch (path.part) {
    case "title":
    case "summary":
      return notes[path.part];
    case "heading":
      return notes.sections[path.section]?.heading;
    case "point":
      return notes.sections[path.section]?.points[path.point]?.text;
    case "takeaway":
      return notes.keyTakeaways[path.index]?.text;
    case "term":
    case "meaning":
      return notes.definitions[path.index]?.[path.part];
    default:
      return path satisfies never;
  }
}

/** The notes with another text at a path that they have. */
export function withTextAt(notes: NotesContent, path: EditPath, text: string): NotesContent {
  const changed = structuredClone(notes);
  switch (path.part) {
    case "title":
    case "summary":
      changed[path.part] = text;
      break;
    case "heading":
      set(changed.sections[path.section], "heading", text);
      break;
    case "point":
      set(changed.sections[path.section]?.points[path.point], "text", text);
      break;
    case "takeaway":
      set(changed.keyTakeaways[path.index], "text", text);
      break;
    case "term":
    case "meaning":
      set(changed.definitions[path.index], path.part, text);
      break;
    default:
      return path satisfies never;
  }
  return changed;
}

function set<Key extends string>(
  part: Record<Key, string> | undefined,
  key: Key,
  text: string,
): void {
  if (part) part[key] = text;
}
