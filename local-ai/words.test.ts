import { describe, expect, it } from "vitest";
import { segmentsFromWords, wordsFromTokens, type TimedText } from "./words.ts";

/** Tokens of 200 ms each. */
const tokens = (...texts: string[]): TimedText[] =>
  texts.map((text, i) => ({ startMs: 200 * i, endMs: 200 * (i + 1), text }));
/** Words of 400 ms each; a number is a pause in ms. */
function words(...parts: (string | number)[]): TimedText[] {
  let at = 0;
  return parts.flatMap((part) => {
    if (typeof part === "number") {
      at += part;
      return [];
    }
    at += 400;
    return [{ startMs: at - 400, endMs: at, text: part }];
  });
}
const texts = (timed: TimedText[]) => timed.map(({ text }) => text);

describe("words from tokens", () => {
  it("join what belongs together, with the times of all of it", () => {
    const result = wordsFromTokens(
      tokens("", " un", "believ", "able", ",", " isn", "'t", " it", "?"),
    );
    expect(result && texts(result)).toEqual(["unbelievable,", "isn't", "it?"]);
    expect(result?.[0]).toMatchObject({ startMs: 200, endMs: 1000 });
  });

  it("are given up when a letter was torn apart", () => {
    expect(wordsFromTokens(tokens(" er", "\uFFFD", "\uFFFD", "s"))).toBeUndefined();
  });
});

describe("segments from words", () => {
  it("end with sentences, and not after abbreviations", () => {
    const result = segmentsFromWords(words("Dr.", "Smith", "left.", "Why?", "Nobody", "knows."));
    expect(texts(result)).toEqual(["Dr. Smith left.", "Why?", "Nobody knows."]);
    expect(result[1]).toMatchObject({ startMs: 1200, endMs: 1600 });
    expect(result[2]?.words?.length).toBe(2);
  });

  it("end at long pauses", () => {
    expect(texts(segmentsFromWords(words("well", 1500, "where", "was", "I")))).toEqual([
      "well",
      "where was I",
    ]);
  });

  it("cut endless sentences, first at commas", () => {
    const endless = Array.from({ length: 200 }, (_, i) => (i % 30 === 29 ? "so," : "on"));
    const result = segmentsFromWords(words(...endless));
    expect(result.flatMap((segment) => segment.words ?? []).length).toBe(200);
    for (const segment of result) {
      expect(segment.endMs - segment.startMs).toBeLessThan(16_000);
      expect(segment.text).toMatch(/(so,|on)$/u);
    }
    expect(result[0]?.text.endsWith("so,")).toBe(true);
  });
});
