// What the benchmark's files promise: the example in docs/ is what the writer makes today, the sample
// lecture is the fixture, and 40,000 words fit into the memory that is promised.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { offlineNotesWriter } from "../../convex/ai/offline/writer.ts";
import { parseCaptions } from "../../domain/captions.ts";
import { chunksOf, longLecture, SAMPLE, segmentsOf } from "./lectures.ts";
import { runInSmallThread } from "./measureMemory.ts";
import { EXAMPLES, examplePage, pageUrl } from "./notesExample.ts";
import { captionsOf, SAMPLE_FILE } from "./sampleCaptions.ts";
import { writeNotes } from "./writeNotes.ts";

describe.each(EXAMPLES)("the example of offline notes in docs/$file", (example) => {
  it("is what the writer makes (if not: npm run bench:notes -- --example)", async () => {
    const { notes } = await writeNotes(offlineNotesWriter(), chunksOf(example.lecture));
    const page = readFileSync(pageUrl(example.file), "utf8");
    expect(page).toBe(examplePage(notes, example.shownAs));
  });
});

describe("the sample lecture of the app", () => {
  it("is the fixture, as captions that read back to the same transcript", () => {
    const captions = readFileSync(SAMPLE_FILE, "utf8");
    expect(captions).toBe(captionsOf(SAMPLE));
    expect(parseCaptions(captions).segments).toEqual(segmentsOf(SAMPLE));
  });
});

describe("a lecture of 40,000 words", () => {
  it("goes through the offline writer in a thread of 64 MB", async () => {
    const run = await runInSmallThread(longLecture(40_000));
    expect(run.windows).toBeGreaterThan(20);
    expect(run.points).toBeGreaterThan(200);
  });
});
