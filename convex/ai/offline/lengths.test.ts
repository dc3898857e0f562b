// Notes of lectures of any length: a few minutes, a whole afternoon, and one that went on after hours.

import { describe, expect, it } from "vitest";
import { chunkSegments } from "../../../domain/captions.ts";
import { NOTES_LIMITS } from "../../../domain/limits.ts";
import { problemsOfNotes, type NotesContent } from "../../../domain/notes.ts";
import type { Segment } from "../../../domain/transcript.ts";
import { countWords } from "../../../domain/words.ts";
import { longLecture, SAMPLE, segmentsOf } from "../../../test/bench/lectures.ts";
import {
  pointsOf,
  statementsOf,
  supportOf,
  type Statement,
} from "../../../test/bench/notesMeasures.ts";
import { writeNotes } from "../../../test/bench/writeNotes.ts";
import { offlineNotesWriter } from "./writer.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

async function notesOf(segments: Segment[]): Promise<NotesContent> {
  return (await writeNotes(offlineNotesWriter(), chunkSegments(segments))).notes;
}

const faraday = () => segmentsOf(SAMPLE);

const upTo = (segments: Segment[], endMs: number) =>
  segments.filter((segment) => segment.endMs <= endMs);

function expectSound(notes: NotesContent, segments: Segment[]): void {
  expect(problemsOfNotes(notes)).toEqual([]);
  const unsupported = (statements: Statement[]) =>
    statements.filter((statement) => supportOf(statement, segments) < 0.6);
  expect(unsupported(statementsOf(notes))).toEqual([]);
  const times = pointsOf(notes).map(({ startMs }) => startMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(countWords(notes.summary)).toBeLessThanOrEqual(NOTES_LIMITS.summaryWords.max);
  expect(notes.keyTakeaways.length).toBeLessThanOrEqual(NOTES_LIMITS.keyTakeaways.max);
}

describe("a lecture of three minutes", () => {
  it("has its few sections, a summary and its subject as title", async () => {
    const segments = upTo(faraday(), 3 * MINUTE_MS);
    const notes = await notesOf(segments);
    expectSound(notes, segments);
    expect(notes.sections.length).toBeGreaterThanOrEqual(1);
    expect(notes.sections.length).toBeLessThanOrEqual(3);
    expect(notes.title).toBe("Chemical History of a Candle");
    expect(notes.summary).toContain("candle");
  });
});

describe("a lecture of four hours", () => {
  it("has sections from its first minutes to its last, and a summary no longer than any", async () => {
    const segments = longLecture(36_000).flatMap((chunk) => chunk.segments);
    const lastMs = segments.at(-1)?.endMs ?? 0;
    expect(lastMs).toBeGreaterThan(3.9 * HOUR_MS);
    const notes = await notesOf(segments);
    expectSound(notes, segments);
    expect(notes.sections[0]?.startMs).toBeLessThan(5 * MINUTE_MS);
    expect(notes.sections.at(-1)?.endMs).toBeGreaterThan(lastMs - 5 * MINUTE_MS);
    // Nothing of it is left out for longer than a window.
    const starts = notes.sections.map(({ startMs }) => startMs);
    const longest = Math.max(...starts.slice(1).map((startMs, at) => startMs - (starts[at] ?? 0)));
    expect(longest).toBeLessThan(12 * MINUTE_MS);
    expect(new Set(notes.definitions.map(({ term }) => term)).size).toBe(notes.definitions.length);
  });
});

describe("a lecture that goes on after a pause of hours", () => {
  it("has notes of both halves, and no section that reaches over the pause", async () => {
    const before = upTo(faraday(), 17 * MINUTE_MS);
    const pauseFromMs = before.at(-1)?.endMs ?? 0;
    const pauseToMs = pauseFromMs + 5 * HOUR_MS;
    const after = faraday()
      .filter(({ startMs }) => startMs > 17 * MINUTE_MS)
      .map((segment) => ({
        ...segment,
        startMs: segment.startMs + 5 * HOUR_MS,
        endMs: segment.endMs + 5 * HOUR_MS,
      }));
    const segments = [...before, ...after];
    const notes = await notesOf(segments);
    expectSound(notes, segments);
    const over = notes.sections.filter(
      ({ startMs, endMs }) => startMs < pauseFromMs && endMs > pauseToMs,
    );
    expect(over).toEqual([]);
    const whole = await notesOf(faraday());
    expect(notes.title).toBe(whole.title);
    expect(Math.abs(notes.sections.length - whole.sections.length)).toBeLessThanOrEqual(3);
  });
});
