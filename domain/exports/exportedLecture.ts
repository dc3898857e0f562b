// What an exported file is made from.
import type { NotesContent } from "../notes.ts";

/** A lecture's notes with what stands over them. */
export type ExportedNotes = {
  title: string;
  course?: string;
  /** When it was held, in words of the reader's language. */
  when?: string;
  notes: Omit<NotesContent, "title">;
};

/** A stretch of speech as it goes into a file. Times in milliseconds on the lecture's clock. */
export type ExportedSegment = { startMs: number; endMs: number; text: string };

/** The line under a title: course and date, whichever are there. */
export function subtitleOf({ course, when }: Pick<ExportedNotes, "course" | "when">): string {
  return [course, when].filter(Boolean).join(" · ");
}
