// Notes as Markdown, for note-taking programs. Formulas and code stay as they are: those programs know them.
import { formatClock } from "../time.ts";
import { subtitleOf, type ExportedNotes } from "./exportedLecture.ts";

/** CommonMark with one heading per section; the moment of each part stands behind it in brackets. */
export function notesToMarkdown(lecture: ExportedNotes): string {
  const { notes } = lecture;
  const subtitle = subtitleOf(lecture);
  const blocks = [
    `# ${oneLine(lecture.title)}`,
    subtitle && `*${subtitle}*`,
    notes.summary,
    ...notes.sections.flatMap((section) => [
      `## ${oneLine(section.heading)} (${formatClock(section.startMs)}–${formatClock(section.endMs)})`,
      list(section.points.map((point) => `${point.text} ${moment(point.startMs)}`)),
    ]),
    ...(notes.keyTakeaways.length > 0
      ? [
          "## Key takeaways",
          list(notes.keyTakeaways.map(({ text, startMs }) => `${text} ${moment(startMs)}`)),
        ]
      : []),
    ...(notes.definitions.length > 0
      ? [
          "## Definitions",
          list(
            notes.definitions.map(
              ({ term, meaning, startMs }) => `**${term}**: ${meaning} ${moment(startMs)}`,
            ),
          ),
        ]
      : []),
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function list(items: string[]): string {
  // The lines of a code block or formula inside of an item have to be indented to stay in it.
  return items.map((item) => `- ${item.trim().replaceAll("\n", "\n  ")}`).join("\n");
}

function moment(ms: number): string {
  return `(${formatClock(ms)})`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
