import { describe, expect, it } from "vitest";
import { parseRichText } from "./richText.ts";

const text = (words: string) => ({ kind: "text", text: words });
const math = (latex: string, isBlock = false) => ({ kind: "math", latex, isBlock });

describe("formulas and code in notes", () => {
  it.each([
    ["plain words", [text("plain words")]],
    ["so $E = mc^2$.", [text("so "), math("E = mc^2"), text(".")]],
    ["it costs $5 and $10 more", [text("it costs $5 and $10 more")]],
    ["from $5-$10", [text("from $5-$10")]],
    ["\\(a_1\\) and \\[x\\]", [math("a_1"), text(" and "), math("x", true)]],
    ["$$\n\\int_0^1 x\\,dx\n$$", [math("\\int_0^1 x\\,dx", true)]],
    ["call `f($x)`", [text("call "), { kind: "code", code: "f($x)", isBlock: false }]],
    [
      "```python\nprint('$a$')\n```",
      [{ kind: "code", code: "print('$a$')", isBlock: true, language: "python" }],
    ],
    ["a lone $ sign", [text("a lone $ sign")]],
    ["", []],
  ])("%j", (source, expected) => {
    expect(parseRichText(source)).toEqual(expected);
  });

  it("loses nothing of texts without marks", () => {
    const source = "1 < 2 & 3 > 2, \\ and ` and $ and $$";
    expect(parseRichText(source)).toEqual([text(source)]);
  });
});
