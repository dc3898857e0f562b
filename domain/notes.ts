// The notes of a lecture: what they consist of, and a plain check that something has that form.
//
// All times are milliseconds on the lecture's clock, so that a click on any part can play it.

import { MAX_TITLE_LENGTH, NOTES_LIMITS } from "./limits.ts";

/** One statement of a section and the moment at which it was said. */
export type Point = { text: string; startMs: number };

/** A part of the lecture that is about one thing. */
export type Section = { heading: string; startMs: number; endMs: number; points: Point[] };

/** Something to remember from the whole lecture. */
export type KeyTakeaway = { text: string; startMs: number };

/** A term that the lecturer explained, and the moment at which that happened. */
export type Definition = { term: string; meaning: string; startMs: number };

/** Who wrote a part: a language model, or the outline maker that needs none. */
export type WriterName = { kind: "model" | "offline"; name: string; promptVersion?: string };

/** The content of finished notes, without the bookkeeping around them. */
export type NotesContent = {
  title: string;
  summary: string;
  sections: Section[];
  keyTakeaways: KeyTakeaway[];
  definitions: Definition[];
};

/**
 * What one window of the transcript became. The merge at the end sees these drafts and nothing
 * else, so a draft carries the material of the summary, the takeaways and the title too.
 */
export type SectionDraft = {
  startMs: number;
  endMs: number;
  sections: Section[];
  definitions: Definition[];
  /** A few sentences, mostly four, that say what this window is about, in order. */
  gist: Point[];
  /** Candidates for the lecture's takeaways, best first. */
  keyTakeaways: KeyTakeaway[];
  /** What the window is about, as phrases with weights (higher is more). */
  keyphrases: { text: string; weight: number }[];
  /** What the speaker says at the lecture's beginning that it is about, in so many words. */
  subject?: string;
  /** Who wrote this draft; "offline" in a model's lecture means that the model failed here. */
  writer: WriterName;
  /** Why the outline maker stepped in for the model, in words for a reader. */
  fallbackReason?: string;
};

/** What is wrong with notes, as sentences; empty when nothing is. */
export function problemsOfNotes(notes: NotesContent): string[] {
  const problems: string[] = [];
  if (notes.title.trim() === "") problems.push("The title is empty.");
  if (notes.title.length > MAX_TITLE_LENGTH) problems.push("The title is too long.");
  if (notes.summary.length > NOTES_LIMITS.summaryLength) problems.push("The summary is too long.");
  notes.sections.forEach((section, index) => {
    problems.push(...problemsOfSection(section).map((text) => `Section ${index + 1}: ${text}`));
    const next = notes.sections[index + 1];
    if (next && next.startMs < section.startMs) {
      problems.push(`Section ${index + 2} starts before the one in front of it.`);
    }
  });
  if (notes.keyTakeaways.length > NOTES_LIMITS.keyTakeaways.max) {
    problems.push("There are too many takeaways.");
  }
  for (const { term, meaning } of notes.definitions) {
    if (term.trim() === "" || meaning.trim() === "") problems.push("A definition is empty.");
  }
  return problems;
}

/** What is wrong with one section, as sentences; empty when nothing is. */
export function problemsOfSection(section: Section): string[] {
  const problems: string[] = [];
  if (section.heading.trim() === "") problems.push("the heading is empty.");
  if (section.heading.length > NOTES_LIMITS.headingLength)
    problems.push("the heading is too long.");
  if (!(section.startMs <= section.endMs)) problems.push("it ends before it starts.");
  if (section.points.length === 0) problems.push("it has no points.");
  if (section.points.length > NOTES_LIMITS.pointsPerSection.max) {
    problems.push(`it has more than ${NOTES_LIMITS.pointsPerSection.max} points.`);
  }
  for (const point of section.points) {
    if (point.text.trim() === "") problems.push("a point is empty.");
    if (point.text.length > NOTES_LIMITS.pointLength) problems.push("a point is too long.");
    if (point.startMs < section.startMs || point.startMs > section.endMs) {
      problems.push("a point lies outside of its time range.");
    }
  }
  return problems;
}
