// The prompt that turns one window of transcript into section drafts.
//
// It must achieve: notes that a student who missed the lecture can learn from (statements, not
// "the lecturer talks about ..."); every part tied to the line it comes from; nothing from the
// model's own knowledge; the lecture's language; formulas and code in forms that the page renders;
// sections that continue the story told so far.

import { MATERIAL_RULE, asMaterial, numberedLines, quoted } from "./quoting.ts";

const RULES = `You write the notes of a lecture while it goes on, one stretch at a time.
${MATERIAL_RULE}

Each line of the transcript has a number. Give for every part of the notes the number of the line where it was said.

What to write:
- sections: the stretch in its own order, cut where the subject changes; 1 to 4 sections, as few as its subjects need. The heading is a short phrase that names the subject, no sentence.
- points: 3 to 8 for each section. A point states one thing in a full sentence, so that it can be learned without the transcript: the claim, the reason, the number, the condition, the example that makes it clear. Never "the lecturer explains ...": write what was explained.
- definitions: terms that the lecturer explains here, with the meaning given here. None if none is explained. Use the term as it is said in the transcript.
- gist: 2 to 4 sentences that say what this stretch is about, in order.
- keyTakeaways: 1 to 4 things worth remembering from this stretch, best first. Other statements than the gist.

How:
- Only what is said in the transcript. Do not add knowledge, examples or corrections of your own. If it is unclear, leave it out.
- The transcript was made by a machine: repair words that were obviously misheard only when the transcript itself shows the right one.
- Write in the language of the transcript.
- Formulas as LaTeX between $ signs, also when they were spoken ("x squared" becomes $x^2$). Code between backticks, longer code in fenced blocks.
- Leave out greetings, organisation of the course and small talk, unless it is a date or task that students need.`;

export type WindowPrompt = {
  /** The window's sentences in order. */
  lines: string[];
  headingsSoFar: string[];
  language: string | undefined;
  /** Numbers of lines that the listener marked as important, with their notes. */
  marks: { line: number; note?: string }[];
};

/** System and user message for one window. */
export function windowPrompt(prompt: WindowPrompt): { system: string; user: string } {
  const language = prompt.language
    ? `Language of the transcript: ${quoted(prompt.language)}.\n`
    : "";
  return {
    system: RULES,
    user: `${language}${asMaterial(
      [...soFar(prompt.headingsSoFar), "Transcript:", numberedLines(prompt.lines)].join("\n"),
    )}\n${ofMarks(prompt.marks)}Write the notes of this transcript.`,
  };
}

/** The last headings are enough to continue; a whole day's would crowd out the transcript. */
const SHOWN_HEADINGS = 12;

function soFar(headings: string[]): string[] {
  if (headings.length === 0) return [];
  const shown = headings.slice(-SHOWN_HEADINGS).map((heading) => `- ${quoted(heading)}`);
  return ["Sections written before this stretch (do not repeat them):", ...shown, ""];
}

function ofMarks(marks: WindowPrompt["marks"]): string {
  if (marks.length === 0) return "";
  const lines = marks.map(({ line, note }) => (note ? `${line} (“${quoted(note)}”)` : `${line}`));
  return `The listener marked what is said around these lines as important, so cover it: ${lines.join(", ")}.\n`;
}
