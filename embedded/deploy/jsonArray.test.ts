// Arrays of every shape, cut into chunks at every place, come out as JSON.parse has them.
import { describe, expect, it } from "vitest";
import { elementsOfJsonArray } from "./jsonArray.ts";

async function elements(text: string, chunkBytes = text.length): Promise<string[]> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let i = 0; i < bytes.length; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes);
  }
  const found: string[] = [];
  for await (const element of elementsOfJsonArray(chunks())) found.push(element);
  return found;
}

describe("elements of a JSON array", () => {
  it.each([
    "[]",
    " [ ] \n",
    '[1, "two", null, true, {"a": [1, {"b": "]"}]}, [[], {}]]',
    '[{"quoted": "a \\" ] , } b", "backslash": "\\\\"}, "\\\\\\"]"]',
    '["ünï😀", {"日本": "語,]"}]',
  ])("%s", async (text) => {
    // A caller's own arrays are the measure.
    const expected = JSON.parse(text) as unknown[];
    for (let chunkBytes = 1; chunkBytes <= Buffer.byteLength(text); chunkBytes++) {
      const found = await elements(text, chunkBytes);
      expect(found.map((element) => JSON.parse(element) as unknown)).toEqual(expected);
    }
  });

  it("leave out a byte order mark", async () => {
    expect(await elements("\uFEFF[1]")).toEqual(["1"]);
  });

  it.each([
    ["", "it is empty"],
    ['{"a": 1}', "it is not an array"],
    ["nonsense", "it is not an array"],
    ["[1, 2", "the array is not closed"],
    ['["a]', "the array is not closed"],
    ["[1] [2]", "there is more after the array"],
  ])("are refused of %j", async (text, reason) => {
    await expect(elements(text, 1)).rejects.toThrow(reason);
  });

  it.each(["[1,]", "[,]", "[1,,2]", '[{"a":1]}]', "[}]"])(
    "are no JSON somewhere in %s",
    async (text) => {
      const parsed = elements(text, 2).then((found) =>
        found.map((each) => JSON.parse(each) as unknown),
      );
      await expect(parsed).rejects.toThrow(SyntaxError);
    },
  );
});
