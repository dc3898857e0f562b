import { describe, expect, it } from "vitest";
import { parseCaptions } from "../captions.ts";
import { transcriptToSrt, transcriptToVtt } from "./captionFiles.ts";
import type { ExportedNotes } from "./exportedLecture.ts";
import { exportFileName } from "./fileName.ts";
import { definitionsToAnki, definitionsToCsv } from "./flashcards.ts";
import { notesToMarkdown } from "./notesMarkdown.ts";
import { notesToText } from "./notesText.ts";
import { transcriptToText } from "./transcriptText.ts";

const lecture: ExportedNotes = {
  title: "The candle",
  course: "Chemistry 1",
  when: "3 Nov 2026",
  notes: {
    summary: "Why a candle burns.",
    sections: [
      {
        heading: "Fuel",
        startMs: 0,
        endMs: 65_000,
        points: [
          { text: "Tallow is $C_{57}H_{110}O_6$.", startMs: 5_000 },
          { text: "Code:\n```\nburn()\n```", startMs: 61_000 },
        ],
      },
    ],
    keyTakeaways: [{ text: "Vapour burns, not wax.", startMs: 61_000 }],
    definitions: [
      { term: "Capillarity", meaning: "Fluid rising in narrow tubes.", startMs: 3_605_000 },
    ],
  },
};

describe("notes as Markdown", () => {
  it("has title, subtitle, summary and every part with its time", () => {
    expect(notesToMarkdown(lecture)).toBe(
      [
        "# The candle",
        "*Chemistry 1 · 3 Nov 2026*",
        "Why a candle burns.",
        "## Fuel (0:00–1:05)",
        "- Tallow is $C_{57}H_{110}O_6$. (0:05)\n- Code:\n  ```\n  burn()\n  ``` (1:01)",
        "## Key takeaways",
        "- Vapour burns, not wax. (1:01)",
        "## Definitions",
        "- **Capillarity**: Fluid rising in narrow tubes. (1:00:05)",
      ].join("\n\n") + "\n",
    );
  });
  it("leaves out headings that nothing stands under", () => {
    const bare = { ...lecture, notes: { ...lecture.notes, keyTakeaways: [], definitions: [] } };
    expect(notesToMarkdown(bare)).not.toMatch(/takeaways|Definitions/);
    expect(notesToText(bare)).not.toMatch(/takeaways|Definitions/);
  });
});

describe("notes as plain text", () => {
  it("underlines headings and leads each line with its time", () => {
    expect(notesToText(lecture)).toContain("The candle\n==========\n\nChemistry 1 · 3 Nov 2026");
    expect(notesToText(lecture)).toContain("Fuel\n----\n[0:05] Tallow");
    expect(notesToText(lecture)).toContain("[1:00:05] Capillarity: Fluid rising");
  });
});

describe("a transcript as text", () => {
  it("begins a paragraph at a pause, and joins what was said in one breath", () => {
    const text = transcriptToText("Candle", [
      { startMs: 0, endMs: 2_000, text: "One." },
      { startMs: 2_100, endMs: 3_000, text: " Two. " },
      { startMs: 9_000, endMs: 9_500, text: "Three." },
      { startMs: 9_600, endMs: 9_700, text: "  " },
    ]);
    expect(text).toBe("Candle\n\n[0:00] One. Two.\n\n[0:09] Three.\n");
  });
});

describe("a transcript as captions", () => {
  const long = "word ".repeat(60).trim();
  const segments = [
    { startMs: 1_000, endMs: 3_500, text: "a < b & c --> d" },
    { startMs: 3_000, endMs: 63_000, text: long },
    { startMs: 63_000, endMs: 64_000, text: "" },
  ];

  it("is a SubRip file that our own reader reads back, word for word", () => {
    const read = parseCaptions(transcriptToSrt([segments[1]!]));
    expect(
      read.segments
        .map((segment) => segment.text)
        .join(" ")
        .replaceAll(/\s+/g, " "),
    ).toBe(long);
    expect(read.segments[0]?.startMs).toBe(3_000);
    expect(read.segments.at(-1)?.endMs).toBe(63_000);
  });
  it("has no cue longer than two lines of 42 characters, and none that overlaps the next", () => {
    const blocks = transcriptToSrt(segments).trim().split("\n\n");
    for (const block of blocks) {
      const lines = block.split("\n").slice(2);
      expect(lines.length).toBeLessThanOrEqual(2);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
    }
    expect(blocks[0]).toContain("00:00:01,000 --> 00:00:03,000");
  });
  it("is a WebVTT file whose reserved characters do no harm", () => {
    const vtt = transcriptToVtt(segments);
    expect(
      vtt.startsWith("WEBVTT\n\n00:00:01.000 --> 00:00:03.000\na &lt; b &amp; c --&gt; d\n"),
    ).toBe(true);
  });
});

describe("definitions as flashcards", () => {
  const definitions = [
    { term: 'The "wick"', meaning: "Energy $E=mc^2$\tand `x < y`\nmore", startMs: 65_000 },
    { term: "=1+1", meaning: "a, b", startMs: 0 },
  ];
  it("is one tab-separated line per card for Anki, with formulas for its MathJax", () => {
    const lines = definitionsToAnki("The candle: part 1!", definitions).trimEnd().split("\n");
    expect(lines.slice(0, 5).every((line) => line.startsWith("#"))).toBe(true);
    expect(lines).toHaveLength(7);
    expect(lines[5]?.split("\t")).toEqual([
      "The &quot;wick&quot;",
      "Energy \\(E=mc^2\\) and <code>x &lt; y</code><br>more<br><small>The candle: part 1!, 1:05</small>",
      "The_candle_part_1",
    ]);
  });
  it("is a CSV in which nothing breaks out of its field or runs as a formula", () => {
    expect(definitionsToCsv(definitions)).toBe(
      '\uFEFF"Term","Meaning","Time"\r\n' +
        '"The ""wick""","Energy $E=mc^2$\tand `x < y`\nmore","1:05"\r\n' +
        `"'=1+1","a, b","0:00"\r\n`,
    );
  });
});

describe("the name of an exported file", () => {
  it.each([
    ["The candle", "The candle.md"],
    ["What/why: a <test>?", "What why a test.md"],
    ["  ...  ", "Lecture.md"],
    ["con", "Lecture.md"],
    ["蝋燭の科学", "蝋燭の科学.md"],
    ["x".repeat(300), `${"x".repeat(80)}.md`],
  ])("of %j is %j", (title, expected) => {
    expect(exportFileName(title, "md")).toBe(expected);
  });
});
