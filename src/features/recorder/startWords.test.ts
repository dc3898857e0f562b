// The recorder's first sight stands in index.html, so that it is there before any script: it must say what the page says.
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startWords } from "./startWords.ts";

describe("the recorder in index.html", () => {
  it("says what the page then says", async () => {
    const html = await readFile(new URL("../../../index.html", import.meta.url), "utf8");
    const [, shown = ""] = /<template id="first-record">(.*?)<\/template>/s.exec(html) ?? [];
    const words = shown
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim();
    expect(words).toBe([startWords.title, startWords.button, startWords.reason].join(" "));
  });
});
