// The offline writer's notes as pages of the documentation, so that anyone can see how good they
// really are: of the sample lecture, and of one as it is spoken today.

import { SAMPLE, type Lecture } from "./lectures.ts";
import type { NotesContent } from "../../domain/notes.ts";
import { formatClock } from "../../domain/time.ts";

export const EXAMPLES: { file: string; lecture: Lecture; shownAs: string }[] = [
  {
    file: "offline-notes-example.md",
    lecture: SAMPLE,
    shownAs: `the sample lecture (${SAMPLE.name})`,
  },
  {
    file: "offline-notes-example-today.md",
    lecture: { name: "Photosynthesis", file: "photosynthesis.txt", style: "spoken" },
    shownAs:
      "five minutes of a lecture as it is spoken today ([its words](../test/fixtures/lectures/photosynthesis.txt))",
  },
];

/** Where a page of the documentation is. */
export function pageUrl(file: string): URL {
  return new URL(`../../docs/${file}`, import.meta.url);
}

/** The page's Markdown. */
export function examplePage(notes: NotesContent, lecture: string): string {
  const lines = [
    "# Notes made offline: an example",
    "",
    `These are the whole notes that Lectern makes of ${lecture} without a language model, without a key and without a network: nothing is added, left out or improved. Every sentence is the lecturer's own, trimmed of its filler. Made by \`npm run bench:notes -- --example\`, which writes this file; a test keeps it true.`,
    "",
    "---",
    "",
    `## ${notes.title}`,
    "",
    notes.summary,
    "",
    "### Key takeaways",
    "",
    ...notes.keyTakeaways.map(({ text, startMs }) => `- ${text} (${formatClock(startMs)})`),
    "",
    ...notes.sections.flatMap((section) => [
      `### ${section.heading} (${formatClock(section.startMs)} to ${formatClock(section.endMs)})`,
      "",
      ...section.points.map(({ text, startMs }) => `- ${text} (${formatClock(startMs)})`),
      "",
    ]),
    ...(notes.definitions.length > 0 ? ["### Definitions", ""] : []),
    ...notes.definitions.map(
      ({ term, meaning, startMs }) => `- **${term}**: ${meaning} (${formatClock(startMs)})`,
    ),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
