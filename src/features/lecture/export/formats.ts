// The files that a lecture can be taken along as.
import { transcriptToSrt, transcriptToVtt } from "../../../../domain/exports/captionFiles.ts";
import type { ExportedNotes, ExportedSegment } from "../../../../domain/exports/exportedLecture.ts";
import { definitionsToAnki, definitionsToCsv } from "../../../../domain/exports/flashcards.ts";
import { notesToMarkdown } from "../../../../domain/exports/notesMarkdown.ts";
import { notesToText } from "../../../../domain/exports/notesText.ts";
import { transcriptToText } from "../../../../domain/exports/transcriptText.ts";

type Format = { label: string; extension: string; mimeType: string };

export type NotesFormat = Format & { make: (lecture: ExportedNotes) => string };

export type TranscriptFormat = Format & {
  make: (title: string, segments: ExportedSegment[]) => string;
};

export const notesFormats: NotesFormat[] = [
  { label: "Markdown", extension: "md", mimeType: "text/markdown", make: notesToMarkdown },
  { label: "Plain text", extension: "txt", mimeType: "text/plain", make: notesToText },
];

export const transcriptFormats: TranscriptFormat[] = [
  { label: "Text with times", extension: "txt", mimeType: "text/plain", make: transcriptToText },
  {
    label: "Captions (.srt)",
    extension: "srt",
    mimeType: "application/x-subrip",
    make: (_title, segments) => transcriptToSrt(segments),
  },
  {
    label: "Captions (.vtt)",
    extension: "vtt",
    mimeType: "text/vtt",
    make: (_title, segments) => transcriptToVtt(segments),
  },
];

export const flashcardFormats: NotesFormat[] = [
  {
    label: "Anki cards",
    extension: "anki.txt",
    mimeType: "text/plain",
    make: ({ title, notes }) => definitionsToAnki(title, notes.definitions),
  },
  {
    label: "Table (.csv)",
    extension: "csv",
    mimeType: "text/csv",
    make: ({ notes }) => definitionsToCsv(notes.definitions),
  },
];
