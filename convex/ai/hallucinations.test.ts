// What models make up over silence goes; what people say stays, however odd.

import { describe, expect, it } from "vitest";
import { collapseRepeats, withoutHallucinations, type JudgedSegment } from "./hallucinations.ts";

const clean = (segments: JudgedSegment[], prompt?: string) =>
  withoutHallucinations(segments, {
    durationMs: 30_000,
    ...(prompt === undefined ? {} : { prompt }),
  });
const said = (text: string, more: Partial<JudgedSegment> = {}): JudgedSegment => ({
  startMs: 0,
  endMs: 3000,
  text,
  ...more,
});

describe("over silence", () => {
  it.each([
    "Thanks for watching!",
    "Thank you.",
    "ご視聴ありがとうございました",
    "İzlediğiniz için teşekkür ederim.",
    "Продолжение следует...",
    "Vielen Dank fürs Zuschauen!",
    "MBC 뉴스 김수영입니다.",
    "اشتركوا في القناة",
    ".",
  ])("%s alone in a piece goes, with statistics or without", (text) => {
    expect(clean([said(text)]).segments).toEqual([]);
    expect(
      clean([said(text, { noSpeechProbability: 0.5, averageLogProbability: -0.4 })]).segments,
    ).toEqual([]);
  });

  it.each([
    "Subtitles by the Amara.org community",
    "Untertitelung des ZDF, 2020",
    "Sous-titrage Société Radio-Canada",
    "Редактор субтитров А.Семкин Корректор А.Егорова",
    "Altyazı M.K.",
  ])("the credit %s goes wherever it stands", (text) => {
    const { segments, dropped } = clean([said("Before."), said(text), said("After.")]);
    expect(segments.map((s) => s.text)).toEqual(["Before.", "After."]);
    expect(dropped).toHaveLength(1);
  });

  it("an unknown phrase in any language goes by statistics", () => {
    const { segments } = clean([
      said("Whakarongo mai.", { noSpeechProbability: 0.93, averageLogProbability: -1.4 }),
    ]);
    expect(segments).toEqual([]);
  });

  it("an echo of the prompt goes", () => {
    expect(
      clean(
        [said("the chemical history of a candle")],
        "He spoke of the chemical history of a candle.",
      ).segments,
    ).toEqual([]);
  });
});

describe("what was said stays", () => {
  it("thanks at the end of a talk, said in so many words", () => {
    const segments = [said("That is all for today."), said("Thank you.")];
    expect(clean(segments).segments.map((s) => s.text)).toEqual([
      "That is all for today.",
      "Thank you.",
    ]);
    expect(
      clean([
        said("Thanks for watching!", { noSpeechProbability: 0.02, averageLogProbability: -0.2 }),
      ]).segments,
    ).toHaveLength(1);
  });

  it("a sentence that the model was unsure of, but heard", () => {
    expect(
      clean([said("Mumbled.", { noSpeechProbability: 0.1, averageLogProbability: -1.5 })]).segments,
    ).toHaveLength(1);
  });

  it.each([
    "No, no, no, no, no.",
    "It is very, very, very, very cold.",
    "We shall fight on the beaches, we shall fight on the landing grounds, we shall fight in the fields.",
    "Again and again and again and again.",
    "2, 4, 6, 8, 10, 12, 14, 16",
  ])("%s", (text) => {
    expect(collapseRepeats(text)).toEqual({ text, removed: "" });
  });
});

describe("loops", () => {
  it.each([
    [`So ${"and the flame ".repeat(6)}then.`, "So and the flame then."],
    ["the the the the the the the the the wick", "the wick"],
    [
      `Start. ${"And this is what we are going to do. ".repeat(4)}End.`,
      "Start. And this is what we are going to do. End.",
    ],
    ["はい".repeat(20), "はい"],
  ])("%s keep one copy", (text, expected) => {
    const { text: kept, removed } = collapseRepeats(text);
    expect(kept).toBe(expected);
    expect(removed).not.toBe("");
  });

  it("of whole segments keep the first", () => {
    const { segments, dropped } = clean(
      ["A.", "B b.", "B b.", "B, b!", "B b.", "C."].map((t) => said(t)),
    );
    expect(segments.map((s) => s.text)).toEqual(["A.", "B b.", "C."]);
    expect(dropped[0]?.reason).toContain("4 times");
  });

  it("that the model was unsure of go whole", () => {
    const loop = said("I am here. ".repeat(10), {
      compressionRatio: 5,
      averageLogProbability: -1.2,
      noSpeechProbability: 0.3,
    });
    expect(clean([loop]).segments).toEqual([]);
  });

  it("take linear time over a piece that is one long loop", () => {
    const started = performance.now();
    collapseRepeats("word another ".repeat(20_000));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
