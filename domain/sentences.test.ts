// Sentences and paragraphs from what speech models and caption files give: pieces cut by a clock.

import { describe, expect, it } from "vitest";
import { joinTexts, toParagraphs, toSentences } from "./sentences.ts";
import type { Segment } from "./transcript.ts";
import { countWords, pairCutter, sentencesOf, wordsOf } from "./words.ts";

/** Segments of so many milliseconds each, one after the other. */
function spoken(texts: string[], eachMs = 4000, pauseMs = 0): Segment[] {
  return texts.map((text, index) => ({
    startMs: index * (eachMs + pauseMs),
    endMs: index * (eachMs + pauseMs) + eachMs,
    text,
  }));
}

const textsOf = (segments: Segment[]) => toSentences(segments).map(({ text }) => text);

describe("sentences of a transcript", () => {
  it("are put together over the borders of segments, with the times of their words", () => {
    const sentences = toSentences(
      spoken(["The flame of a candle", "needs air. Without it the", "flame goes out."]),
    );
    expect(sentences.map(({ text }) => text)).toEqual([
      "The flame of a candle needs air.",
      "Without it the flame goes out.",
    ]);
    expect(sentences[0]?.startMs).toBe(0);
    expect(sentences[0]?.endMs).toBeGreaterThan(4500);
    expect(sentences[0]?.endMs).toBeLessThan(6500);
    expect(sentences[1]?.endMs).toBe(12_000);
  });

  it.each([
    ["Dr. Wallich and Mr. Sorby agreed. So did J. C. Maxwell.", 2],
    ["It costs 3.50 dollars, e.g. at noon. Is that much? No!", 3],
    ["He said “Look at it.” Then he left.", 2],
    ["Wait... what is it? It is pi, i.e. 3.14159 or so.", 2],
    ["Lieut. Brooke obtained mud from the bottom of the sea. It was chalk.", 2],
    ["これは炎です。空気が必要です。", 2],
    ["这是火焰。它需要空气！对吗？", 3],
    ["هذه شمعة. هل تحترق؟ نعم.", 3],
    ["यह एक मोमबत्ती है। इसे हवा चाहिए।", 2],
  ])("end where a sentence ends: %s", (text, count) => {
    expect(sentencesOf(text)).toHaveLength(count);
  });

  it("of a language without spaces are joined without spaces", () => {
    expect(textsOf(spoken(["ろうそくの炎には", "空気が必要です。"]))).toEqual([
      "ろうそくの炎には空気が必要です。",
    ]);
    expect(joinTexts("炎", "です")).toBe("炎です");
    expect(joinTexts("the", "flame")).toBe("the flame");
    expect(joinTexts("", "flame")).toBe("flame");
  });

  it("keep their times in order and inside of the transcript", () => {
    const segments = spoken(
      Array.from({ length: 200 }, (_, index) => `This is number ${index}. And it`),
      1700,
      130,
    );
    const sentences = toSentences(segments);
    let last = 0;
    for (const { startMs, endMs } of sentences) {
      expect(startMs).toBeGreaterThanOrEqual(last);
      expect(endMs).toBeGreaterThanOrEqual(startMs);
      last = startMs;
    }
    expect(sentences.at(-1)?.endMs).toBe(segments.at(-1)?.endMs);
  });

  it("of silence are none", () => {
    expect(toSentences([])).toEqual([]);
    expect(toSentences([{ startMs: 0, endMs: 5000, text: "  " }])).toEqual([]);
  });
});

describe("speech without punctuation", () => {
  const said =
    "so today we look at the flame of a candle and the first thing to see is that it has three parts " +
    "now the outer part is the hottest because the oxygen of the air comes to it from all sides " +
    "but the middle is dark and there is vapour of wax in it that has not burned yet";

  it("is cut where sentences begin, never behind a word that goes on, and loses nothing", () => {
    const sentences = textsOf(spoken(said.match(/(?:\S+\s+){1,7}\S+/gu) ?? []));
    expect(sentences.join(" ")).toBe(said);
    expect(sentences.length).toBeGreaterThan(2);
    expect(sentences.some((text) => text.startsWith("now the outer part"))).toBe(true);
    expect(sentences.some((text) => text.startsWith("but the middle is dark"))).toBe(true);
    for (const text of sentences.slice(0, -1)) expect(text).not.toMatch(/\b(?:the|of|is|a|and)$/u);
  });

  it("is cut at pauses wherever there are any", () => {
    const sentences = textsOf(
      spoken(["the flame needs air", "the wax melts and rises in the wick"], 3000, 900),
    );
    expect(sentences).toEqual(["the flame needs air", "the wax melts and rises in the wick"]);
  });

  it("in a script that ends sentences with a space is cut there", () => {
    const thai = "เปลวไฟของเทียนมีสามส่วน ไส้เทียนดูดขี้ผึ้งเหลวขึ้นไปด้านบน ถ้าไม่มีอากาศเทียนจะดับ";
    expect(textsOf([{ startMs: 0, endMs: 9000, text: thai }]).length).toBeGreaterThan(1);
  });
});

describe("paragraphs", () => {
  it("begin after a pause, or when the last one has grown long", () => {
    const near = toSentences(spoken(["One thing is said.", "Another follows."]));
    const apart = toSentences(spoken(["One thing is said.", "Another follows."], 4000, 3000));
    const long = toSentences(
      spoken(Array.from({ length: 40 }, () => "This is a sentence of eight words here.")),
    );
    expect(toParagraphs(near)).toHaveLength(1);
    expect(toParagraphs(apart)).toHaveLength(2);
    expect(toParagraphs(long).length).toBeGreaterThan(1);
    expect(toParagraphs(long).flat()).toEqual(long);
  });
});

describe("words", () => {
  it("are the same in the quick way for plain text and in the way for all scripts", () => {
    const plain = "It's a well-known fact: 3.14 isn't 22/7, e.g. x_1 = 5 (or so).";
    const marked = `${plain} é`;
    expect(wordsOf(plain)).toEqual(wordsOf(marked).slice(0, -1));
    expect(countWords(plain)).toBe(countWords(marked) - 1);
  });

  it("of scripts without spaces are counted by length and cut in pairs without a dictionary", () => {
    expect(countWords("ろうそくの炎")).toBeGreaterThan(2);
    expect(pairCutter("火焰需要空气").map(({ text }) => text)).toEqual(["火焰", "需要", "空气"]);
  });
});
