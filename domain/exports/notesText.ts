// Notes as plain text, for mail and for programs that know nothing else.
import { formatClock } from "../time.ts";
import { subtitleOf, type ExportedNotes } from "./exportedLecture.ts";

export function notesToText(lecture: ExportedNotes): string {
  const { notes } = lecture;
  const blocks = [
    underlined(lecture.title, "="),
    subtitleOf(lecture),
    notes.summary,
    ...notes.sections.map((section) =>
      [
        underlined(section.heading, "-"),
        ...section.points.map((point) => line(point.startMs, point.text)),
      ].join("\n"),
    ),
    notes.keyTakeaways.length > 0 &&
      [
        underlined("Key takeaways", "-"),
        ...notes.keyTakeaways.map(({ text, startMs }) => line(startMs, text)),
      ].join("\n"),
    notes.definitions.length > 0 &&
      [
        underlined("Definitions", "-"),
        ...notes.definitions.map(({ term, meaning, startMs }) =>
          line(startMs, `${term}: ${meaning}`),
        ),
      ].join("\n"),
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function line(ms: number, text: string): string {
  return `[${formatClock(ms)}] ${text.trim()}`;
}

function underlined(text: string, sign: "=" | "-"): string {
  return `${text}\n${sign.repeat(Math.min(72, [...text].length))}`;
}
