import { describe, expect, it } from "vitest";
import { highlightParts } from "./highlightParts.ts";

const marked = (snippet: string, query: string) =>
  highlightParts(snippet, query)
    .map((part) => (part.isMatch ? `[${part.text}]` : part.text))
    .join("");

describe("marking what was searched for", () => {
  it.each([
    ["the Flame of a candle", "flame", "the [Flame] of a candle"],
    ["Atoms, anatomy", "atom", "[Atoms], anatomy"],
    ["a flame, two flames", "two fla", "a [flame], [two] [flames]"],
    ["Größe der Flamme", "größe", "[Größe] der Flamme"],
    ["cost (in $) a.b", "a.b $)", "cost (in $) [a].[b]"],
    ["nothing here", "candle", "nothing here"],
    ["all of it", "   ", "all of it"],
  ])("%s, searched for %s", (snippet, query, expected) => {
    expect(marked(snippet, query)).toBe(expected);
  });
  it("is not misled by signs that mean something in a pattern", () => {
    expect(marked("x (y)", "( [ { * + ? ^ | \\ - / x")).toBe("[x] (y)");
  });
});
