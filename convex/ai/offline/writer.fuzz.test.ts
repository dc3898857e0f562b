// Whatever a transcript holds, the offline writer makes sound notes of it and never throws.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemsOfNotes } from "../../../domain/notes.ts";
import type { Segment } from "../../../domain/transcript.ts";
import { writeNotes } from "../../../test/bench/writeNotes.ts";
import { offlineNotesWriter } from "./writer.ts";

const WORDS =
  "the a of is called because flame candle and, but which wax. wick? why! I you it there — “air” (in) water; 3.14 $x^2$ `code` 炎は です。 火焰 الشمعة، הנר пламя über déjà 😀 ... Dr. e.g. <b>".split(
    " ",
  );
const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.constantFrom(...WORDS), { maxLength: 60 })
      .map((words) => words.join(" ")),
  },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 80 }) },
);
const spoken = fc.array(
  fc.record({ text, lengthMs: fc.integer({ min: 0, max: 20_000 }), gapMs: fc.nat({ max: 4000 }) }),
  { maxLength: 120 },
);

function timed(parts: { text: string; lengthMs: number; gapMs: number }[]): Segment[] {
  let clock = 0;
  return parts.map((part) => {
    const startMs = clock + part.gapMs;
    clock = startMs + part.lengthMs;
    return { startMs, endMs: clock, text: part.text };
  });
}

describe("any transcript", () => {
  it("becomes notes of the right form, inside of its own time, the same every time", async () => {
    await fc.assert(
      fc.asyncProperty(
        spoken,
        fc.constantFrom("en", "de", "ja", undefined),
        async (parts, language) => {
          const segments = timed(parts);
          const endMs = segments.at(-1)?.endMs ?? 0;
          const chunks = [{ startMs: 0, endMs, segments }];
          const { notes } = await writeNotes(offlineNotesWriter(), chunks, language);
          expect(problemsOfNotes(notes)).toEqual([]);
          const moments = [...notes.sections.flatMap(({ points }) => points), ...notes.definitions];
          for (const { startMs } of moments) expect(startMs).toBeLessThanOrEqual(endMs);
          const again = await writeNotes(offlineNotesWriter(), chunks, language);
          expect(again.notes).toEqual(notes);
        },
      ),
      { numRuns: 100 },
    );
  });
});
