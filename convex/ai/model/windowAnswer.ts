// A model's answer about one window as section drafts: checked against the transcript, cut to the
// limits, in order, nothing twice.

import { NOTES_LIMITS } from "../../../domain/limits.ts";
import type { Definition, Point, Section } from "../../../domain/notes.ts";
import { countWords, normalizeWord, wordsOf } from "../../../domain/words.ts";
import { keyOfTerm } from "../offline/terminology.ts";
import type { WindowAnswer } from "./answers.ts";
import type { Problem } from "./chat.ts";
import { isSaid, isSupported, lineOf, type Ground } from "./grounding.ts";

export type WrittenPart = {
  sections: Section[];
  definitions: Definition[];
  gist: Point[];
  keyTakeaways: Point[];
};

const MOST_GIST = 4;
const MOST_TAKEAWAYS = 4;
const MAY_SAY_NOTHING_WORDS = 150;
/** More ungrounded points than this, and the answer as a whole is not about this transcript. */
const BEARABLE_LOSS = 0.5;

/** What is wrong with an answer as a whole, so that it has to be written again. */
export function problemsOfWindowAnswer(answer: WindowAnswer, ground: Ground): Problem[] {
  const points = answer.sections.flatMap((section) => section.points);
  if (points.length === 0) {
    // A minute of greetings and microphone checks has no notes, and need not have any.
    const words = ground.lines.reduce((sum, { text }) => sum + countWords(text), 0);
    if (words < MAY_SAY_NOTHING_WORDS) return [];
    return [
      {
        forModel: "There are no points. Write at least one section with points.",
        forReader: "The model wrote no notes for this stretch.",
      },
    ];
  }
  const problems: Problem[] = [];
  const foreign = points.filter(({ text }) => !isSupported(ground, text));
  if (foreign.length > points.length * BEARABLE_LOSS) {
    const example = foreign[0]?.text.slice(0, 80) ?? "";
    problems.push({
      forModel:
        "Most points are not in the transcript. Use only what is said there, in the transcript's own " +
        `language and terms. Not in it, for example: “${example}”`,
      forReader: "What the model wrote was not what is said in this stretch.",
    });
  }
  const outside = points.filter(({ line }) => !(line >= 1 && line <= ground.lines.length));
  if (outside.length > points.length * BEARABLE_LOSS) {
    problems.push({
      forModel: `Line numbers go from 1 to ${ground.lines.length}; yours lie outside of that.`,
      forReader: "The model's notes did not say where they come from.",
    });
  }
  if (answer.sections.some((section) => section.heading.trim() === "")) {
    problems.push({
      forModel: "A section has no heading.",
      forReader: "The model left out headings.",
    });
  }
  return problems;
}

/** The parts of an answer that hold against the transcript. */
export function partOf(answer: WindowAnswer, ground: Ground): WrittenPart {
  const seen = new Set<string>();
  const sections = answer.sections
    .map((section) => ({
      heading: cleanHeading(section.heading),
      points: statements(section.points, ground, seen).slice(0, NOTES_LIMITS.pointsPerSection.max),
    }))
    .filter((section) => section.points.length > 0)
    .sort((a, b) => startOf(a.points) - startOf(b.points));
  const said = new Set<string>();
  return {
    sections: withRanges(sections, ground),
    definitions: definitionsOf(answer, ground),
    gist: statements(answer.gist, ground, said).slice(0, MOST_GIST),
    keyTakeaways: statements(answer.keyTakeaways, ground, said, false).slice(0, MOST_TAKEAWAYS),
  };
}

function statements(
  given: { text: string; line: number }[],
  ground: Ground,
  seen: Set<string>,
  inOrder = true,
): Point[] {
  const points: Point[] = [];
  for (const { text, line } of given) {
    const clean = cleanText(text, NOTES_LIMITS.pointLength);
    const key = wordsOf(clean).map(normalizeWord).join(" ");
    if (clean === "" || seen.has(key) || !isSupported(ground, clean)) continue;
    seen.add(key);
    points.push({ text: clean, startMs: ground.lines[lineOf(ground, clean, line)]?.startMs ?? 0 });
  }
  return inOrder ? points.sort((a, b) => a.startMs - b.startMs) : points;
}

function definitionsOf(answer: WindowAnswer, ground: Ground): Definition[] {
  const known = new Map<string, Definition>();
  for (const { term, meaning, line } of answer.definitions) {
    const name = cleanHeading(term).slice(0, NOTES_LIMITS.termLength);
    const text = cleanText(meaning, NOTES_LIMITS.meaningLength);
    const key = keyOfTerm(name, ground.language);
    if (text === "" || known.has(key) || !isSaid(ground, name) || !isSupported(ground, text)) {
      continue;
    }
    const index = lineOf(ground, `${name} ${text}`, line);
    known.set(key, { term: name, meaning: text, startMs: ground.lines[index]?.startMs ?? 0 });
  }
  return [...known.values()].sort((a, b) => a.startMs - b.startMs);
}

/** Each section reaches to the next one; together they cover the stretch. */
function withRanges(sections: { heading: string; points: Point[] }[], ground: Ground): Section[] {
  const first = ground.lines[0]?.startMs ?? 0;
  const last = ground.lines.at(-1)?.endMs ?? first;
  return sections.map(({ heading, points }, index) => {
    const next = sections[index + 1];
    const startMs = index === 0 ? Math.min(first, startOf(points)) : startOf(points);
    const until = next ? startOf(next.points) : last;
    return { heading, startMs, endMs: Math.max(until, points.at(-1)?.startMs ?? until), points };
  });
}

function startOf(points: Point[]): number {
  return points[0]?.startMs ?? 0;
}

/** Without list marks, numbers of its own, Markdown around it and a full stop. */
export function cleanHeading(text: string): string {
  const bare = text
    .replace(/\s+/gu, " ")
    .trim()
    .replace(/^(?:#+\s*|[-*•]\s+|\d+[.)]\s+)+/u, "")
    .replace(/^\*\*(.*)\*\*$/u, "$1")
    .replace(/[.:;,。]+$/u, "")
    .trim();
  return cutAtWord(bare, NOTES_LIMITS.headingLength);
}

/** Without list marks; code blocks keep their lines. */
export function cleanText(text: string, limit: number): string {
  const bare = text.includes("```") ? text.trim() : text.replace(/\s+/gu, " ").trim();
  return cutAtWord(bare.replace(/^(?:[-*•]\s+|\d+[.)]\s+)/u, ""), limit);
}

function cutAtWord(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, limit - 1);
  const space = head.lastIndexOf(" ");
  return `${(space > limit / 2 ? head.slice(0, space) : head).replace(/[\p{P}\s]+$/u, "")}…`;
}
