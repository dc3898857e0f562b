// Seams between pieces of audio: what two models heard of the same second, and what one said twice.

import { describe, expect, it } from "vitest";
import type { Segment, TranscriptChunk } from "../../domain/transcript.ts";
import { stitchChunks } from "./stitching.ts";

const segment = (startMs: number, endMs: number, text: string): Segment => ({
  startMs,
  endMs,
  text,
});

/** A segment whose words have times of their own, evenly spread. */
function timedSegment(startMs: number, endMs: number, text: string): Segment {
  const words = text.split(" ");
  const step = (endMs - startMs) / words.length;
  return {
    ...segment(startMs, endMs, text),
    words: words.map((word, index) => ({
      text: word,
      startMs: Math.round(startMs + index * step),
      endMs: Math.round(startMs + (index + 1) * step),
    })),
  };
}

function chunk(startMs: number, endMs: number, segments: Segment[], overlapMs?: number) {
  return {
    startMs,
    endMs,
    segments,
    ...(overlapMs === undefined ? {} : { overlapMs }),
  } satisfies TranscriptChunk;
}

const textOf = (chunks: TranscriptChunk[]) =>
  stitchChunks(chunks)
    .map(({ text }) => text)
    .join(" ");

describe("pieces that only touch", () => {
  it("stay as they are, also when the speaker says the same word at the end and the beginning", () => {
    const chunks = [
      chunk(0, 30_000, [segment(0, 30_000, "It is hot, very")]),
      chunk(30_000, 60_000, [segment(30_000, 60_000, "very hot. No.")]),
      chunk(60_000, 90_000, [segment(60_000, 90_000, "No. I mean it.")]),
    ];
    expect(textOf(chunks)).toBe("It is hot, very very hot. No. No. I mean it.");
  });

  it("join a sentence that the seam cut, without the full stop and capital that models put there", () => {
    const chunks = [
      chunk(0, 30_000, [segment(0, 29_800, "The candle is made of.")]),
      chunk(30_000, 60_000, [segment(30_100, 34_000, "wax and a wick.")]),
      chunk(60_000, 90_000, [segment(60_000, 64_000, "That is")]),
      chunk(64_000, 94_000, [segment(64_100, 66_000, "The whole of it.")]),
    ];
    expect(textOf(chunks)).toBe("The candle is made of wax and a wick. That is the whole of it.");
  });

  it("leave names, and sentences after a pause, their capitals and full stops", () => {
    const chunks = [
      chunk(0, 30_000, [segment(0, 29_900, "He was called")]),
      chunk(30_000, 60_000, [segment(30_000, 34_000, "Michael Faraday.")]),
      chunk(60_000, 90_000, [segment(65_000, 69_000, "pH is a number.")]),
    ];
    expect(textOf(chunks)).toBe("He was called Michael Faraday. pH is a number.");
  });

  it("keep the order of time whatever the order of segments, and no two segments overlap", () => {
    const stitched = stitchChunks([
      chunk(0, 10_000, [segment(4000, 12_000, "second"), segment(0, 5000, "first")]),
      chunk(10_000, 20_000, [segment(10_000, 20_000, "third"), segment(12_000, 14_000, " ")]),
    ]);
    expect(stitched.map(({ text }) => text)).toEqual(["first", "second", "third"]);
    expect(stitched.map(({ endMs }) => endMs)).toEqual([4000, 10_000, 20_000]);
  });
});

describe("pieces that overlap by a fraction of a second", () => {
  it("lose the word that both hold, by its time", () => {
    const chunks = [
      chunk(0, 30_000, [timedSegment(28_000, 30_000, "made of pure hydrogen.")]),
      chunk(29_700, 60_000, [timedSegment(29_600, 31_600, "Hydrogen burns with oxygen.")], 300),
    ];
    expect(textOf(chunks)).toBe("made of pure hydrogen burns with oxygen.");
  });

  it("keep a word that was said twice, since it came later", () => {
    const chunks = [
      chunk(0, 30_000, [timedSegment(28_000, 29_700, "made of pure hydrogen.")]),
      chunk(29_700, 60_000, [timedSegment(30_200, 32_200, "Hydrogen burns with oxygen.")], 300),
    ];
    expect(textOf(chunks)).toBe("made of pure hydrogen. Hydrogen burns with oxygen.");
  });

  it("without times of words, take only what runs on without a full stop as doubled", () => {
    const before = (text: string) => chunk(0, 30_000, [segment(25_000, 30_000, text)]);
    const after = chunk(29_700, 60_000, [segment(29_700, 33_000, "very bright light.")], 300);
    expect(textOf([before("it gives a very"), after])).toBe("it gives a very bright light.");
    expect(textOf([before("It was so, very."), after])).toContain("very");
    expect(textOf([before("nothing in common"), after])).toBe(
      "nothing in common very bright light.",
    );
  });
});

describe("pieces that overlap by seconds", () => {
  const first = chunk(0, 30_000, [
    segment(0, 20_000, "The flame of a candle needs air."),
    segment(20_000, 30_000, "Without it the wax melts but nothing burns at"),
  ]);

  it("are cut where both say the same, whatever each heard at its edge", () => {
    const second = chunk(
      25_000,
      60_000,
      [segment(25_000, 35_000, "ax melts but nothing burns at all, as we saw.")],
      5000,
    );
    expect(textOf([first, second])).toBe(
      "The flame of a candle needs air. Without it the wax melts but nothing burns at all, as we saw.",
    );
  });

  it("are cut in the middle of the overlap where they have no words in common", () => {
    const second = chunk(
      24_000,
      60_000,
      [segment(24_000, 36_000, "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf")],
      6000,
    );
    const stitched = stitchChunks([first, second]);
    expect(stitched.map(({ text }) => text).join(" ")).toMatch(
      /^The flame of a candle needs air\. Without it the wax melts.* fünf.* zwölf$/u,
    );
    expect(stitched.every((one, index) => one.startMs >= (stitched[index - 1]?.endMs ?? 0))).toBe(
      true,
    );
  });

  it("lose nothing when one of the pieces is silent in the overlap", () => {
    const second = chunk(25_000, 60_000, [segment(32_000, 36_000, "Now to the wick.")], 5000);
    expect(textOf([first, second])).toContain("nothing burns at Now to the wick.");
  });
});
