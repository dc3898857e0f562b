import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CUT_LEEWAY_MS, MAX_PIECE_BYTES, nextCutMs, pieceFormat, pieceLengthMs } from "./plan.ts";

describe("what the pieces of a file are written as", () => {
  it.each([
    ["mp3", false, "copy mp3"],
    ["aac", false, "copy mp4"],
    ["opus", true, "copy ogg"],
    ["opus", false, "copy webm"],
    ["vorbis", true, "copy ogg"],
    ["flac", false, "encode webm"],
    ["pcm-s16", false, "encode webm"],
  ] as const)("%s (in Ogg: %s) becomes %s", (codec, isOgg, expected) => {
    const format = pieceFormat(codec, isOgg, true);
    expect(`${format?.kind} ${format?.container}`).toBe(expected);
  });

  it("copies what it cannot encode, and refuses what no speech service reads", () => {
    expect(pieceFormat("pcm-s16", false, false)?.container).toBe("wav");
    expect(pieceFormat("flac", false, false)?.container).toBe("flac");
    expect(pieceFormat("ac3", false, true)).toBeUndefined();
    expect(pieceFormat(null, false, true)).toBeUndefined();
  });
});

describe("how long pieces are", () => {
  it("is five minutes where they are small, and less where they would be too large", () => {
    expect(pieceLengthMs(4_000)).toBe(300_000);
    // Uncompressed sound, 176,400 bytes a second: 23 MB are 130 s.
    expect(pieceLengthMs(176_400)).toBe(94_308);
  });

  it("keeps every piece below the limit, its leeway and peaks of a fifth included", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 1_500_000 }), (bytesPerSecond) => {
        const longestMs = pieceLengthMs(bytesPerSecond) + CUT_LEEWAY_MS;
        expect((longestMs / 1000) * bytesPerSecond * 1.2).toBeLessThanOrEqual(MAX_PIECE_BYTES);
      }),
    );
  });
});

describe("where a file is cut", () => {
  it("covers any file without a crumb at its end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), (endMs) => {
        let fromMs = 0;
        for (let cut = nextCutMs(0, endMs, 300_000); cut !== undefined;) {
          expect(cut).toBeGreaterThan(fromMs);
          fromMs = cut;
          cut = nextCutMs(fromMs, endMs, 300_000);
        }
        expect(endMs - fromMs).toBeGreaterThan(fromMs === 0 ? 0 : 30_000);
        expect(endMs - fromMs).toBeLessThanOrEqual(330_000);
      }),
    );
  });
});
